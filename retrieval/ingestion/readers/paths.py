"""Which files the paths of an ingest name."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from retrieval.ingestion.readers.registry import SUFFIXES

STDIN: Literal["-"] = "-"
Source = Path | Literal["-"]


def iter_paths(paths: Iterable[str | Path]) -> Iterator[Source]:
    """The articles that ``paths`` name: files, folders (with all folders in them), globs, and ``-`` for standard input.

    Each file comes once, those of a folder or glob in sorted order; a folder gives its files of known formats, no hidden
    ones. A path, folder or glob without an article is yielded as it is, so that `read_article` rejects it by name.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _expand(path):
            if (key := _identity(found)) not in seen:
                seen.add(key)
                yield found


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
