"""Readers: from paths to articles. Bytes become text once, here, and only a byte order mark is lost on the way."""

from __future__ import annotations

import glob
import os
import stat
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from retrieval.errors import ArticleRejected
from retrieval.ingestion.front_matter import parse_front_matter
from retrieval.models import ArticleInput

SUFFIXES = frozenset({".txt", ".md", ".text"})
STDIN: Literal["-"] = "-"
Source = Path | Literal["-"]

_OTHER_FORMATS = frozenset(
    {".html", ".htm", ".xhtml", ".xml", ".json", ".jsonl", ".pdf", ".doc", ".docx", ".rtf", ".epub", ".warc"}
)
_BOM = "\ufeff"
_PLAIN_CONTROLS = frozenset("\t\n\v\f\r\x1b\x85\x1c\x1d\x1e\x1f")
_MOST_CONTROLS = 0.1


def iter_paths(paths: Iterable[str | Path]) -> Iterator[Source]:
    """The articles that ``paths`` name: files, folders (with all folders in them), globs, and ``-`` for standard input.

    Each file comes once, those of a folder or glob in sorted order; a folder gives its .txt, .md and .text files but no
    hidden ones. A path, folder or glob without an article is yielded as it is, so that `read_article` rejects it by name.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _expand(path):
            if (key := _identity(found)) not in seen:
                seen.add(key)
                yield found


def read_article(source: Source, *, max_bytes: int = 5_000_000, stdin: BinaryIO | None = None) -> ArticleInput:
    """One article from a file or standard input.

    The text is the file's, with its line ends, less a byte order mark. Its ``url`` is that of the front matter or the
    file's own ``file:`` URI; standard input has none. ``published`` is what the front matter says.

    Raises:
        ArticleRejected: it cannot be an article; the message names it, says why and what to do.
    """
    name = source_name(source)
    content = (
        _read_stdin(stdin or sys.stdin.buffer, max_bytes) if source == STDIN else _read_file(Path(source), name, max_bytes)
    )
    text = _decode(content, name)
    head = text[:1000].lstrip().lower()
    if head.startswith(("<!doctype html", "<html", "<?xml")):
        raise ArticleRejected(
            f"{name}: is {'XML' if head.startswith('<?xml') else 'HTML'}; save its article as plain text first"
        )
    front = parse_front_matter(text)
    uri = None if source == STDIN else Path(os.path.realpath(source)).as_uri()
    if front is None:
        return ArticleInput(text=text, url=uri)
    return ArticleInput(
        text=text,
        title=front.title,
        url=front.url or uri,
        published=front.published,
        source=front.source,
        authors=front.authors,
        language=front.language or "en",
    )


def find_rejections(sources: Iterable[Source]) -> list[tuple[str, str]] | None:
    """The name of each source and why it can be no article; None where one may be. Standard input is not read."""
    rejections = []
    for source in sources:
        if source == STDIN:
            return None
        try:
            read_article(source)
        except ArticleRejected as error:
            rejections.append((source_name(source), str(error)))
        else:
            return None
    return rejections


def source_name(source: Source) -> str:
    """What a source is called in results and messages; names that are not UTF-8 are shown with replacements."""
    return "<stdin>" if source == STDIN else os.fsencode(source).decode(errors="replace")


def _identity(source: Source) -> str:
    try:
        return STDIN if source == STDIN else os.path.realpath(source)
    except (OSError, ValueError):
        return str(source)


def _expand(path: str | Path) -> Iterator[Source]:
    if path == STDIN:
        yield STDIN
        return
    root = Path(path)
    try:
        is_folder, exists = root.is_dir(), os.path.lexists(root)
    except (OSError, ValueError):
        is_folder, exists = False, True
    if is_folder:
        found = list(_in_folder(root))
        yield from found or [root]
    elif exists or not glob.has_magic(str(path)):
        yield root
    else:
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - takes absolute globs
        articles = [inner for match in matches for inner in (_in_folder(match) if match.is_dir() else [match])]
        yield from articles or matches or [root]


def _in_folder(root: Path) -> Iterator[Path]:
    unreadable: list[Path] = []
    for folder, folders, files in os.walk(root, onerror=lambda error: unreadable.append(Path(error.filename))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)
    yield from unreadable


def _read_stdin(stream: BinaryIO, max_bytes: int) -> bytes:
    content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ArticleRejected(f"<stdin>: is over the limit of {max_bytes:,} bytes; give one article at a time")
    return content


def _read_file(path: Path, name: str, max_bytes: int) -> bytes:
    if path.suffix.lower() in _OTHER_FORMATS:
        raise ArticleRejected(f"{name}: {path.suffix.lower()} files are not read; save its article as .txt or .md")
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            next(path.iterdir(), None)
            raise ArticleRejected(f"{name}: holds no article; put .txt or .md files into it")
        if not stat.S_ISREG(status.st_mode):
            raise ArticleRejected(f"{name}: is not a regular file; give the article as a file, or on standard input as -")
        if status.st_size > max_bytes:
            raise ArticleRejected(
                f"{name}: {status.st_size:,} bytes are over the limit of {max_bytes:,}; split it into one file an article"
            )
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        what = "no file matches" if glob.has_magic(name) else "there is no such file or folder"
        raise ArticleRejected(f"{name}: {what}; check the path") from error
    except PermissionError as error:
        raise ArticleRejected(f"{name}: may not be read; check its permissions") from error
    except (OSError, ValueError) as error:
        raise ArticleRejected(f"{name}: cannot be read ({error}); check the path") from error
    if len(content) > max_bytes:
        raise ArticleRejected(f"{name}: grew over the limit of {max_bytes:,} bytes; split it into one file an article")
    return content


def _decode(content: bytes, name: str) -> str:
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
