"""What several commands of ``dateline`` take, and what they do with it."""

# ruff: noqa: PLC0415 -- see api.cli.main

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from api.settings import Settings
    from retrieval.archive import Archive

FAILED = 1  # the command ran, and what it ran on has faults
REFUSED = 2  # the command could not run

ArchiveOption = Annotated[
    str | None,
    typer.Option("--archive", "-a", metavar="PATH|URL", help="The archive (DATELINE_ARCHIVE, else dateline.db here)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def settings_for(archive: str | None, **overrides: object) -> Settings:
    """The settings with what the command line overrules."""
    from api.settings import load_settings

    return load_settings(archive=archive, **overrides)


def opened_archive(archive: str | None, *, create: bool = False) -> Archive:
    """The archive that the command line or the settings name."""
    from api.settings import archive_of

    return archive_of(settings_for(archive), create=create)


def show(document: object, view: Callable[[], RenderableType], *, json: bool) -> None:
    """Print the document as JSON, or else its view."""
    if json:
        write_json(document)
        return
    from api.cli.rendering import console

    console().print(view())


def write_json(document: object, *, is_indented: bool = False) -> None:
    """Print one JSON document, on one line unless ``is_indented``."""
    import orjson

    options = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if is_indented else 0)
    sys.stdout.buffer.write(orjson.dumps(document, option=options))
    sys.stdout.buffer.flush()
