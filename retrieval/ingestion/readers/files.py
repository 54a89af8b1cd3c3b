"""Reading one file, or standard input, as an article."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from retrieval.errors import ArticleRejected
from retrieval.ingestion.readers.paths import STDIN, Source, source_name
from retrieval.ingestion.readers.registry import find_reader
from retrieval.models import ArticleInput

_OTHER_FORMATS = frozenset(
    {".html", ".htm", ".xhtml", ".xml", ".json", ".jsonl", ".pdf", ".doc", ".docx", ".rtf", ".epub", ".warc"}
)


def read_article(source: Source, *, max_bytes: int = 5_000_000, stdin: BinaryIO | None = None) -> ArticleInput:
    """One article from a file or standard input.

    The text is the file's, with its line ends, less a byte order mark. Its ``url`` is that of the front matter or the
    file's own ``file:`` URI; standard input has none. ``published_at`` is what the front matter says.

    Raises:
        ArticleRejected: it cannot be an article; the message names it, says why and what to do.
    """
    name = source_name(source)
    if source == STDIN:
        return find_reader(None).read(_read_stdin(stdin or sys.stdin.buffer, max_bytes), name)
    path = Path(source)
    article = find_reader(path).read(_read_file(path, name, max_bytes), name)
    return article if article.url else replace(article, url=Path(os.path.realpath(path)).as_uri())


def find_rejections(sources: Iterable[Source]) -> list[tuple[str, str]] | None:
    """The name of each source and the reason why it cannot be an article; None if one of them may be.

    Standard input is not read, and may be one.
    """
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
