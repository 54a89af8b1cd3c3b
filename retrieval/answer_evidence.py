"""An answer written down with all that it rests on, and the check, later and offline, that it still stands there.

The file is described in docs/evidence.md.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import orjson
from pydantic import TypeAdapter, ValidationError

from retrieval.citations import cite
from retrieval.errors import ArticleRejected, EvidenceError
from retrieval.ingestion.readers import iter_paths, read_article
from retrieval.models import (
    MIN_CONFIDENCE,
    AbstentionReason,
    Answer,
    AnswerMode,
    AnswerStatus,
    AnswerValue,
    Article,
    ArticleFilter,
    Attribution,
    Citation,
    ClaimStance,
    Generation,
    Span,
)

FORMAT = "dateline-evidence"
VERSION = 1


@dataclass(frozen=True, slots=True)
class AskArguments:
    """What a question was asked with, besides its words."""

    mode: AnswerMode = AnswerMode.EXTRACTIVE
    filter: ArticleFilter | None = None
    as_of: datetime | None = None
    min_confidence: float = MIN_CONFIDENCE


@dataclass(frozen=True, slots=True)
class CitedText:
    """Quoted words and where they stood: ``text`` was ``[span.start:span.end]`` of a text with ``text_sha256`` (UTF-8)."""

    article_id: str
    url: str | None
    title: str
    revision: int
    span: Span
    text: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class CitedStatement:
    """A sentence of the answer; ``citations`` count in the file's list of them, from 0."""

    text: str
    support: float
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CitedClaim:
    """What a source says; ``source`` names it and then those whom it cites."""

    source: tuple[str, ...]
    stance: ClaimStance
    text: str
    citation: int


@dataclass(frozen=True, slots=True)
class CitedAccount:
    """One side of a dispute."""

    stance: ClaimStance
    proposition: str
    claims: tuple[CitedClaim, ...]


@dataclass(frozen=True, slots=True)
class CitedAnswer:
    """The answer; ``value`` is the typed value under its own field names, with its ``type``."""

    status: AnswerStatus
    text: str | None
    value: Mapping[str, Any] | None  # any JSON object
    confidence: float
    abstention: AbstentionReason | None
    statements: tuple[CitedStatement, ...]
    accounts: tuple[CitedAccount, ...]
    generation: Generation | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question, its answer, and everything that the answer rests on."""

    dateline_version: str
    created_at: datetime
    question: str
    arguments: AskArguments
    model: str
    extractor_version: int
    index_revision: str
    answer: CitedAnswer
    citations: tuple[CitedText, ...]

    def to_json(self) -> bytes:
        """The file's content."""
        document = orjson.loads(orjson.dumps(self))
        document = {"format": FORMAT, "version": VERSION, **document}
        return orjson.dumps(
            document | {"sha256": _digest(document)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        )


class CitationState(StrEnum):
    """Whether quoted words still stand where they stood."""

    OK = "OK"
    CHANGED = "CHANGED"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """A citation looked up again; ``detail`` says what is different, and is empty where nothing is."""

    citation: CitedText
    state: CitationState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of an answer's evidence. ``is_unedited`` says that the file is as it was written."""

    evidence: Evidence
    is_unedited: bool
    checks: tuple[CitationCheck, ...]

    @property
    def is_ok(self) -> bool:
        """Whether everything is as it was."""
        return self.is_unedited and all(check.state is CitationState.OK for check in self.checks)


class Articles(Protocol):
    """Where articles are looked up: an archive."""

    def load_articles(self, ids: Sequence[str]) -> list[Article | None]:
        """Articles by id."""
        ...


FindText = Callable[[CitedText], str | None]
"""The text that a citation points into, as it is now; None where there is none."""


def build_evidence(articles: Articles, answer: Answer, arguments: AskArguments) -> Evidence:
    """The evidence of ``answer``, which ``articles`` gave just now."""
    from retrieval.extraction.extractor import EXTRACTOR_VERSION  # noqa: PLC0415 -- spaCy

    numbers: dict[Citation, int] = {}
    statements = tuple(
        CitedStatement(s.text, s.support, tuple(numbers.setdefault(c, len(numbers)) for c in s.citations))
        for s in answer.statements
    )
    ids = [claim.article_id for account in answer.accounts for claim in account.claims]
    ids += [citation.article_id for citation in numbers]
    known = {article.id: article for article in articles.load_articles(list(dict.fromkeys(ids))) if article}
    accounts = tuple(
        CitedAccount(
            account.stance,
            account.proposition,
            tuple(
                CitedClaim(
                    tuple(_sources(claim.attribution)),
                    claim.stance,
                    claim.text,
                    numbers.setdefault(cite(known[claim.article_id], claim.span), len(numbers)),
                )
                for claim in account.claims
                if claim.article_id in known
            ),
        )
        for account in answer.accounts
    )
    return Evidence(
        dateline_version=importlib.metadata.version("dateline"),
        created_at=datetime.now(UTC).replace(microsecond=0),
        question=answer.question,
        arguments=arguments,
        model=answer.diagnostics.model,
        extractor_version=EXTRACTOR_VERSION,
        index_revision=answer.diagnostics.index_revision,
        answer=CitedAnswer(
            status=answer.status,
            text=answer.text,
            value=None if answer.value is None else _tagged(answer.value),
            confidence=answer.confidence,
            abstention=answer.abstention,
            statements=statements,
            accounts=accounts,
            generation=answer.generation,
        ),
        citations=tuple(_cited(citation, known.get(citation.article_id)) for citation in numbers),
    )


def verify_evidence(content: bytes, find_text: FindText) -> Verification:
    """Look up every citation of a file's ``content`` again.

    Raises:
        EvidenceError: it is no evidence of a version that is read here.
    """
    evidence, is_unedited = _read(content)
    return Verification(evidence, is_unedited, tuple(_check(citation, find_text) for citation in evidence.citations))


def archive_texts(articles: Articles) -> FindText:
    """The texts of an archive, by the article's id: it follows from the URL or path, also in an archive built anew."""

    def find(citation: CitedText) -> str | None:
        article = articles.load_articles([citation.article_id])[0]
        return None if article is None else article.text

    return find


def folder_texts(folder: Path) -> FindText:
    """The plain texts in a folder and those in it, as ``ingest`` reads them: by the text itself, else by the file's name.

    A file is a later state of an article where it is called as the file that was taken in, as the last part of the URL, or
    as the article's id. Files that hold no text are passed over.
    """
    by_digest: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for path in iter_paths([folder]):
        try:
            text = read_article(path).text
        except ArticleRejected:
            continue
        by_digest[_text_digest(text)] = text
        for name in (Path(path).name, Path(path).stem):
            by_name.setdefault(name, text)

    def find(citation: CitedText) -> str | None:
        last = unquote(urlsplit(citation.url or "").path).rsplit("/", 1)[-1]
        names = (last, Path(last).stem, citation.article_id)
        return by_digest.get(citation.text_sha256) or next((by_name[name] for name in names if name in by_name), None)

    return find


_EVIDENCE = TypeAdapter(Evidence)


def _read(content: bytes) -> tuple[Evidence, bool]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise EvidenceError(f"this is not JSON ({error}); give a file that dateline ask --evidence wrote") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise EvidenceError(f'this has no "format": "{FORMAT}"; give a file that dateline ask --evidence wrote')
    if document.get("version") != VERSION:
        raise EvidenceError(f"this is evidence of version {document.get('version')!r}; version {VERSION} is read here")
    given = document.pop("sha256", None)
    try:
        evidence = _EVIDENCE.validate_json(orjson.dumps(document), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise EvidenceError(f"this is no whole evidence: {where}: {first['msg'].lower()}") from error
    for number, citation in enumerate(evidence.citations):
        if not 0 <= citation.span.start < citation.span.end:
            raise EvidenceError(
                f"citation {number} points to [{citation.span.start}:{citation.span.end}], which is no span"
            )
    for number in _numbers(evidence.answer):
        if not 0 <= number < len(evidence.citations):
            raise EvidenceError(f"the answer cites number {number} of {len(evidence.citations)} citations, from 0")
    return evidence, given == _digest(document)


def _check(citation: CitedText, find_text: FindText) -> CitationCheck:
    text = find_text(citation)
    if text is None:
        return CitationCheck(citation, CitationState.MISSING, "there is no such article")
    stands = citation.span.slice(text) == citation.text
    is_same_text = _text_digest(text) == citation.text_sha256
    if stands and is_same_text:
        return CitationCheck(citation, CitationState.OK)
    if is_same_text:
        return CitationCheck(citation, CitationState.CHANGED, "the text is the same, and says something else there")
    if stands:
        detail = "the text is another; the words still stand there"
    elif found := re.search(re.escape(citation.text), text):
        detail = f"the text is another; the words stand at [{found.start()}:{found.end()}] now"
    else:
        detail = "the text is another; the words are gone"
    return CitationCheck(citation, CitationState.CHANGED, detail)


def _cited(citation: Citation, article: Article | None) -> CitedText:
    return CitedText(
        article_id=citation.article_id,
        url=article.url if article else None,
        title=article.title if article else "",
        revision=citation.revision,
        span=citation.span,
        text=citation.text,
        text_sha256=citation.text_sha256,
    )


def _tagged(value: AnswerValue) -> Mapping[str, object]:
    return {"type": type(value).__name__, **{field.name: getattr(value, field.name) for field in fields(value)}}


def _sources(attribution: Attribution | None) -> Iterator[str]:
    while attribution is not None:
        yield attribution.source_text
        attribution = attribution.via


def _numbers(answer: CitedAnswer) -> Iterator[int]:
    yield from (number for statement in answer.statements for number in statement.citations)
    yield from (claim.citation for account in answer.accounts for claim in account.claims)


def _digest(document: Mapping[str, object]) -> str:
    """Over everything else in the file, written without white space and with sorted keys."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _text_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
