"""The command line; `command` runs it as a process, `dateline` in this one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from api.cli.main import app
from api.cli.progress import IngestReport
from api.cli.sample import SAMPLE_QUESTION
from api.settings import Settings
from retrieval.embedding.embedder import MINILM
from retrieval.models import MIN_CONFIDENCE, IngestResult

Dateline = Callable[..., Any]

HEAVY = {
    "alembic",
    "faiss",
    "haystack",
    "onnxruntime",
    "spacy",
    "sqlalchemy",
    "starlette",
    "strawberry",
    "tantivy",
    "thinc",
    "uvicorn",
}
COMMANDS = (
    "ingest",
    "remove",
    "ask",
    "verify",
    "search",
    "entities",
    "events",
    "claims",
    "query",
    "serve",
    "schema",
    "reindex",
    "reextract",
    "backup",
    "restore",
    "extract",
    "evaluate",
    "link",
    "doctor",
)


def document(done: Any) -> Any:
    """The one JSON document on standard output."""
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_help_lists_every_command(command: Dateline) -> None:
    done = command("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert f" {name} " in done.stdout


@pytest.mark.parametrize("arguments", ["['--help']", "['ask', '--help']", "['serve', '--help']"])
def test_help_imports_nothing_heavy(command_environment: dict[str, str], arguments: str) -> None:
    code = (
        "import sys; from api.cli.main import app\n"
        f"try: app({arguments})\n"
        "except SystemExit: pass\n"
        "print('\\n'.join(name for name in sys.modules if '.' not in name), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=command_environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert set(done.stderr.split()) & HEAVY == set()


def test_ingest_tells_what_became_of_each_article(command: Dateline, tmp_path: Path, seed_text: str) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(seed_text, encoding="utf-8")
    (tmp_path / "news" / "b.txt").write_bytes(b"")
    (tmp_path / "news" / "c.txt").write_bytes(b"\x00\x01\x02" * 100)
    done = command("ingest", "news", "--archive", "news.db", "--json")
    found = document(done)
    assert done.returncode == 1
    assert [Path(r["name"]).name for r in found["results"]] == ["a.txt", "b.txt", "c.txt"]
    assert [r["outcome"] for r in found["results"]] == ["ADDED", "REJECTED", "REJECTED"]
    assert found["results"][1]["reason"]
    assert found["counts"] == {"ADDED": 1, "UNCHANGED": 0, "REVISED": 0, "REJECTED": 2}
    assert "b.txt" in done.stderr

    again = command("ingest", "news/a.txt", "--archive", "sqlite:///news.db")
    assert again.returncode == 0
    assert "UNCHANGED" in again.stderr
    assert "1 unchanged" in again.stdout

    removed = document(command("remove", "news/a.txt", "nothing", "--archive", "news.db", "--json"))
    assert removed["removed_ids"] == [found["results"][0]["article_id"]]
    assert removed["unknown"] == ["nothing"]
    assert removed["entity_count"] > 0


def test_ingest_reads_standard_input(dateline: Dateline, seed_text: str) -> None:
    done = dateline("ingest", "-", "--archive", "news.db", "--json", "--publisher", "The New Arab", input=seed_text)
    assert (done.returncode, document(done)["counts"]["ADDED"]) == (0, 1)
    hit = document(dateline("search", "rocket attacks", "--archive", "news.db", "--json"))["hits"][0]
    assert hit["article"]["publisher"] == "The New Arab"
    assert hit["article"]["published_at"] == "2020-01-17T00:00:00+00:00"
    assert hit["article"]["published_at_precision"] == "DAY"


def test_ask_shows_who_says_what_and_the_exact_words(command: Dateline, seed_archive: Path, seed_text: str) -> None:
    answer = document(command("ask", SAMPLE_QUESTION, "--archive", seed_archive, "--json"))
    shown = command("ask", SAMPLE_QUESTION, "--archive", seed_archive).stdout
    assert answer["status"] == "CONFLICTING"
    assert shown.startswith(f"{SAMPLE_QUESTION}\nCONFLICTING")
    for account in answer["accounts"]:
        assert account["stance"].replace("_", " ") in shown
        for claim in account["claims"]:
            start, end = claim["spans"][0]["start"], claim["spans"][-1]["end"]
            assert seed_text[start:end] == claim["text"]
            assert f"[{start}:{end}]" in shown
            assert claim["article_id"] in answer["articles"]


def test_ask_says_when_it_does_not_know(dateline: Dateline, seed_archive: Path) -> None:
    done = dateline("ask", "What is the capital of Australia?", "--archive", seed_archive)
    assert done.returncode == 0
    assert "NOT FOUND" in done.stdout


def test_ask_as_of_a_day_before_the_article_finds_nothing(dateline: Dateline, seed_archive: Path) -> None:
    done = dateline("ask", SAMPLE_QUESTION, "--as-of", "2020-01-16", "--archive", seed_archive, "--json")
    assert document(done)["status"] == "NOT_FOUND"


def test_search_finds_passages(dateline: Dateline, seed_archive: Path, seed_text: str) -> None:
    found = document(dateline("search", "drone strike", "--limit", "2", "--archive", seed_archive, "--json"))
    assert 0 < len(found["hits"]) <= 2 <= found["total"]
    for hit in found["hits"]:
        span = hit["passage"]["span"]
        assert seed_text[span["start"] : span["end"]] == hit["passage"]["text"]
        assert "text" not in hit["article"]
    shown = dateline("search", "drone strike", "--archive", seed_archive)
    assert f"[{span['start']}:{span['end']}]" in shown.stdout
    none = document(dateline("search", "drone", "--to", "2019", "--archive", seed_archive, "--json"))
    assert none == {"hits": [], "total": 0, "has_next": False}


def test_entities_are_listed_filtered_and_paged(dateline: Dateline, seed_archive: Path) -> None:
    people = document(dateline("entities", "--type", "person", "--archive", seed_archive, "--json"))
    assert "Abdulkarim Khalaf" in [item["name"] for item in people["items"]]
    assert {item["type"] for item in people["items"]} == {"PERSON"}
    first = document(dateline("entities", "--limit", "1", "--order", "name", "--archive", seed_archive, "--json"))
    assert first["has_next"]
    second = document(
        dateline(
            "entities", "-n", "1", "--order", "name", "--after", first["cursors"][0], "--archive", seed_archive, "--json"
        )
    )
    assert second["items"][0]["name"] > first["items"][0]["name"]
    shown = dateline("entities", "--name", "khalaf", "--archive", seed_archive).stdout
    assert "Abdulkarim Khalaf" in shown


def test_events_are_listed(dateline: Dateline, seed_archive: Path) -> None:
    found = document(dateline("events", "--type", "assault", "--archive", seed_archive, "--json"))
    assert found["items"]
    assert {item["type"] for item in found["items"]} == {"ASSAULT"}
    assert found["items"][0]["id"] in dateline("events", "--archive", seed_archive).stdout


def test_claims_are_listed_by_speaker(dateline: Dateline, seed_archive: Path) -> None:
    found = document(dateline("claims", "--speaker", "Mike Pompeo", "--archive", seed_archive, "--json"))
    assert found["items"]
    assert all("Pompeo" in item["attribution"]["source_text"] for item in found["items"])
    assert "Pompeo" in dateline("claims", "--speaker", "Pompeo", "--archive", seed_archive).stdout


def test_query_runs_graphql_in_process(dateline: Dateline, seed_archive: Path, tmp_path: Path) -> None:
    text = "query A($n: Int) { articles(first: $n) { totalCount } } query B { __typename }"
    done = dateline("query", text, "--variables", '{"n": 1}', "--operation", "A", "--archive", seed_archive)
    assert (done.returncode, document(done)) == (0, {"data": {"articles": {"totalCount": 1}}})
    (tmp_path / "b.graphql").write_text(text)
    assert document(dateline("query", "@b.graphql", "--operation", "B", "--archive", seed_archive))["data"]
    assert document(dateline("query", "-", "--operation", "B", "--archive", seed_archive, input=text))["data"]


@pytest.mark.parametrize(
    "text", ["{ nothing }", "{", "query A { __typename } query B { __typename }", "", "subscription { x }"]
)
def test_query_with_errors_exits_with_1(dateline: Dateline, seed_archive: Path, text: str) -> None:
    done = dateline("query", text, "--archive", seed_archive)
    assert done.returncode == 1
    assert document(done)["errors"][0]["extensions"]["code"]
    assert "Traceback" not in done.stderr


def test_schema_prints_the_checked_in_sdl(dateline: Dateline, tmp_path: Path) -> None:
    done = dateline("schema")
    assert done.stdout == (Path(__file__).parents[3] / "schema/schema.graphql").read_text(encoding="utf-8")
    (tmp_path / "old.graphql").write_text("type Query { a: Int }\n")
    assert dateline("schema", "--check", "old.graphql").returncode == 1


def test_reindex_counts_the_passages(dateline: Dateline, seed_text: str) -> None:
    dateline("ingest", "-", "--archive", "news.db", input=seed_text)
    count = document(dateline("reindex", "--archive", "news.db", "--json"))["passages"]
    assert count > 3
    assert f"{count} passages" in dateline("doctor", "--archive", "news.db").stdout


def test_an_archive_keeps_to_its_embedder_until_its_vectors_are_made_again(
    dateline: Dateline, seed_text: str, tmp_path: Path
) -> None:
    (tmp_path / "other").symlink_to(MINILM)
    here = ("--archive", "news.db")
    dateline("ingest", "-", *here, input=seed_text, DATELINE_EMBEDDER="other", DATELINE_EMBEDDER_THREADS="1")
    assert dateline("search", "troops", *here, DATELINE_EMBEDDER="other").returncode == 0
    refused = dateline("search", "troops", *here)
    assert (refused.returncode, "dateline reindex --embed" in refused.stderr) == (2, True)
    assert dateline("search", "troops", *here, DATELINE_EMBEDDER="").returncode == 0, "by words alone"
    assert dateline("reindex", "--embed", *here).returncode == 0
    assert dateline("search", "troops", *here).returncode == 0
    assert dateline("search", "troops", *here, DATELINE_EMBEDDER="ftp://x").returncode == 2


def test_doctor_finds_a_sound_installation_sound(dateline: Dateline, seed_archive: Path) -> None:
    done = dateline("doctor", "--archive", seed_archive, "--json")
    found = document(done)
    assert {check["name"]: check["is_ok"] for check in found["checks"]} == dict.fromkeys(
        ["python", "sqlite", "package api", "package retrieval", "package schema", "language model", "graphiql", "archive"],
        True,
    ), found
    assert (done.returncode, found["ok"]) == (0, True)


def test_doctor_names_a_broken_archive_and_a_remedy(dateline: Dateline, tmp_path: Path) -> None:
    (tmp_path / "news.db").write_bytes(b"no archive" * 1000)
    done = dateline("doctor", "--archive", "news.db")
    assert done.returncode == 1
    assert "PROBLEM  archive" in done.stdout
    assert "--archive" in done.stdout


def test_a_backup_can_be_made_looked_at_and_restored(dateline: Dateline, tmp_path: Path, seed_archive: Path) -> None:
    done = dateline("backup", "copy.db", "--archive", seed_archive, "--json")
    assert done.returncode == 0, done.stderr
    report = document(done)
    assert report | {"byte_count": 0} == {"path": "copy.db", "article_count": 1, "byte_count": 0}
    assert report["byte_count"] == (tmp_path / "copy.db").stat().st_size
    again = dateline("backup", "copy.db", "--archive", seed_archive)
    assert (again.returncode, "there already" in again.stderr) == (2, True)
    restored = dateline("restore", "copy.db", "--archive", "news.db", "--json")
    assert document(restored)["article_count"] == 1
    assert dateline("search", "troops", "--archive", "news.db").returncode == 0
    assert dateline("doctor", "--archive", "news.db").returncode == 0


def test_doctor_finds_pages_that_were_overwritten(dateline: Dateline, tmp_path: Path, seed_archive: Path) -> None:
    dateline("backup", "news.db", "--archive", seed_archive)
    content = bytearray((tmp_path / "news.db").read_bytes())
    for page in range(5, len(content) // 4096 - 1, 3):
        content[4096 * page : 4096 * page + 16] = b"\xff" * 16
    (tmp_path / "news.db").write_bytes(content)
    done = dateline("doctor", "--archive", "news.db")
    assert done.returncode == 1
    assert "PROBLEM  archive: news.db is damaged" in done.stdout
    assert "dateline restore" in done.stdout


def test_another_package_of_our_name_is_named_with_a_remedy(command: Dateline, tmp_path: Path) -> None:
    (tmp_path / "other" / "schema").mkdir(parents=True)
    (tmp_path / "other" / "schema" / "__init__.py").write_text("")
    path = f"{tmp_path / 'other'}:{Path(__file__).parents[3]}"
    printed = command("schema", PYTHONPATH=path)
    checked = command("doctor", PYTHONPATH=path)
    assert (printed.returncode, checked.returncode) == (2, 1)
    assert "run dateline doctor" in printed.stderr
    assert "Traceback" not in printed.stderr
    assert "PROBLEM  package schema" in checked.stdout


def test_the_archive_comes_from_the_environment(dateline: Dateline, seed_archive: Path) -> None:
    assert document(dateline("search", "drone", "--json", DATELINE_ARCHIVE=str(seed_archive)))["hits"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "Who?", "--archive", "nowhere.db"),
        ("entities", "--archive", "postgresql://nowhere/news"),
        ("entities", "--type", "wizard"),
        ("events", "--from", "yesterday"),
        ("claims", "--stance", "shouted"),
        ("entities", "--after", "nonsense", "--archive", "{seed}"),
        ("claims", "--speaker", "Nobody Nowhere", "--archive", "{seed}"),
        ("query", "{ __typename }", "--variables", "{", "--archive", "{seed}"),
        ("query", "{ __typename }", "--variables", "1", "--archive", "{seed}"),
        ("query", "@missing.graphql", "--archive", "{seed}"),
        ("search", "", "--archive", "{seed}"),
    ],
    ids=lambda arguments: "-".join(arguments[:3])[:40],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    dateline: Dateline, seed_archive: Path, arguments: tuple[str, ...]
) -> None:
    done = dateline(*(argument.replace("{seed}", str(seed_archive)) for argument in arguments))
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_senseless_setting_is_one_line_and_status_2(command: Dateline) -> None:
    done = command("serve", DATELINE_PORT="many")
    assert done.returncode == 2
    assert "DATELINE_PORT=many" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_is_no_error(seed_archive: Path, command_environment: dict[str, str]) -> None:
    command = f'"{sys.executable}" -m api.cli.main entities --archive "{seed_archive}" | true'
    done = subprocess.run(
        ["bash", "-c", command], env=command_environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""


def test_every_option_that_names_a_setting_exists() -> None:
    assert {"archive", "host", "port", "insecure_bind"} <= Settings.model_fields.keys()


def test_extract_shows_facts_with_their_characters_and_stores_nothing(command: Dateline, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("Peru expels diplomats\n\nPeru expelled three diplomats on Monday, the ministry said.\n")
    found = document(command("extract", str(path), "--published-at", "2021-06-16", "--json"))
    assert [event["title"] for event in found["events"]] != []
    text = path.read_text()
    for mention in found["mentions"]:
        span = mention["span"]
        assert text[span["start"] : span["end"]] == span["text"]
    assert set(found["seconds"]) == {"parse", "entities", "times", "roles", "claims", "events", "packing"}
    assert "Peru" in command("extract", str(path)).stdout
    assert sorted(tmp_path.iterdir()) == [path]


def test_reextract_counts_what_it_read_anew(command: Dateline, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text("Peru expels diplomats\n\nPeru expelled three diplomats on Monday, the ministry said.\n")
    archive = tmp_path / "news.db"
    command("ingest", str(path), "--archive", str(archive), "--quiet")
    assert document(command("reextract", "--archive", str(archive), "--json")) == {"articles": 0}
    assert document(command("reextract", "--all", "--archive", str(archive), "--json")) == {"articles": 1}


def test_link_takes_wikidata_ids_from_a_file(command: Dateline, tmp_path: Path) -> None:
    path, names, archive = tmp_path / "story.txt", tmp_path / "names.tsv", tmp_path / "news.db"
    path.write_text("Peru expels diplomats\n\nPeru expelled three diplomats on Monday, the ministry said.\n")
    names.write_text("# name, item\nPeru\tQ419\nNobody Known\tQ1\n")
    command("ingest", str(path), "--archive", str(archive), "--quiet")
    assert document(command("link", str(names), "--archive", str(archive), "--json")) == {"names": 2, "linked": 1}
    names.write_text("Peru Q419\n")
    assert "line 1" in command("link", str(names), "--archive", str(archive)).stderr


def test_evaluate_measures_extraction_on_an_annotated_article(command: Dateline, seed_path: Path) -> None:
    gold = Path(__file__).parents[2] / "gold/seed_gold.json"
    found = document(command("evaluate", "--extraction", "--article", str(seed_path), "--gold", str(gold), "--json"))
    values = {row["measure"]: row["value"] for row in found["measures"]}
    assert values["times precision"] == values["times recall"] == 1.0
    assert values["mentions precision"] >= 0.95
    assert values["mentions recall"] >= 0.9


def test_evaluate_without_gold_is_refused(command: Dateline) -> None:
    assert command("evaluate", "--extraction").returncode == 2


def test_evaluate_measures_every_mode(command: Dateline, tmp_path: Path) -> None:
    article = "A brewery burned in Ghent.\n\nThe mayor, Anna Peeters, resigned."
    lines = [
        {"question": "Which brewery burned?", "answers": ["Ghent"], "article": article},
        {"question": "Who resigned as mayor?", "answers": "Anna Peeters", "article": article},
    ]
    (tmp_path / "questions.txt").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = command("evaluate", "questions.txt", "--format", "jsonl", "--json")
    reports = document(done)["reports"]
    assert [(report["mode"], report["query_count"]) for report in reports] == [("LEXICAL", 2), ("DENSE", 2), ("HYBRID", 2)]
    assert reports[2]["measures"]["MRR@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}

    (tmp_path / "ghent.txt").write_text(article, encoding="utf-8")
    assert command("ingest", "ghent.txt", "--archive", "news.db").returncode == 0
    table = command("evaluate", "questions.txt", "--format", "jsonl", "--archive", "news.db").stdout
    assert "HYBRID" in table.splitlines()[1]
    assert "nDCG@10" in table

    refused = command("evaluate", "questions.txt")
    assert refused.returncode == 2
    assert "choose squad or jsonl" in refused.stderr


def test_evaluate_measures_answers(command: Dateline, tmp_path: Path) -> None:
    article = "A fire destroyed the old brewery in Ghent on Monday. The brewery was founded in 1887."
    row = {"question": "When was the brewery founded?", "answers": ["1887"], "article": article}
    (tmp_path / "quiz.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (report,) = document(command("evaluate", "--answers", "quiz.jsonl", "--json"))["reports"]
    assert (report["quiz"], report["question_count"], report["groups"][0]["statuses"]) == ("quiz", 1, {"ANSWERED": 1})
    assert report["groups"][0]["measures"]["EM"] == {"mean": 1.0, "low": 1.0, "high": 1.0}

    assert command("evaluate", "--answers", "--extraction", "quiz.jsonl").returncode == 2
    refused = command("evaluate", "--answers", "none.json")
    assert refused.returncode == 2
    assert "none.json is not SQuAD JSON" in refused.stderr


def test_evidence_is_written_and_verified(dateline: Dateline, seed_archive: Path, seed_path: Path, tmp_path: Path) -> None:
    assert dateline("ask", SAMPLE_QUESTION, "--archive", seed_archive, "--evidence", "answer.json").returncode == 0
    done = dateline("verify", "answer.json", "--archive", seed_archive, "--json")
    assert done.returncode == 0
    found = document(done)
    assert found["ok"]
    assert {check["state"] for check in found["checks"]} == {"OK"}
    assert dateline("verify", "answer.json", "--texts", seed_path.parent).returncode == 0
    (tmp_path / "empty").mkdir()
    done = dateline("verify", "answer.json", "--texts", "empty")
    assert done.returncode == 1
    assert "MISSING" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("answer.json",), "not JSON"),
        (("none.json",), "cannot read none.json"),
        (("answer.json", "--texts", "none"), "none"),
        (("answer.json", "--texts", ".", "--archive", "a.db"), "not both"),
    ],
)
def test_verify_refuses_what_it_cannot_read(
    dateline: Dateline, seed_archive: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "answer.json").write_text('{"format": "dateline-evidence", "ver')
    done = dateline("verify", *arguments, DATELINE_ARCHIVE=str(seed_archive))
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_evidence_that_cannot_be_written_is_refused(dateline: Dateline, seed_archive: Path) -> None:
    done = dateline("ask", SAMPLE_QUESTION, "--archive", seed_archive, "--evidence", "none/answer.json")
    assert done.returncode == 2
    assert "cannot write none/answer.json" in done.stderr


@pytest.mark.parametrize("name", ["ask", "evaluate"])
def test_the_least_confidence_is_the_librarys(name: str) -> None:
    # The command line does not load the library to know it.
    shown = get_command(app).commands[name].params  # type: ignore[attr-defined]  # a group's, says its type not
    assert [option.default for option in shown if option.name == "min_confidence"] == [MIN_CONFIDENCE]


def test_a_mistyped_path_makes_no_archive(dateline: Dateline, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text(" ")
    archive = tmp_path / "new" / "news.db"
    done = dateline("ingest", str(tmp_path / "nothing"), str(empty), "--archive", str(archive), "--json")
    assert done.returncode == 1
    assert document(done)["counts"]["REJECTED"] == 2
    assert not archive.parent.exists()


def test_an_interrupted_ingest_says_what_is_in_and_how_to_go_on(
    dateline: Dateline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        tmp_path.joinpath(f"{number}.txt").write_text(f"News {number}\n\nMayor Ann Lee opened bridge {number}.\n")
    archive = str(tmp_path / "news.db")
    shown = IngestReport.__call__

    def interrupt(report: IngestReport, result: IngestResult) -> None:
        shown(report, result)
        if result.name.endswith("1.txt"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(IngestReport, "__call__", interrupt)
        done = dateline("ingest", str(tmp_path), "--archive", archive, "--json")
    assert done.returncode == 130
    assert document(done)["counts"]["ADDED"] == 2
    assert "1 of 3 are left; give the same command to go on" in done.stderr
    again = document(dateline("ingest", str(tmp_path), "--archive", archive, "--json"))
    assert (again["counts"]["UNCHANGED"], again["counts"]["ADDED"]) == (2, 1)
