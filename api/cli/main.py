"""The command ``dateline``. Each command imports what it needs when it runs, so that ``--help`` answers at once."""

# ruff: noqa: PLC0415 -- imports inside the commands are what this module is about

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import (
    FAILED,
    INTERRUPTED,
    REFUSED,
    ArchiveOption,
    JsonOption,
    opened_archive,
    settings_for,
    show,
    write_json,
)
from api.cli.server_commands import keys_app, serve, work
from api.cli.upkeep_commands import backup, evaluate, extract, link, reextract, reindex, restore

if TYPE_CHECKING:
    from retrieval.models import Window

app = typer.Typer(
    name="dateline",
    help="Ask a news archive questions: cited passages, entities, events and claims, both sides of a dispute.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# How many objects are new before garbage is looked for: 700 are usual, and what is imported is none, but looked through
# again and again in a tenth of a short command's time.
_NEW_OBJECTS = 50_000

LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many at most.")]
AfterOption = Annotated[str | None, typer.Option("--after", metavar="CURSOR", help="Go on after this cursor.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="Not before this date (2020-01-17, 2020-01, 2020).")
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Not after this date.")]
PublisherOption = Annotated[
    list[str] | None, typer.Option("--publisher", "--source", metavar="NAME", help="Only from this publisher; repeatable.")
]


@app.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Files, folders, globs; - is standard input.")],
    archive: ArchiveOption = None,
    published_at: Annotated[
        str | None,
        typer.Option("--published-at", "--published", metavar="DATE", help="When they were published, whatever they say."),
    ] = None,
    publisher: Annotated[
        str | None, typer.Option("--publisher", "--source", metavar="NAME", help="Who published those that do not say.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, metavar="N", help="Processes that read articles, some 270 MB each; 0 is one a core.")
    ] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show only what was rejected.")] = False,
    json: JsonOption = False,
) -> None:
    """Take articles in. Exits with 1 when any was rejected; the others are in. Interrupted, it can be run again."""
    from api.cli.documents import ingest_document
    from api.cli.progress import ingest_report
    from api.cli.rendering import ingest_summary
    from retrieval.ingestion.readers import find_rejections, iter_paths
    from retrieval.models import IngestOutcome, IngestResult

    sources = list(iter_paths(paths))
    results: list[IngestResult] = []
    started = time.monotonic()
    is_interrupted = False
    with ingest_report(len(sources), is_quiet=quiet or json) as report:

        def note(result: IngestResult) -> None:
            results.append(result)
            report(result)

        rejections = find_rejections(sources)
        if rejections is not None:  # a mistyped path makes no archive
            for name, reason in rejections:
                note(IngestResult(name, IngestOutcome.REJECTED, reason=reason))
        else:
            try:
                with opened_archive(archive, create=True) as opened:
                    count = workers or os.cpu_count() or 1
                    opened.ingest(sources, published_at=published_at, publisher=publisher, workers=count, on_result=note)
            except KeyboardInterrupt:
                is_interrupted = True
    seconds = time.monotonic() - started
    show(ingest_document(results, seconds=seconds), lambda: ingest_summary(results, seconds), json=json)
    if is_interrupted:
        left = len(sources) - len(results)
        typer.echo(
            f"interrupted: {left:,} of {len(sources):,} are left; give the same command to go on with them", err=True
        )
        raise typer.Exit(INTERRUPTED)
    if any(result.outcome is IngestOutcome.REJECTED for result in results):
        raise typer.Exit(FAILED)


@app.command()
def remove(
    articles: Annotated[list[str], typer.Argument(help="Article ids, URLs or the paths they were read from.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Remove articles with their facts. Exits with 1 when one is not in the archive."""
    from api.cli.arguments import bare_id
    from api.cli.rendering import removal_view

    with opened_archive(archive) as opened:
        names = [bare_id(name, "Article") for name in articles]
        known = opened.load_articles(names)
        ids = [name for name, article in zip(names, known, strict=True) if article]
        removal = opened.remove(ids, urls=[name for name in names if name not in ids])
    show(removal, lambda: removal_view(removal), json=json)
    if removal.unknown:
        raise typer.Exit(FAILED)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in English.")],
    archive: ArchiveOption = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Answer from what had appeared by then.")
    ] = None,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Say nothing below this confidence.")] = 0.5,
    mode: Annotated[
        str, typer.Option(help="extractive, or generative: a language model (DATELINE_LLM_...) words the answer.")
    ] = "extractive",
    published_from: FromOption = None,
    published_to: ToOption = None,
    publisher: PublisherOption = None,
    evidence: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write down the answer with all it rests on, for dateline verify.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Answer a question, with who says what and the exact words it rests on."""
    from api.cli.arguments import article_filter, parse_choice, parse_moment, write_file
    from api.cli.documents import answer_document, cited_articles
    from api.cli.rendering import answer_view
    from retrieval.answer_evidence import AskArguments, build_evidence
    from retrieval.models import AnswerMode

    wording = parse_choice(AnswerMode, mode)
    which = article_filter(published_from=published_from, published_to=published_to, publishers=publisher)
    moment = parse_moment(as_of, is_end=True)
    with opened_archive(archive) as opened, opened.snapshot():
        answer = opened.ask(question, mode=wording, filter=which, as_of=moment, min_confidence=min_confidence)
        articles = cited_articles(opened, answer)
        if evidence is not None:
            written = build_evidence(opened, answer, AskArguments(wording, which, moment, min_confidence))
            write_file(evidence, written.to_json())
    show(answer_document(answer, articles), lambda: answer_view(answer, articles), json=json)


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What dateline ask --evidence wrote.")],
    archive: ArchiveOption = None,
    texts: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", exists=True, file_okay=False, help="Look them up in its text files, not in an archive."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check that what an answer rests on still stands where it stood. Exits with 1 on any difference."""
    from api.cli.arguments import read_file
    from api.cli.verification import verification_document, verification_view
    from retrieval.answer_evidence import archive_texts, folder_texts, verify_evidence

    if texts is not None and archive is not None:
        raise typer.BadParameter("give --archive or --texts, not both")
    content = read_file(path)
    if texts is not None:
        verification = verify_evidence(content, folder_texts(texts))
    else:
        with opened_archive(archive) as opened:
            verification = verify_evidence(content, archive_texts(opened))
    show(verification_document(verification), lambda: verification_view(verification), json=json)
    if not verification.is_ok:
        raise typer.Exit(FAILED)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words to look for.")],
    archive: ArchiveOption = None,
    limit: LimitOption = 10,
    published_from: FromOption = None,
    published_to: ToOption = None,
    publisher: PublisherOption = None,
    after: AfterOption = None,
    json: JsonOption = False,
) -> None:
    """Find passages, best first."""
    from api.cli.arguments import article_filter
    from api.cli.documents import search_document
    from api.cli.rendering import search_view

    which = article_filter(published_from=published_from, published_to=published_to, publishers=publisher)
    with opened_archive(archive) as opened:
        results = opened.search(query, limit=limit, filter=which, after=after, reread=True)
    show(search_document(results), lambda: search_view(results), json=json)


@app.command()
def entities(
    archive: ArchiveOption = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="person, organization, place, group, facility or other; repeatable."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Only those that go by this name.")] = None,
    order: Annotated[str, typer.Option(help="mention-count, name or last-seen-at.")] = "mention-count",
    limit: LimitOption = 20,
    after: AfterOption = None,
    json: JsonOption = False,
) -> None:
    """List people, organizations, places and other named things."""
    from api.cli.arguments import parse_choice, parse_choices
    from api.cli.rendering import entity_table
    from retrieval.models import EntityFilter, EntityOrder, EntityType

    which = EntityFilter(types=parse_choices(EntityType, kind), name=name)
    key = parse_choice(EntityOrder, order)
    with opened_archive(archive) as opened:
        page = opened.entities(which, order=key, descending=key is not EntityOrder.NAME, window=_window(limit, after))
    show(page, lambda: entity_table(page), json=json)


@app.command()
def events(
    archive: ArchiveOption = None,
    kind: Annotated[
        list[str] | None, typer.Option("--type", metavar="TYPE", help="A PLOVER type such as assault; repeatable.")
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(metavar="STATUS", help="actual, attributed, denied, planned ...; repeatable.")
    ] = None,
    participant: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="With this entity in them; repeatable.")
    ] = None,
    time_from: FromOption = None,
    time_to: ToOption = None,
    order: Annotated[str, typer.Option(help="time, confidence or independent-sources.")] = "time",
    limit: LimitOption = 20,
    after: AfterOption = None,
    json: JsonOption = False,
) -> None:
    """List what happened, or is said, asked or planned to."""
    from api.cli.arguments import entity_ids, parse_choice, parse_choices, parse_moment
    from api.cli.rendering import event_table
    from retrieval.models import EventFilter, EventOrder, EventStatus, EventType

    types, statuses, key = (
        parse_choices(EventType, kind),
        parse_choices(EventStatus, status),
        parse_choice(EventOrder, order),
    )
    start, end = parse_moment(time_from), parse_moment(time_to, is_end=True)
    with opened_archive(archive) as opened:
        ids = entity_ids(opened, participant)
        which = EventFilter(types=types, statuses=statuses, time_from=start, time_to=end, participant_ids=ids)
        page = opened.events(which, order=key, descending=key is not EventOrder.TIME, window=_window(limit, after))
    show(page, lambda: event_table(page), json=json)


@app.command()
def claims(
    archive: ArchiveOption = None,
    speaker: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Said by this entity; repeatable.")] = None,
    stance: Annotated[
        list[str] | None, typer.Option(metavar="STANCE", help="asserted, denied, reported ...; repeatable.")
    ] = None,
    said_from: FromOption = None,
    said_to: ToOption = None,
    limit: LimitOption = 20,
    after: AfterOption = None,
    json: JsonOption = False,
) -> None:
    """List who said what."""
    from api.cli.arguments import entity_ids, parse_choices, parse_moment
    from api.cli.documents import load_articles
    from api.cli.rendering import claim_table
    from retrieval.models import ClaimFilter, ClaimStance

    stances = parse_choices(ClaimStance, stance)
    start, end = parse_moment(said_from), parse_moment(said_to, is_end=True)
    with opened_archive(archive) as opened:
        which = ClaimFilter(stances=stances, source_ids=entity_ids(opened, speaker), said_from=start, said_to=end)
        page = opened.claims(which, window=_window(limit, after))
        articles = load_articles(opened, (claim.article_id for claim in page.items))
    show(page, lambda: claim_table(page, articles), json=json)


@app.command()
def query(
    document: Annotated[str, typer.Argument(help="A GraphQL document, @FILE, or - for standard input.")],
    variables: Annotated[str | None, typer.Option(metavar="JSON", help="The values of its variables.")] = None,
    operation: Annotated[str | None, typer.Option(metavar="NAME", help="Which of its operations to run.")] = None,
    archive: ArchiveOption = None,
    json: Annotated[bool, typer.Option("--json", help="On one line.")] = False,
) -> None:
    """Run a GraphQL operation without a server and print its response. Exits with 1 when that has errors."""
    from api.cli.local import run_operation

    settings = settings_for(archive)
    text = _read_document(document)
    with opened_archive(archive) as opened:
        response = run_operation(opened, settings, text, variables=variables, name=operation)
    write_json(response, is_indented=not json)
    if "errors" in response:
        raise typer.Exit(FAILED)


for command in (serve, work, reindex, reextract, backup, restore, evaluate, link, extract):
    app.command()(command)
app.add_typer(keys_app, name="keys")


@app.command()
def schema(
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with this file instead; exit with 1 when it is stale.")
    ] = None,
) -> None:
    """Print the GraphQL schema."""
    from schema import print_sdl

    sdl = print_sdl()
    if check is None:
        typer.echo(sdl, nl=False)
    elif not check.is_file() or check.read_text(encoding="utf-8") != sdl:
        typer.echo(f"{check} is stale; run dateline schema > {check}", err=True)
        raise typer.Exit(FAILED)


@app.command()
def doctor(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Check this installation and the archive. Exits with 1 on a problem, and says what to do about it."""
    from api.cli.doctor import check_all
    from api.cli.rendering import checks_view

    checks = check_all(settings_for(archive))
    is_ok = all(check.is_ok for check in checks)
    show({"checks": checks, "ok": is_ok}, lambda: checks_view(checks), json=json)
    if not is_ok:
        raise typer.Exit(FAILED)


def main() -> None:
    """Run the command; what it refuses becomes one line on standard error and exit status 2."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        app()
    except ImportError as error:
        if not _is_foreign(error):
            raise
        typer.echo(f"dateline: {error}; it stands before Dateline's own package: run dateline doctor", err=True)
        sys.exit(REFUSED)
    except Exception as error:
        if not _is_meant_for_people(error):
            raise
        typer.echo(f"dateline: {error}", err=True)
        sys.exit(REFUSED)


def _is_foreign(error: ImportError) -> bool:
    """Whether another package took the name of one of ours."""
    ours = Path(__file__).resolve().parents[2]
    return (
        error.name in {"retrieval", "schema"} and error.path is not None and ours not in Path(error.path).resolve().parents
    )


def _is_meant_for_people(error: Exception) -> bool:
    from api.settings import SettingsError
    from retrieval.errors import RetrievalError

    return isinstance(error, RetrievalError | SettingsError)


def _window(limit: int, after: str | None) -> Window:
    from retrieval.models import Window

    return Window(limit=limit, after=after)


def _read_document(document: str) -> str:
    if document == "-":
        return sys.stdin.read()
    if not document.startswith("@"):
        return document
    try:
        return Path(document[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"cannot read {document[1:]}: {error}") from error


if __name__ == "__main__":
    main()
