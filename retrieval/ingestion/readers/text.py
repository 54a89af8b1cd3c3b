"""Plain text and Markdown, with or without front matter. Bytes become text here, and only a byte order mark is lost."""

from __future__ import annotations

import unicodedata

from retrieval.errors import ArticleRejected
from retrieval.ingestion.front_matter import parse_front_matter
from retrieval.models import ArticleInput

_BOM = "\ufeff"
_PLAIN_CONTROLS = frozenset("\t\n\v\f\r\x1b\x85\x1c\x1d\x1e\x1f")
_MOST_CONTROLS = 0.1


def read_text(content: bytes, name: str) -> ArticleInput:
    """The article of a text file: its text with its line ends, and what its front matter says.

    Raises:
        ArticleRejected: it is not UTF-8, or no text.
    """
    text = decode(content, name)
    head = text[:1000].lstrip().lower()
    if head.startswith(("<!doctype html", "<html", "<?xml")):
        raise ArticleRejected(
            f"{name}: is {'XML' if head.startswith('<?xml') else 'HTML'}; save its article as plain text first"
        )
    front = parse_front_matter(text)
    if front is None:
        return ArticleInput(text=text)
    return ArticleInput(
        text=text,
        title=front.title,
        url=front.url,
        published_at=front.published_at,
        publisher=front.publisher,
        authors=front.authors,
        language=front.language or "en",
    )


def decode(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, without a byte order mark.

    Raises:
        ArticleRejected: it is in another encoding, binary, or empty.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArticleRejected(f"{name}: is UTF-16, not UTF-8; convert it with: iconv -f UTF-16 -t UTF-8")
    if b"\0" in content:
        raise ArticleRejected(f"{name}: is a binary file (byte {content.index(0):,} is NUL); give plain text")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ArticleRejected(
            f"{name}: is not UTF-8 (byte {error.start:,} is 0x{content[error.start]:02x});"
            " convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8"
        ) from error
    text = text.removeprefix(_BOM)
    if not text.strip().strip(_BOM):
        raise ArticleRejected(f"{name}: is empty; give a file with text")
    controls = sum(unicodedata.category(c) == "Cc" and c not in _PLAIN_CONTROLS for c in text[:100_000])
    if controls > _MOST_CONTROLS * min(len(text), 100_000):
        raise ArticleRejected(f"{name}: is a binary file (mostly control characters); give plain text")
    return text
