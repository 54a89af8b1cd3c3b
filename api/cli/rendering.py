"""The library's values for people at a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from api.cli.documents import citations_of
from retrieval.models import (
    Account,
    Answer,
    AnswerStatus,
    AnswerValue,
    Article,
    Attribution,
    BooleanValue,
    Citation,
    Claim,
    ClaimStance,
    DatePrecision,
    DateValue,
    Entity,
    EntityValue,
    Event,
    Generation,
    IngestOutcome,
    IngestResult,
    Page,
    QuantityValue,
    Removal,
    SearchResults,
    Span,
    TimeRef,
)

if TYPE_CHECKING:
    from api.cli.doctor import Check

WIDTH_WHEN_PIPED = 100

# what would drive the terminal or turn the order of its characters around
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORMATS = {
    DatePrecision.MINUTE: "%Y-%m-%d %H:%M",
    DatePrecision.DAY: "%Y-%m-%d",
    DatePrecision.WEEK: "week of %Y-%m-%d",
    DatePrecision.MONTH: "%Y-%m",
    DatePrecision.YEAR: "%Y",
}
_RULE = "│ "
_NEGATIVE = frozenset({ClaimStance.DENIED})
_STATUS_STYLES = {
    AnswerStatus.ANSWERED: "bold green",
    AnswerStatus.CONFLICTING: "bold yellow",
    AnswerStatus.NOT_FOUND: "bold red",
}
_OUTCOME_STYLES = {
    IngestOutcome.ADDED: "green",
    IngestOutcome.REVISED: "yellow",
    IngestOutcome.UNCHANGED: "dim",
    IngestOutcome.REJECTED: "red",
}


def console(*, stderr: bool = False) -> Console:
    """A console that does not read markup in what it is given, and is wide enough when it is no terminal."""
    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = WIDTH_WHEN_PIPED
    return made


def clean(text: str) -> str:
    """``text`` on one line, without the control characters that would drive a terminal."""
    return _flat(text).strip()


def outcome_line(result: IngestResult) -> Text:
    """One article's outcome."""
    line = Text.assemble((f"{result.outcome.value:<9}", _OUTCOME_STYLES[result.outcome]), "  ", clean(result.name))
    if result.reason:
        # the reason of a rejection begins with the name that the line already has
        line.append(f"  {clean(result.reason.removeprefix(f'{result.name}: '))}", "red")
    return line


def ingest_summary(results: Sequence[IngestResult], seconds: float) -> Text:
    """How many articles became what, and how fast."""
    counts = [(outcome, sum(r.outcome is outcome for r in results)) for outcome in IngestOutcome]
    shown = ", ".join(f"{count} {outcome.value.lower()}" for outcome, count in counts if count) or "no articles"
    rate = f" in {seconds:.1f} s" + (
        f" ({len(results) / seconds:.1f} a second)" if seconds > 0 and len(results) > 1 else ""
    )
    return Text(f"{shown}{rate if results else ''}", "bold")


def answer_view(answer: Answer, articles: Mapping[str, Article]) -> RenderableType:
    """An answer: status and text, who says what, and the quoted words with their offsets in the numbered articles."""
    places = _Places(articles)
    parts: list[RenderableType] = [_Margin(Group(Text(clean(answer.question), "bold"), _headline(answer)), "")]
    if answer.accounts:
        parts += [Text(), _heading("Who says what")]
        parts += [_Margin(_account_view(account, places)) for account in answer.accounts]
    citations = citations_of(answer)
    if citations:
        parts += [Text(), _heading("In their words")]
        parts += [_Margin(_citation_view(outer, inner, places)) for outer, inner in _nested(citations)]
    elif answer.closest_passages:
        parts += [Text(), _heading("Closest passages")]
        for passage in answer.closest_passages:
            where = places.text(passage.article_id, passage.span)
            parts.append(_Margin(Group(where, _Margin(Text(clean(passage.text)), _RULE))))
    if articles:
        parts += [Text(), _heading("Articles"), _Margin(places.list())]
    return Group(*parts)


def search_view(results: SearchResults) -> RenderableType:
    """Hits in rank order, the query's words emphasised."""
    if not results.hits:
        return Text("no passage matches", "dim")
    parts: list[RenderableType] = []
    for hit in results.hits:
        span = hit.passage.span
        text = Text(_one_line(hit.passage.text))
        for light in hit.highlights:
            text.stylize("bold", light.start - span.start, light.end - span.start)
        head = Text.assemble(_about(hit.article), (f" · [{span.start}:{span.end}] · score {hit.score:.2f}", "dim"))
        parts.append(_Margin(Group(head, _Margin(text, _RULE)), "    ", first=f"{hit.rank:>2}  "))
    parts.append(Text(f"{len(results.hits)} of {results.total} passages", "dim"))
    return Group(*parts)


def entity_table(page: Page[Entity]) -> RenderableType:
    """Entities, one a row."""
    table = _table("Name", "Type", ("Mentions", "right"), ("Articles", "right"), "Last seen", "Id")
    for entity in page.items:
        counts = (str(entity.mention_count), str(entity.article_count))
        table.add_row(clean(entity.name), entity.type.value, *counts, _day(entity.last_seen), entity.id)
    return _listed(table, page)


def event_table(page: Page[Event]) -> RenderableType:
    """Events, one a row."""
    table = _table("Time", "Type", "Status", "Event", ("Sure", "right"), "Id")
    for event in page.items:
        title, sure = clean(event.title), f"{event.confidence:.2f}"
        table.add_row(time_text(event.time), event.type.value, event.status.value, title, sure, event.id)
    return _listed(table, page)


def claim_table(page: Page[Claim], articles: Mapping[str, Article]) -> RenderableType:
    """Claims, one a row."""
    table = _table("Who", "Stance", "What", "Where")
    table.add_column("Article", overflow="ellipsis", no_wrap=True, max_width=30)
    for claim in page.items:
        article = articles.get(claim.article_id)
        where = f"[{claim.span.start}:{claim.span.end}]"
        title = clean(article.title) if article else ""
        table.add_row(source_text(claim.attribution), claim.stance.value, clean(claim.text), where, title)
    return _listed(table, page)


def removal_view(removal: Removal) -> Text:
    """What a removal took away."""
    lines = [f"{len(removal.removed_ids)} removed, with {removal.entity_count} entities and {removal.event_count} events"]
    lines += [f"not in the archive: {clean(name)}" for name in removal.unknown]
    return Text("\n".join(lines))


def checks_view(checks: Sequence[Check]) -> Text:
    """One line a check, with the remedy under a problem."""
    view = Text()
    for check in checks:
        view.append("ok       " if check.is_ok else "PROBLEM  ", "green" if check.is_ok else "bold red")
        view.append(f"{check.name}: {clean(check.detail)}\n")
        if check.remedy:
            view.append(f"         {clean(check.remedy)}\n", "yellow")
    view.right_crop(1)
    return view


def source_text(attribution: Attribution) -> str:
    """Who says it, with whom they cite: "The New York Times, citing two American military officials"."""
    names = [clean(attribution.source_text)]
    while attribution.via is not None:
        attribution = attribution.via
        names.append(clean(attribution.source_text))
    return ", citing ".join(names)


def time_text(time: TimeRef) -> str:
    """A time to its precision; an interval of several days as both ends."""
    form = "%Y-%m-%d" if _is_part(time) else _FORMATS.get(time.precision, "%Y-%m-%d")
    ends = [moment.astimezone(UTC).strftime(form) if moment else "" for moment in (time.start, time.end)]
    if ends[0] == ends[1] or (time.precision is DatePrecision.WEEK and time.start and time.end):
        return ends[0] or "unknown"
    return f"{ends[0] or '…'} – {ends[1] or '…'}"


def _is_part(time: TimeRef) -> bool:
    """Whether the time is only some days of its month or year ("late December")."""
    if time.start is None or time.end is None or time.precision not in {DatePrecision.MONTH, DatePrecision.YEAR}:
        return False
    return time.start.day != 1 or (time.end + timedelta(seconds=1)).day != 1


def value_text(value: AnswerValue | None) -> str:
    """A typed value in a few words; empty for those that the answer's own text tells as well."""
    match value:
        case DateValue(time=time):
            return time_text(time)
        case EntityValue(entity=entity):
            return clean(entity.name)
        case QuantityValue(value=number, approximate=is_approximate):
            return f"{'about ' if is_approximate else ''}{number:,.10g}"
        case BooleanValue(value=is_true):
            return "yes" if is_true else "no"
        case _:
            return ""


def _headline(answer: Answer) -> Text:
    line = Text(answer.status.value.replace("_", " "), _STATUS_STYLES[answer.status])
    line.append(f"  confidence {answer.confidence:.2f}", "dim")
    if answer.text:
        line.append(f"\n{clean(answer.text)}")
        value = value_text(answer.value)
        if value and value != clean(answer.text):
            line.append(f" = {value}", "dim")
    if answer.generation is not None:
        line.append(f"\n{_generation_text(answer.generation)}", "dim")
    if answer.abstention is not None:
        line.append(f"\nThe archive does not say: {answer.abstention.value.lower().replace('_', ' ')}.")
    return line


def _generation_text(generation: Generation) -> str:
    counts = f"{generation.dropped_count} of its {generation.statement_count} statements dropped as unsupported"
    if generation.failure is None:
        return f"Worded by {clean(generation.model)}; {counts}."
    reason = generation.failure.value.lower().replace("_", " ")
    return f"Not worded by {clean(generation.model)}: {reason}; {counts}."


def _heading(text: str) -> Text:
    return Text(text, "bold underline")


def _account_view(account: Account, places: _Places) -> RenderableType:
    rows: list[RenderableType] = [
        Text(account.stance.value.replace("_", " "), "red" if account.stance in _NEGATIVE else "cyan")
    ]
    for claim in account.claims:
        speaker = Text(source_text(claim.attribution), "bold")
        if claim.attribution.cue:
            speaker.append(f" ({clean(claim.attribution.cue)})", "not bold dim")
        words = Text.assemble(clean(claim.text), "  ", places.text(claim.article_id, claim.span))
        rows.append(_Margin(Group(speaker, _Margin(words, _RULE))))
    voices = [c for c in account.citations if not any(_holds(claim, c) for claim in account.claims)]
    rows.extend(_Margin(Text.assemble(clean(c.text), "  ", places.text(c.article_id, c.span))) for c in voices)
    if (later := account.superseded_by) is not None:
        where = places.text(later.article_id, later.span)
        rows.append(_Margin(Text.assemble(("since replaced by ", "dim"), clean(later.text), "  ", where)))
    return Group(*rows)


def _holds(claim: Claim, citation: Citation) -> bool:
    return claim.article_id == citation.article_id and claim.span.overlaps(citation.span)


def _nested(citations: Sequence[Citation]) -> list[tuple[Citation, list[Citation]]]:
    """The citations that no other holds, each with those inside it: an answer's words in the sentence they stand in."""

    def holds(outer: Citation, inner: Citation) -> bool:
        return outer.article_id == inner.article_id and outer.span != inner.span and outer.span.contains(inner.span)

    outermost = [inner for inner in citations if not any(holds(outer, inner) for outer in citations)]
    return [(outer, [inner for inner in citations if holds(outer, inner)]) for outer in outermost]


def _citation_view(citation: Citation, inner: Sequence[Citation], places: _Places) -> RenderableType:
    where = places.text(citation.article_id, citation.span)
    if inner:
        where.append(f", in it {', '.join(f'[{i.span.start}:{i.span.end}]' for i in inner)}")
    if not all(cited.verified for cited in (citation, *inner)):
        where.append("  does not stand there any more", "red")
    start = citation.span.start
    words = Text(_one_line(citation.text), "" if inner else "bold")
    for cited in inner:
        words.stylize("bold", cited.span.start - start, cited.span.end - start)
    before = f"…{_flat(citation.prefix).lstrip()}" if citation.prefix.strip() else ""
    after = f"{_flat(citation.suffix).rstrip()}…" if citation.suffix.strip() else ""
    return Group(where, _Margin(Text.assemble((before, "dim"), words, (after, "dim")), _RULE))


class _Places:
    """Articles by number, and places in them: ``1 [952:1030]``."""

    def __init__(self, articles: Mapping[str, Article]) -> None:
        self._articles = articles
        self._numbers = {id_: number for number, id_ in enumerate(articles, 1)}

    def text(self, article_id: str, span: Span) -> Text:
        return Text(f"{self._numbers.get(article_id, '?')} [{span.start}:{span.end}]", "cyan")

    def list(self) -> RenderableType:
        rows = [(f"{self._numbers[id_]} ", _about(article)) for id_, article in self._articles.items()]
        return Group(*(_Margin(about, "  ", first=number) for number, about in rows))


class _Margin:
    """Content with a mark before each of its lines, another before the first where that is given."""

    def __init__(self, content: RenderableType, mark: str = "  ", *, first: str | None = None) -> None:
        self._content = content
        self._mark = mark
        self._first = mark if first is None else first

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.update(width=max(options.max_width - len(self._mark), 10))
        mark = self._first
        for line in console.render_lines(self._content, inner, pad=False):
            words = list(line)
            while words and not words[-1].text.strip():
                words.pop()
            if words:
                words[-1] = Segment(words[-1].text.rstrip(), words[-1].style)
            yield Segment(mark if words else mark.rstrip(), Style(dim=True))
            yield from words
            yield Segment.line()
            mark = self._mark


def _about(article: Article) -> Text:
    parts = [clean(article.title), clean(article.source or ""), _day(article.published.at)]
    return Text(" · ".join(filter(None, parts)))


def _one_line(text: str) -> str:
    """``text`` on one line at the same length, so that positions in it still hold."""
    return _CONTROL.sub("\ufffd", re.sub(r"\s", " ", text))


def _flat(text: str) -> str:
    return _CONTROL.sub("\ufffd", re.sub(r"\s+", " ", text))


def _day(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d") if moment else ""


def _table(*columns: str | tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        name, justify = (column, "left") if isinstance(column, str) else column
        table.add_column(name, justify="right" if justify == "right" else "left", overflow="fold")
    return table


def _listed(table: Table, page: Page[Entity] | Page[Event] | Page[Claim]) -> RenderableType:
    if not page.items:
        return Text("nothing found", "dim")
    if not page.has_next:
        return _Margin(table, "")
    return Group(_Margin(table, ""), Text(f"more with --after {page.cursors[-1]}", "dim"))
