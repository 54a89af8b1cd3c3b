"""What several commands of ``dateline`` take, and what they do with it."""

# ruff: noqa: PLC0415 -- see api.cli

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from api.settings import Settings

ArchiveOption = Annotated[
    str | None,
    typer.Option("--archive", "-a", metavar="PATH|URL", help="The archive (DATELINE_ARCHIVE, else dateline.db here)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def settings_for(archive: str | None, **overrides: object) -> Settings:
    """The settings with what the command line overrules."""
    from api.settings import load_settings

    return load_settings(archive=archive, **overrides)
