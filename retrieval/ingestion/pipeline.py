"""From an article as it was given to one that is ready for the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from retrieval.errors import ArticleRejected, InputError
from retrieval.ingestion.blocks import article_title, split_blocks
from retrieval.ingestion.credits import find_authors
from retrieval.ingestion.passages import split_passages
from retrieval.ingestion.publication import publication_date, unless_future
from retrieval.models import ArticleInput, Block, BlockKind, PublicationDate, PublicationSource, Span, StageFailure
from retrieval.models.prepared import PreparedArticle

MAX_CHARACTERS = 5_000_000
# Where an article could not be cut into blocks: about what a passage of 120 words has.
_PLAIN_PIECE = 700
_PLAIN_TITLE = 200


def prepare_article(
    article: ArticleInput,
    *,
    published_at: str | datetime | None = None,
    publisher: str | None = None,
    now: datetime | None = None,
) -> PreparedArticle:
    """Cut an article into blocks and passages and find its date, which must not lie ahead of ``now`` (else the clock's).

    ``published_at`` overrules every other date; ``publisher`` stands in for one that the article does not name.

    Raises:
        ArticleRejected: the text cannot be an article, or a date is none; the message says what to do.
    """
    text = article.text
    _check(article)
    digest = hashlib.sha256(text.encode()).hexdigest()
    blocks = split_blocks(text, title=article.title)
    name = " ".join((article.publisher or publisher or "").split()) or None
    date = unless_future(_find_date(article, published_at, text, blocks), now=now or datetime.now(UTC))
    title = article_title(text, blocks, given=article.title)
    return PreparedArticle(
        key=article.url or f"sha256:{digest}",
        url=article.url,
        title=title,
        text=text,
        sha256=digest,
        fingerprint=_fingerprint(digest, title, name, article, date),
        publisher=name,
        authors=article.authors or find_authors(text, blocks),
        language=article.language,
        published=date,
        blocks=blocks,
        passages=split_passages(text, blocks),
    )


def prepare_plainly(
    article: ArticleInput,
    failure: StageFailure,
    *,
    published_at: str | datetime | None = None,
    publisher: str | None = None,
) -> PreparedArticle:
    """An article as `prepare_article` makes it where that failed: all of its text is body, cut at a fixed length.

    Its fingerprint is not that of the same article cut well, so that ingesting it again tries again.

    Raises:
        ArticleRejected: as `prepare_article` does.
    """
    _check(article)
    text = article.text
    digest = hashlib.sha256(text.encode()).hexdigest()
    pieces = tuple(_fixed_pieces(text))
    date = unless_future(_find_date(article, published_at, text, ()), now=datetime.now(UTC))
    title = " ".join((article.title or text[:1000]).split())[:_PLAIN_TITLE]
    name = " ".join((article.publisher or publisher or "").split()) or None
    return PreparedArticle(
        key=article.url or f"sha256:{digest}",
        url=article.url,
        title=title,
        text=text,
        sha256=digest,
        fingerprint=_fingerprint(f"plain:{digest}", title, name, article, date),
        publisher=name,
        authors=article.authors,
        language=article.language,
        published=date,
        blocks=tuple(Block(BlockKind.BODY, piece) for piece in pieces),
        passages=pieces,
        failures=(failure,),
    )


def _fixed_pieces(text: str) -> Iterator[Span]:
    for start in range(0, len(text), _PLAIN_PIECE):
        piece = text[start : start + _PLAIN_PIECE]
        if inner := piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            yield Span(begin, begin + len(inner))


def _check(article: ArticleInput) -> None:
    text = article.text
    if not text.strip():
        raise ArticleRejected("the text is empty; give the article's text")
    if "\0" in text:
        raise ArticleRejected(f"the text holds a NUL character at {text.index(chr(0))}; give plain text")
    if len(text) > MAX_CHARACTERS:
        raise ArticleRejected(f"the text has {len(text):,} characters, over the limit of {MAX_CHARACTERS:,}; split it")
    try:
        "\n".join([text, article.title or "", article.url or "", article.publisher or "", *article.authors]).encode()
    except UnicodeEncodeError as error:
        raise ArticleRejected(
            f"a half of a surrogate pair ({error.object[error.start]!r}) is no text; repair it"
        ) from error


def _find_date(
    article: ArticleInput, published_at: str | datetime | None, text: str, blocks: tuple[Block, ...]
) -> PublicationDate:
    try:
        if published_at is None and article.published_at is not None:
            stated = publication_date(text, blocks, given=article.published_at)
            return replace(stated, source=PublicationSource.METADATA)
        return publication_date(text, blocks, given=published_at)
    except InputError as error:
        raise ArticleRejected(str(error)) from error


def _fingerprint(digest: str, title: str, publisher: str | None, article: ArticleInput, date: PublicationDate) -> str:
    """One hash over all that facts are made from: where it is the same, ingesting again changes nothing."""
    parts = [digest, title, publisher, article.authors, article.language, date.at, date.precision, date.source]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()
