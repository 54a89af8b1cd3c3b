"""What is read and parsed for a question, with the real reader on a small archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from retrieval.answering.evidence import gathering
from retrieval.answering.evidence.gathering import NO_MARGIN, Evidence, gather
from retrieval.answering.evidence.matching import match_sentence
from retrieval.answering.evidence.sentences import iter_sentences
from retrieval.archive import Archive
from retrieval.models import ArticleFacts, ArticleInput, Span
from retrieval.questions.interpretation import understand
from retrieval.span_reader.reader import WEIGHTS, SpanReader

if not (WEIGHTS / "reader.onnx").exists():
    pytest.skip("the reader's weights are not in this tree", allow_module_level=True)

TOWNS = (
    "Ardal",
    "Brenna",
    "Corvik",
    "Dalby",
    "Elnes",
    "Fosby",
    "Gimsel",
    "Holta",
    "Ilseng",
    "Jarlo",
    "Kvam",
    "Lorin",
    "Mosby",
)
QUESTION = "Who opened the library in Corvik?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive.open(tmp_path_factory.mktemp("towns") / "news.db", embedder=None) as opened:
        opened.ingest_articles(
            ArticleInput(
                f"The library in {town} was opened by the mayor, Ruth {town}sen.\n\nIt has room for many books.",
                f"Library in {town}",
                url=f"https://example.org/{town}",
            )
            for town in TOWNS
        )
        yield opened


@pytest.fixture(scope="module")
def reader() -> SpanReader:
    return SpanReader.load(threads=1)


def gathered(archive: Archive, reader: SpanReader | None, question: str = QUESTION) -> Evidence:
    return gather(understand(question, resolve=archive.resolve_names), archive, None, reader)


def test_places_come_best_first_and_have_the_margin_of_their_span(archive: Archive, reader: SpanReader) -> None:
    evidence = gathered(archive, reader)
    texts = {facts.article.id: facts.article.text for facts in evidence.facts}
    best = evidence.places[0]
    assert best.span.slice(texts[best.article_id]) == "Ruth Corviksen"
    assert [place.margin for place in evidence.places] == sorted((place.margin for place in evidence.places), reverse=True)
    assert evidence.best_margin == best.margin == pytest.approx(evidence.margin(best.article_id, best.span), abs=1e-3)


def test_what_was_not_read_has_no_margin(archive: Archive, reader: SpanReader) -> None:
    unread = gathered(archive, None)
    assert (unread.read, unread.places, unread.best_margin) == ((), (), NO_MARGIN)
    evidence = gathered(archive, reader)
    assert evidence.margin("no such article", Span(0, 4)) == NO_MARGIN
    assert evidence.margin(evidence.places[0].article_id, Span(100_000, 100_004)) == NO_MARGIN


@pytest.mark.parametrize(
    ("enough", "far", "count"),
    [(-100.0, 100.0, 3), (100.0, 100.0, 12), (-100.0, -100.0, 12)],
    ids=["sure at once", "never sure", "others come near"],
)
def test_reading_ends_with_the_group_that_answers_alone_and_surely(
    archive: Archive, reader: SpanReader, monkeypatch: pytest.MonkeyPatch, enough: float, far: float, count: int
) -> None:
    monkeypatch.setattr(gathering, "_ENOUGH", enough)
    monkeypatch.setattr(gathering, "_FAR", far)
    evidence = gathered(archive, reader)
    assert len(evidence.read) == count
    hits = gathered(archive, None).results.hits[:count]  # in the order of search
    assert [passage.id for passage, _ in evidence.read] == [hit.passage.id for hit in hits]


def test_the_passage_that_answers_comes_first(archive: Archive, reader: SpanReader) -> None:
    evidence = gathered(archive, reader, "Who has opened the Elnes library?")
    first = evidence.results.hits[0].passage
    assert (first.article_id, first.span.contains(evidence.places[0].span)) == (evidence.places[0].article_id, True)


def test_the_block_of_the_best_span_is_parsed_first_and_few_others(archive: Archive, reader: SpanReader) -> None:
    evidence = gathered(archive, reader)
    blocks = {(s.facts.article.id, s.block) for s in evidence.sentences}
    assert evidence.sentences[0].span.contains(evidence.places[0].span)
    assert len(blocks) == 6
    assert {facts.article.id for facts in evidence.facts} == {article for article, _ in blocks}
    assert 6 < len({(s.facts.article.id, s.block) for s in gathered(archive, None).sentences}) <= 14


def test_a_sentence_ranks_with_its_passage_and_past_the_last_outside(archive: Archive, reader: SpanReader) -> None:
    question = understand(QUESTION, resolve=archive.resolve_names)
    evidence = gather(question, archive, None, reader)
    for number, hit in enumerate(evidence.results.hits):
        (facts,) = archive.load_facts([hit.article.id]).values()
        inside = [s for s in iter_sentences(facts, range(2)) if s.span.overlaps(hit.passage.span)]
        assert {evidence.rank(match_sentence(question, sentence)) for sentence in inside} <= set(range(number + 1))
    outside = next(
        facts
        for article in archive.articles().items
        for facts in archive.load_facts([article.id]).values()
        if article.id not in {hit.article.id for hit in evidence.results.hits[:5]}
    )
    few = Evidence(evidence.results.__class__(evidence.results.hits[:5], 5, has_next=False))
    (sentence, *_) = iter_sentences(outside, [1])
    assert few.rank(match_sentence(question, sentence)) == 5


def test_an_article_that_changes_while_it_is_read_is_left_out(
    archive: Archive, reader: SpanReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gathered(archive, reader)
    best = before.places[0].article_id
    load = archive.load_facts

    def changed(ids: Sequence[str]) -> dict[str, ArticleFacts]:
        found = load(ids)
        return {id_: replace(f, article=replace(f.article, revision=99)) if id_ == best else f for id_, f in found.items()}

    monkeypatch.setattr(archive, "load_facts", changed)
    after = gathered(archive, reader)
    assert {s.facts.article.id for s in before.sentences} - {s.facts.article.id for s in after.sentences} == {best}
