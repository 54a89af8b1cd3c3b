"""The formats that can be read. To add one, write its reader in a module beside this one and name it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from retrieval.ingestion.readers.text import read_text
from retrieval.models import ArticleInput


@dataclass(frozen=True, slots=True)
class Reader:
    """How files of one format become articles.

    ``suffixes`` are those of its files, in lower case with the dot. ``read`` gets the content of a file and its name for
    messages, and raises ArticleRejected where the content is no article of this format.
    """

    format: str
    suffixes: frozenset[str]
    read: Callable[[bytes, str], ArticleInput]


READERS = (Reader("text", frozenset({".txt", ".md", ".text"}), read_text),)
"""The readers, by preference. The first also reads standard input and files with an unknown suffix."""

SUFFIXES = frozenset(suffix for reader in READERS for suffix in reader.suffixes)


def find_reader(path: Path | None) -> Reader:
    """The reader for a file of that name; None is standard input."""
    suffix = path.suffix.lower() if path else ""
    return next((reader for reader in READERS if suffix in reader.suffixes), READERS[0])
