"""The commands around the server: ``dateline serve``, ``dateline work`` and ``dateline keys``."""

# ruff: noqa: PLC0415 -- see api.cli.main

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from api.cli.options import ArchiveOption, JsonOption, settings_for

keys_app = typer.Typer(no_args_is_help=True, help="Make, list and revoke the API keys of an archive.")


def serve(
    archive: ArchiveOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (127.0.0.1).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on (8000); 0 takes a free one.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that answer (1).")] = None,
    insecure_bind: Annotated[
        bool | None,
        typer.Option("--insecure-bind", help="Let other machines reach it without API keys."),
    ] = None,
) -> None:
    """Answer GraphQL over HTTP, with GraphiQL at /."""
    from api.server.server import address_of, bind, run
    from api.settings import archive_of

    settings = settings_for(archive, host=host, port=port, insecure_bind=insecure_bind, workers=workers)
    archive_of(settings).close()
    with bind(settings) as listener:
        address = address_of(listener)
        typer.echo(f"GraphQL at {address}/graphql" + (f", GraphiQL at {address}/" if settings.graphiql else ""))
        sys.stdout.flush()
        run(settings, listener)


def work(
    archive: ArchiveOption = None,
    parent: Annotated[int | None, typer.Option(hidden=True, help="End with this process.")] = None,
) -> None:
    """Take in what `ingestArticles(wait: false)` has queued, until interrupted. A server starts one by itself."""
    from api.server.worker_process import run_worker

    run_worker(settings_for(archive), parent=parent)


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    archive: ArchiveOption = None,
    scope: Annotated[str, typer.Option(help="read, write (reads too) or admin (all).")] = "read",
    days: Annotated[int | None, typer.Option(min=1, help="How long it is valid; for ever where left out.")] = None,
    json: JsonOption = False,
) -> None:
    """Make a key and print it: it cannot be shown again."""
    import orjson

    from api.cli.arguments import parse_choice
    from retrieval.api_keys import KeyRing, Scope

    settings = settings_for(archive)
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with KeyRing(settings.archive, create=True, lock_timeout_seconds=settings.lock_timeout_seconds) as keys:
        key, text = keys.make(name, parse_choice(Scope, scope), expires_at=expires_at)
    typer.echo(orjson.dumps({"id": key.id, "key": text}).decode() if json else text)


@keys_app.command("list")
def list_keys(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """List all keys that were ever made, without the keys themselves."""
    import orjson
    from rich.table import Table

    from api.cli.rendering import console
    from retrieval.api_keys import KeyRing

    settings = settings_for(archive)
    with KeyRing(settings.archive, lock_timeout_seconds=settings.lock_timeout_seconds) as keys:
        found = keys.load()
    if json:
        typer.echo(orjson.dumps({"keys": found}).decode())
        return
    table = Table("id", "name", "scope", "made", "state", box=None)
    for key in found:
        expiry = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "valid"
        state = "revoked" if key.revoked_at else expiry if key.is_valid(datetime.now(UTC)) else "expired"
        table.add_row(key.id, key.name, key.scope, f"{key.created_at:%Y-%m-%d}", state)
    console().print(table)


@keys_app.command("revoke")
def revoke_key(id: Annotated[str, typer.Argument(help="Its id, as listed.")], archive: ArchiveOption = None) -> None:  # noqa: A002
    """Take a key back: within a second it lets no one in."""
    from retrieval.api_keys import KeyRing

    settings = settings_for(archive)
    with KeyRing(settings.archive, lock_timeout_seconds=settings.lock_timeout_seconds) as keys:
        if not keys.revoke(id):
            typer.echo(f"there is no valid key {id}; see dateline keys list", err=True)
            raise typer.Exit(1)
    typer.echo(f"{id} is revoked")
