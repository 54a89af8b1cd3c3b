"""From an article as it was given to one that is ready for the catalog."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

import orjson

from retrieval.errors import ArticleRejected, InputError
from retrieval.ingestion.blocks import article_title, split_blocks
from retrieval.ingestion.passages import split_passages
from retrieval.ingestion.publication import publication_date
from retrieval.models import ArticleInput, Block, PublicationDate, PublicationSource
from retrieval.models.prepared import PreparedArticle

MAX_CHARACTERS = 5_000_000


def prepare_article(
    article: ArticleInput, *, published: str | datetime | None = None, source: str | None = None
) -> PreparedArticle:
    """Cut an article into blocks and passages and find its date.

    ``published`` overrules every other date; ``source`` stands in for a source that the article does not name.

    Raises:
        ArticleRejected: the text cannot be an article, or a date is none; the message says what to do.
    """
    text = article.text
    _check(article)
    digest = hashlib.sha256(text.encode()).hexdigest()
    blocks = split_blocks(text, title=article.title)
    publisher = " ".join((article.source or source or "").split()) or None
    date = _find_date(article, published, text, blocks)
    title = article_title(text, blocks, given=article.title)
    return PreparedArticle(
        key=article.url or f"sha256:{digest}",
        url=article.url,
        title=title,
        text=text,
        sha256=digest,
        fingerprint=_fingerprint(digest, title, publisher, article, date),
        publisher=publisher,
        authors=article.authors,
        language=article.language,
        published=date,
        blocks=blocks,
        passages=split_passages(text, blocks),
    )


def _check(article: ArticleInput) -> None:
    text = article.text
    if not text.strip():
        raise ArticleRejected("the text is empty; give the article's text")
    if "\0" in text:
        raise ArticleRejected(f"the text holds a NUL character at {text.index(chr(0))}; give plain text")
    if len(text) > MAX_CHARACTERS:
        raise ArticleRejected(f"the text has {len(text):,} characters, over the limit of {MAX_CHARACTERS:,}; split it")
    try:
        "\n".join([text, article.title or "", article.url or "", article.source or "", *article.authors]).encode()
    except UnicodeEncodeError as error:
        raise ArticleRejected(
            f"a half of a surrogate pair ({error.object[error.start]!r}) is no text; repair it"
        ) from error


def _find_date(
    article: ArticleInput, published: str | datetime | None, text: str, blocks: tuple[Block, ...]
) -> PublicationDate:
    try:
        if published is None and article.published is not None:
            stated = publication_date(text, blocks, given=article.published)
            return replace(stated, source=PublicationSource.METADATA)
        return publication_date(text, blocks, given=published)
    except InputError as error:
        raise ArticleRejected(str(error)) from error


def _fingerprint(digest: str, title: str, publisher: str | None, article: ArticleInput, date: PublicationDate) -> str:
    """One hash over all that facts are made from: where it is the same, ingesting again changes nothing."""
    parts = [digest, title, publisher, article.authors, article.language, date.at, date.precision, date.source]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()
