"""The stages of `Archive.search` and `Archive.ask` as Haystack pipelines: the same results, and parts exchanged."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path

import pytest
from haystack import Pipeline, component
from haystack.components.rankers import MetaFieldRanker

from api.settings import archive_of, load_settings
from retrieval import (
    Answer,
    Archive,
    ArticleFilter,
    ArticleInput,
    AskCancelled,
    AskStage,
    AskStep,
    InputError,
    RetrievalMode,
)
from retrieval.answering.stages import Answered, AskRequest
from retrieval.integrations.haystack import (
    AskPipeline,
    DocumentRanker,
    EvidenceGatherer,
    SearchPipeline,
    build_ask_pipeline,
    build_search_pipeline,
)
from retrieval.search.pipeline import Listing, Pool, SearchRequest, rank

ARTICLES = [
    ArticleInput(
        "Brewery burns in Bruges\n\nA brewery burned down in Bruges on Tuesday. The mayor, Jan Claes, said eleven people"
        " had been hurt. Police denied that the fire was set on purpose.",
        url="https://example.org/fire",
        published_at="2020-01-15",
        publisher="Coast Herald",
    ),
    ArticleInput(
        "Fire in Bruges: fourteen hurt\n\nFourteen people were hurt when a brewery burned down in Bruges on Tuesday.",
        url="https://example.org/fire-two",
        published_at="2020-01-16",
        publisher="Evening Post",
    ),
    ArticleInput(
        "Mayor of Ghent resigns\n\nAnna Peeters, the mayor of Ghent, resigned on Monday after a vote on the tunnel.",
        url="https://example.org/mayor",
        published_at="2021-05-05",
        publisher="Evening Post",
    ),
]
PICTURE = b"\x89PNG\r\n\x1a\n..."
QUESTIONS = [
    "Who resigned on Monday?",
    "How many people were hurt in Bruges?",
    "Did someone set the fire on purpose?",
    "What did the mayor say?",
    "What happened in Bruges?",
    "Who founded the opera of Antwerp?",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pipelines") / "news.db"
    with Archive.open(path) as archive:
        archive.ingest_articles(ARTICLES)
        archive.search("warm up")
    return path


@pytest.fixture(scope="module")
def plain(path: Path) -> Iterator[Archive]:
    with Archive.open(path) as archive:
        yield archive


@pytest.fixture(scope="module")
def piped(path: Path) -> Iterator[Archive]:
    with Archive.open(path, search_pipeline=SearchPipeline(), ask_pipeline=AskPipeline()) as archive:
        yield archive


def untimed(answer: Answer) -> Answer:
    steps = tuple(replace(time, milliseconds=0.0, share=0.0) for time in answer.diagnostics.steps)
    diagnostics = replace(answer.diagnostics, retrieval_milliseconds=0.0, reading_milliseconds=0.0, steps=steps)
    return replace(answer, diagnostics=diagnostics)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_of_the_pipeline_is_that_of_the_functions(plain: Archive, piped: Archive, question: str) -> None:
    answer = piped.ask(question)
    assert untimed(answer) == untimed(plain.ask(question))
    assert answer.diagnostics.steps[0].step is AskStep.INTERPRETATION


@pytest.mark.parametrize("mode", list(RetrievalMode))
@pytest.mark.parametrize("filter_", [None, ArticleFilter(publishers=("Evening Post",))], ids=["all", "filtered"])
def test_a_search_of_the_pipeline_is_that_of_the_functions(
    plain: Archive, piped: Archive, mode: RetrievalMode, filter_: ArticleFilter | None
) -> None:
    for query in ("brewery fire", "mayor", "people hurt in Bruges", "resignation"):
        found = piped.search(query, mode=mode, filter=filter_)
        assert found == plain.search(query, mode=mode, filter=filter_)
    assert found.hits or mode is RetrievalMode.LEXICAL


def test_many_threads_find_through_one_pipeline_what_one_finds(piped: Archive) -> None:
    def find(query: str) -> list[int]:
        piped._searches._remembered.clear()
        return [hit.passage.id for hit in piped.search(query).hits]

    queries = ["brewery fire", "mayor", "Bruges", "vote on the tunnel"]
    alone = [find(query) for query in queries]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(find, queries * 10)) == alone * 10


def test_stages_are_told_and_the_work_stops_inside_a_pipeline(piped: Archive, plain: Archive) -> None:
    stages: list[AskStage] = []
    piped.ask(QUESTIONS[0], on_stage=stages.append)
    assert len(stages) == 4
    calls = count()
    plain.ask(QUESTIONS[0], should_stop=lambda: next(calls) < 0)
    for last in (0, next(calls) // 2):
        calls = count()
        with pytest.raises(AskCancelled):
            piped.ask(QUESTIONS[0], should_stop=lambda last=last, calls=calls: next(calls) >= last)  # type: ignore[misc]


def described(pipeline: Pipeline) -> tuple[object, set[tuple[str, str]]]:
    data = pipeline.to_dict()
    return data["components"], {(edge["sender"], edge["receiver"]) for edge in data["connections"]}


@pytest.mark.parametrize("build", [build_search_pipeline, build_ask_pipeline])
def test_a_pipeline_is_dumped_loaded_and_drawn(build: Callable[[], Pipeline], tmp_path: Path) -> None:
    loaded = Pipeline.loads(build().dumps(), allowed_modules=["retrieval.integrations.haystack.*"])
    assert described(loaded) == described(build())

    class Mermaid(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PICTURE)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Mermaid) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        loaded.draw(path=tmp_path / "drawn.png", server_url=f"http://127.0.0.1:{server.server_port}")
        thread.join()
    assert (tmp_path / "drawn.png").read_bytes() == PICTURE


def newest_first() -> Pipeline:
    pipeline = build_search_pipeline()
    pipeline.remove_component("ranker")
    pipeline.add_component("ranker", DocumentRanker(MetaFieldRanker("published_at", weight=1.0), top_k=5))
    pipeline.connect("joiner.pool", "ranker.pool")
    return pipeline


def test_a_ranker_of_haystack_takes_the_place_of_ours_by_a_setting(path: Path, plain: Archive, tmp_path: Path) -> None:
    file = tmp_path / "search.yaml"
    file.write_text(newest_first().dumps())
    with archive_of(load_settings(archive=str(path), search_pipeline=str(file))) as archive:
        hits = archive.search("mayor brewery Bruges").hits
        assert [hit.article.published.at for hit in hits] == sorted(
            (hit.article.published.at for hit in hits if hit.article.published.at), reverse=True
        )
        assert [hit.score for hit in hits] == [1 / place for place in range(1, len(hits) + 1)]
        first = archive.search("mayor brewery Bruges", limit=1)
        (second,) = archive.search("mayor brewery Bruges", limit=1, after=first.hits[0].cursor).hits
        assert (first.hits[0].passage, second.passage) == (hits[0].passage, hits[1].passage)
    assert {hit.passage for hit in hits} == {hit.passage for hit in plain.search("mayor brewery Bruges").hits}
    assert [hit.passage for hit in hits] != [hit.passage for hit in plain.search("mayor brewery Bruges").hits]


@component
class Doubter:
    """A stage of one's own: no answer is sure."""

    @component.output_types(answered=Answered)
    def run(self, answered: Answered) -> dict[str, Answered]:
        return {"answered": replace(answered, answer=replace(answered.answer, confidence=0.01))}


def doubtful() -> Pipeline:
    pipeline = build_ask_pipeline()
    pipeline.add_component("doubter", Doubter())
    pipeline.connect("finder.answered", "doubter.answered")
    return pipeline


def test_a_stage_of_ones_own_takes_the_place_of_ours_where_its_module_is_allowed(path: Path, tmp_path: Path) -> None:
    with Archive.open(path, ask_pipeline=AskPipeline(doubtful())) as archive:
        assert archive.ask(QUESTIONS[0]).confidence == 0.01
    file = tmp_path / "ask.yaml"
    file.write_text(doubtful().dumps())
    with pytest.raises(InputError, match="not on the trusted-module allowlist"):
        archive_of(load_settings(archive=str(path), ask_pipeline=str(file)))
    (module,) = {Doubter.__module__}
    with archive_of(load_settings(archive=str(path), ask_pipeline=str(file), pipeline_modules=module)) as archive:
        assert archive.ask(QUESTIONS[0]).confidence == 0.01


def test_another_reader_is_named_by_its_folder(path: Path, plain: Archive) -> None:
    from retrieval.span_reader.reader import WEIGHTS  # noqa: PLC0415

    pipeline = build_ask_pipeline()
    pipeline.remove_component("gatherer")
    pipeline.add_component("gatherer", EvidenceGatherer(weights=str(WEIGHTS)))
    pipeline.connect("interpreter.interpreted", "gatherer.interpreted")
    pipeline.connect("gatherer.gathered", "finder.gathered")
    copy = Pipeline.loads(pipeline.dumps(), allowed_modules=["retrieval.integrations.haystack.*"])
    with Archive.open(path, ask_pipeline=AskPipeline(copy)) as archive:
        assert untimed(archive.ask(QUESTIONS[0])) == untimed(plain.ask(QUESTIONS[0]))


@component
class Unfinished:
    @component.output_types(listing=Listing)
    def run(self, request: SearchRequest, flavour: str) -> dict[str, Listing]:
        raise NotImplementedError(flavour)


@component
class Silent:
    @component.output_types(listing=Listing)
    def run(self, pool: Pool) -> dict[str, object]:
        rank(pool)
        return {"listing": None}


def test_a_pipeline_that_cannot_do_the_work_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 inputs of type SearchRequest and 0 open outputs of type Listing"):
        SearchPipeline(build_ask_pipeline())
    unfinished = Pipeline()
    unfinished.add_component("one", Unfinished())
    with pytest.raises(InputError, match=r"input one\.flavour is open"):
        SearchPipeline(unfinished)
    silent = build_search_pipeline()
    silent.remove_component("ranker")
    silent.add_component("silent", Silent())
    silent.connect("joiner.pool", "silent.pool")
    with (
        Archive.open(path, search_pipeline=SearchPipeline(silent)) as archive,
        pytest.raises(InputError, match=r"silent\.listing is None; give a Listing"),
    ):
        archive.search("fire")
    with pytest.raises(InputError, match="cannot be loaded"):
        SearchPipeline.load(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("components: [")
    with pytest.raises(InputError, match=r"bad\.yaml cannot be loaded"):
        SearchPipeline.load(tmp_path / "bad.yaml")
    with pytest.raises(InputError, match="top_k is 0"):
        DocumentRanker(MetaFieldRanker("published_at"), top_k=0)


def test_what_a_pipeline_takes_and_gives_is_handed_on_and_not_copied(piped: Archive) -> None:
    seen: list[AskRequest] = []

    def run(request: AskRequest) -> Answered:
        answered = AskPipeline()(request)
        assert answered.gathered.interpreted.request is request
        seen.append(request)
        return answered

    with Archive.open(piped.path, ask_pipeline=run) as archive:
        archive.ask(QUESTIONS[0])
    assert len(seen) == 1


def test_an_ask_and_a_search_without_a_pipeline_do_not_import_haystack(path: Path) -> None:
    code = f"""
import sys
from retrieval import Archive
with Archive.open({str(path)!r}) as archive:
    assert archive.ask("Who resigned on Monday?").text
    assert archive.search("mayor").hits
print("haystack" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("module", ["retrieval.integrations.haystack", "retrieval.integrations.haystack.reader"])
def test_what_is_asked_is_reported_to_nobody(tmp_path: Path, module: str) -> None:
    code = f"import {module}, haystack.telemetry._telemetry as t; print(t.telemetry)"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAYSTACK")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | {"HOME": str(tmp_path)}, text=True, capture_output=True, check=True
    )
    assert done.stdout == "None\n"
    assert not (tmp_path / ".haystack").exists()
