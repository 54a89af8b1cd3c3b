"""Articles, their parts, and the citations that point into them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from retrieval.models.extraction import ExtractionStage
from retrieval.models.spans import Span


class BlockKind(StrEnum):
    """What a stretch of an article is. Only TITLE, STANDFIRST and BODY carry facts; TITLE_REPEAT, CAPTION and DATELINE only
    names.
    """

    TITLE = "TITLE"
    TITLE_REPEAT = "TITLE_REPEAT"
    STANDFIRST = "STANDFIRST"
    READ_TIME = "READ_TIME"
    DATELINE = "DATELINE"
    BYLINE = "BYLINE"
    CAPTION = "CAPTION"
    BODY = "BODY"
    RELATED_LINK = "RELATED_LINK"
    BOILERPLATE = "BOILERPLATE"


FACTUAL_BLOCKS = frozenset({BlockKind.TITLE, BlockKind.STANDFIRST, BlockKind.BODY})
"""Blocks whose claims and events count."""

NAMING_BLOCKS = FACTUAL_BLOCKS | {BlockKind.TITLE_REPEAT, BlockKind.CAPTION, BlockKind.DATELINE}
"""Blocks whose names count as mentions (of a dateline only its places); a related link names what another article is
about.
"""


class DatePrecision(StrEnum):
    """The finest unit that a date's source gives."""

    MINUTE = "MINUTE"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"
    UNKNOWN = "UNKNOWN"


class PublicationSource(StrEnum):
    """Where a publication date comes from."""

    OPTION = "OPTION"
    METADATA = "METADATA"
    DATELINE = "DATELINE"
    FUTURE = "FUTURE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class PublicationDate:
    """When an article appeared; ``at`` is None exactly when ``precision`` is UNKNOWN. ``span`` shows a DATELINE.

    ``source`` is FUTURE where the only date that was given or written lies ahead, and therefore is not used.
    """

    at: datetime | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    source: PublicationSource = PublicationSource.UNKNOWN
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class ArticleInput:
    """One article to ingest. ``text`` is kept unchanged; ``title`` is only needed where the text does not begin with it.

    ``url`` (or, for files, the path) is the article's identity: a changed text at the same one is a new revision. Without
    either, the text itself is the identity. ``published_at`` is ISO-8601 text or a datetime.
    """

    text: str
    title: str | None = None
    url: str | None = None
    published_at: str | datetime | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one kind; the blocks of an article cover every character of it that is not white space between them."""

    kind: BlockKind
    span: Span


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article at its newest revision; ``text`` is the raw text, ``sha256`` that of its UTF-8 bytes.

    ``failed_stages`` are those that gave nothing for it: it lacks what they find.
    """

    id: str
    url: str | None
    title: str
    text: str
    sha256: str
    publisher: str | None
    authors: tuple[str, ...]
    language: str
    published: PublicationDate
    ingested_at: datetime
    revision: int
    failed_stages: tuple[ExtractionStage, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence-aligned stretch of body text, the unit that is searched and cited."""

    id: int
    article_id: str
    index: int
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked pointer: ``text`` equals ``article.text[span.start:span.end]`` of ``revision``.

    ``verified`` says that the stored text still has its sha256 and that the slice equals the text noted at extraction.
    ``prefix`` and ``suffix`` are up to 40 characters either side, inside the article.
    """

    article_id: str
    revision: int
    span: Span
    text: str
    prefix: str
    suffix: str
    text_sha256: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose text an article prints. ``text_id`` is one for all near-copies of a text; ``writer`` is a key of who wrote it:
    the agency that fed it, else the publisher of the first copy, else the text itself.
    """

    text_id: str
    writer: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """A source of articles, as named at ingest."""

    id: str
    name: str
    article_count: int
