"""Evidence of answers, checked against the archive and against text files after each way in which they may differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from retrieval import Archive, ArticleFilter, EvidenceError, InputError
from retrieval.answer_evidence import (
    AskArguments,
    CitationState,
    Verification,
    archive_texts,
    build_evidence,
    folder_texts,
    verify_evidence,
)

QUESTION = "Have joint operations between Iraq and the coalition resumed?"
ARGUMENTS = AskArguments(
    filter=ArticleFilter(published_to=datetime(2021, 1, 1, tzinfo=UTC)),
    as_of=datetime(2020, 6, 1, tzinfo=UTC),
    min_confidence=0.4,
)
NAME = "denial.txt"
CUT = "The Pentagon told"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory, seed_text: str) -> bytes:
    """The evidence of an answer from a file called `NAME`."""
    folder = tmp_path_factory.mktemp("evidence")
    (folder / NAME).write_text(seed_text, newline="")
    with Archive.open(folder / "news.db") as archive:
        archive.ingest([folder / NAME])
        answer = archive.ask(
            QUESTION, filter=ARGUMENTS.filter, as_of=ARGUMENTS.as_of, min_confidence=ARGUMENTS.min_confidence
        )
        return build_evidence(archive, answer, ARGUMENTS).to_json()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "another.db") as opened:
        yield opened


@pytest.fixture
def check_texts(tmp_path: Path, content: bytes) -> Callable[[str], Verification]:
    """Checks the evidence against a folder in which the article says this."""

    def check(text: str) -> Verification:
        folder = tmp_path / "texts" / "within"
        folder.mkdir(parents=True)
        (folder / NAME).write_text(text, newline="")
        return verify_evidence(content, folder_texts(folder.parent))

    return check


def states(verification: Verification) -> list[CitationState]:
    return [check.state for check in verification.checks]


def test_evidence_holds_question_arguments_answer_and_versions(content: bytes, seed_text: str) -> None:
    document = orjson.loads(content)
    evidence = verify_evidence(content, lambda _: seed_text).evidence
    assert evidence.question == QUESTION
    assert evidence.arguments == ARGUMENTS
    assert evidence.answer.status == "CONFLICTING"
    assert {account.stance for account in evidence.answer.accounts} >= {"REPORTED", "DENIED"}
    assert {key for key, value in document.items() if not value} == set()
    for citation in evidence.citations:
        assert citation.span.slice(seed_text) == citation.text
    for statement in evidence.answer.statements:
        assert any(evidence.citations[n].text == statement.text for n in statement.citations)


def test_evidence_stands_where_nothing_changed(check_texts: Callable[[str], Verification], seed_text: str) -> None:
    found = check_texts(seed_text)
    assert found.is_ok
    assert len(found.checks) > 4


def test_one_changed_character_is_seen(check_texts: Callable[[str], Verification], seed_text: str) -> None:
    found = check_texts(seed_text.replace(CUT, "The Pentagon told".upper(), 1))
    assert not found.is_ok
    assert set(states(found)) == {CitationState.CHANGED}
    details = {check.citation.text: check.detail for check in found.checks}
    assert next(detail for text, detail in details.items() if text.startswith(CUT)).endswith("the words are gone")
    assert "the text is another; the words still stand there" in details.values()


def test_words_that_moved_are_found(check_texts: Callable[[str], Verification], seed_text: str) -> None:
    found = check_texts(seed_text.replace(CUT, f"It went on. {CUT}", 1))
    moved = next(check for check in found.checks if check.citation.text.startswith(CUT))
    start = moved.citation.span.start + len("It went on. ")
    assert f"[{start}:{start + len(moved.citation.text)}] now" in moved.detail


def test_an_article_that_was_removed_is_missing(tmp_path: Path, content: bytes, seed_text: str, archive: Archive) -> None:
    (tmp_path / NAME).write_text(seed_text, newline="")
    assert set(states(verify_evidence(content, folder_texts(tmp_path)))) == {CitationState.OK}
    (tmp_path / NAME).unlink()
    assert set(states(verify_evidence(content, folder_texts(tmp_path)))) == {CitationState.MISSING}
    assert set(states(verify_evidence(content, archive_texts(archive)))) == {CitationState.MISSING}


def test_a_revised_and_then_removed_article_is_told_from_an_unchanged_one(tmp_path: Path, archive: Archive) -> None:
    story = tmp_path / "story.txt"
    story.write_text("Mayor resigns\n\nAnna Peeters, the mayor of Ghent, resigned on Monday, her office said.\n")
    archive.ingest([story], published="2020-05-05")
    content = build_evidence(archive, archive.ask("Who resigned on Monday?"), AskArguments()).to_json()
    find = archive_texts(archive)
    assert verify_evidence(content, find).is_ok
    story.write_text("Mayor resigns\n\nAnna Peeters, the mayor of Ghent, resigned on Tuesday, her office said.\n")
    archive.ingest([story], published="2020-05-05")
    revised = verify_evidence(content, find)
    assert set(states(revised)) == {CitationState.CHANGED}
    archive.remove([revised.checks[0].citation.article_id])
    assert set(states(verify_evidence(content, find))) == {CitationState.MISSING}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("answer", "text"), "Yes."),
        (("answer", "confidence"), 0.99),
        (("question",), "Have they?"),
        (("citations", 0, "title"), "Another title"),
        (("citations", 0, "revision"), 7),
        (("sha256",), "0" * 64),
    ],
    ids=str,
)
def test_a_file_that_was_edited_says_so(content: bytes, seed_text: str, path: tuple[str | int, ...], value: object) -> None:
    found = verify_evidence(edited(content, path, value), lambda _: seed_text)
    assert set(states(found)) == {CitationState.OK}
    assert not found.is_unedited
    assert not found.is_ok


def test_edited_words_do_not_stand_there(content: bytes, seed_text: str) -> None:
    words = orjson.loads(content)["citations"][0]["text"]
    found = verify_evidence(edited(content, ("citations", 0, "text"), words.replace("had", "has")), lambda _: seed_text)
    assert states(found).count(CitationState.CHANGED) == 1
    assert found.checks[0].detail == "the text is the same, and says something else there"


def edited(content: bytes, path: tuple[str | int, ...], value: object) -> bytes:
    document = part = orjson.loads(content)
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return orjson.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), 2, "version 2; version 1 is read"),
        (("version",), None, "version None"),
        (("format",), "other", "dateline-evidence"),
        (("question",), 5, "question: input should be a valid string"),
        (("citations", 0, "span"), {"start": 5, "end": 5}, "no span"),
        (("citations", 0, "span"), {"start": -5, "end": 5}, "no span"),
        (("citations", 0, "span"), None, "citations.0.span"),
        (("citations",), [], "of 0 citations"),
        (("answer", "statements", 0, "citations"), [-1], "number -1"),
        (("answer", "status"), "PERHAPS", "answer.status"),
    ],
    ids=str,
)
def test_what_is_no_evidence_is_refused(content: bytes, path: tuple[str | int, ...], value: object, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        verify_evidence(edited(content, path, value), lambda _: None)


@pytest.mark.parametrize("cut", [0, 1, 200, -3])
def test_a_file_that_was_cut_short_is_refused(content: bytes, cut: int) -> None:
    with pytest.raises(EvidenceError, match="not JSON"):
        verify_evidence(content[:cut], lambda _: None)


@pytest.mark.parametrize("other", [b"[]", b"null", b"{}", b"\xff\xfe", b'"evidence"', b"[" * 5000])
def test_another_file_is_refused(other: bytes) -> None:
    with pytest.raises(InputError, match="dateline ask --evidence"):
        verify_evidence(other, lambda _: None)


def test_an_abstention_has_evidence_without_citations(archive: Archive) -> None:
    answer = archive.ask("Who resigned?")
    found: Any = orjson.loads(build_evidence(archive, answer, AskArguments()).to_json())
    assert found["answer"]["abstention"]
    assert found["citations"] == []
