"""The commands that keep an archive in order and measure how well it reads and searches."""

# ruff: noqa: PLC0415 -- see api.cli.main

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import REFUSED, ArchiveOption, JsonOption, opened_archive, show


def reindex(
    archive: ArchiveOption = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Make all vectors anew too, with the embedder of DATELINE_EMBEDDER.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Build the search index anew from the catalog."""
    from rich.text import Text

    from api.cli.progress import passage_progress

    with opened_archive(archive) as opened, passage_progress() as on_progress:
        count = opened.reindex(embed=embed, on_progress=on_progress)
    show({"passages": count}, lambda: Text(f"{count} passages indexed"), json=json)


def reextract(
    archive: ArchiveOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Read every article, also where the facts are of this version.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read stored articles anew where an older version found their facts. Goes on where it was interrupted."""
    from rich.text import Text

    from api.cli.progress import passage_progress

    with opened_archive(archive) as opened, passage_progress("reading") as progress:
        count = opened.reextract(every=every, on_progress=progress)
    show({"articles": count}, lambda: Text(f"{count:,} articles read anew"), json=json)


def evaluate(
    files: Annotated[list[Path] | None, typer.Argument(help="Questions with answers: SQuAD JSON, or JSONL.")] = None,
    format: Annotated[  # noqa: A002 -- the option's name
        str | None, typer.Option("--format", metavar="squad|jsonl", help="Where the file's name does not tell.")
    ] = None,
    archive: Annotated[
        str | None,
        typer.Option("--archive", "-a", metavar="PATH|URL", help="Use this archive, not one built of the file."),
    ] = None,
    answers: Annotated[bool, typer.Option("--answers", help="Measure answers in place of search.")] = False,
    own_article: Annotated[
        bool, typer.Option("--own-article", help="With --answers: ask each question of its own article alone.")
    ] = False,
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="With --answers: give no answer less sure; 0 gives one always.")
    ] = 0.5,
    extraction: Annotated[
        bool, typer.Option("--extraction", help="Measure entities, times, claims and events in place of search.")
    ] = False,
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Data sets: ner, timex, plover, ecbplus.")] = None,
    article: Annotated[Path | None, typer.Option(metavar="FILE", help="An article that --gold annotates.")] = None,
    gold: Annotated[Path | None, typer.Option(metavar="FILE", help="The annotation of --article.")] = None,
    topics: Annotated[int, typer.Option(min=1, help="How many topics of ecbplus; all take minutes.")] = 35,
    json: JsonOption = False,
) -> None:
    """Measure search, answers (--answers) or facts (--extraction) against what is expected."""
    if extraction and not answers and (data or (article and gold)):
        _evaluate_extraction(data, article, gold, topics=topics, json=json)
    elif files and answers and not extraction:
        _evaluate_answers(files, format, archive, own_article=own_article, min_confidence=min_confidence, json=json)
    elif files and not extraction and not own_article:
        _evaluate_search(files, format, archive, json=json)
    else:
        typer.echo(
            "give files of questions, with --answers or without, or --extraction with --data or with --article and --gold",
            err=True,
        )
        raise typer.Exit(REFUSED)


def link(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Lines of a name, a tab and a Wikidata id; # begins a comment.")
    ],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Link entities to items of Wikidata by name. A name that several entities bear is passed over."""
    from rich.text import Text

    from api.cli.arguments import read_links

    rows = read_links(path)
    with opened_archive(archive) as opened:
        count = opened.link_names(rows)
    show({"names": len(rows), "linked": count}, lambda: Text(f"{count:,} of {len(rows):,} names linked"), json=json)


def extract(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="One article; - is standard input.")],
    published: Annotated[str | None, typer.Option(metavar="DATE", help="When it appeared, where it does not say.")] = None,
    json: JsonOption = False,
) -> None:
    """Show the facts of one article, and how long each stage of extraction took; stores nothing."""
    from api.cli.extraction import extraction_document, extraction_view
    from retrieval.extraction.extractor import Extractor
    from retrieval.ingestion.pipeline import prepare_article
    from retrieval.ingestion.readers import read_article

    article = prepare_article(read_article("-" if str(path) == "-" else path), published=published)
    seconds: dict[str, float] = {}
    facts = Extractor().extract(article, seconds=seconds)
    document = extraction_document(article, facts, seconds)
    show(document, lambda: extraction_view(document), json=json)


def _evaluate_extraction(data: Path | None, article: Path | None, gold: Path | None, *, topics: int, json: bool) -> None:
    from itertools import chain

    from api.cli.extraction import measures_table
    from retrieval.evaluation.extraction import measure_article, measure_data

    of_article = measure_article(article, gold) if article and gold else ()
    measures = list(chain(of_article, measure_data(data, topics=topics) if data else ()))
    show({"measures": measures}, lambda: measures_table(measures), json=json)


def _evaluate_search(files: list[Path], format: str | None, archive: str | None, *, json: bool) -> None:  # noqa: A002
    from contextlib import nullcontext

    from rich.text import Text

    from api.cli.progress import passage_progress
    from retrieval.evaluation.reports import read_collection, render_table
    from retrieval.evaluation.searching import evaluate_search

    collections = [read_collection(file, format=format) for file in files]
    with opened_archive(archive) if archive else nullcontext() as opened, passage_progress("searching") as on_progress:
        found = [evaluate_search(collection, archive=opened, on_progress=on_progress) for collection in collections]
    tables = "\n\n".join(render_table(reports) for reports in found)
    show({"reports": [report for reports in found for report in reports]}, lambda: Text(tables), json=json)


def _evaluate_answers(
    files: list[Path],
    format: str | None,  # noqa: A002
    archive: str | None,
    *,
    own_article: bool,
    min_confidence: float,
    json: bool,
) -> None:
    from contextlib import nullcontext

    from rich.text import Text

    from api.cli.progress import ingest_report, passage_progress
    from retrieval.evaluation.answers import evaluate_answers
    from retrieval.evaluation.reports import read_quiz, render_answer_table

    quizzes = [read_quiz(file, format=format) for file in files]
    reports = []
    with opened_archive(archive) if archive else nullcontext() as opened:
        for quiz in quizzes:
            with ingest_report(len(quiz.articles), is_quiet=True) as on_result, passage_progress("asking") as on_progress:
                reports.append(
                    evaluate_answers(
                        quiz,
                        archive=opened,
                        own_article=own_article,
                        min_confidence=min_confidence,
                        on_result=on_result,
                        on_progress=on_progress,
                    )
                )
    show({"reports": reports}, lambda: Text("\n\n".join(map(render_answer_table, reports))), json=json)
