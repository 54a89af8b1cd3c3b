"""The facts of one article, as a document and for people: ``dateline extract``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.models import CasualtyCount, Span
from retrieval.models.found_facts import Extraction, FoundAttribution, FoundTime
from retrieval.models.prepared import PreparedArticle

if TYPE_CHECKING:
    from retrieval.evaluation.extraction import Measure


def extraction_document(article: PreparedArticle, facts: Extraction, seconds: Mapping[str, float]) -> dict[str, Any]:
    """Every fact with the characters that show it; facts refer to each other by their places in the lists."""
    text = article.text

    def place(span: Span | None) -> dict[str, Any] | None:
        return None if span is None else {"start": span.start, "end": span.end, "text": span.slice(text)}

    def time(found: FoundTime) -> dict[str, Any]:
        return {
            "span": place(found.span),
            "start": found.start,
            "end": found.end,
            "precision": found.precision,
            "source": found.source,
        }

    def said_by(link: FoundAttribution | None) -> dict[str, Any] | None:
        if link is None:
            return None
        return {
            "source": link.source_text,
            "span": place(link.source),
            "entity": link.entity,
            "kind": link.kind,
            "cue": place(link.cue),
            "via": said_by(link.via),
        }

    return {
        "title": article.title,
        "published": article.published.at,
        "blocks": [{"kind": block.kind, "span": place(block.span)} for block in article.blocks],
        "entities": [{"type": e.type, "name": e.name, "key": e.key, "country": e.country} for e in facts.entities],
        "mentions": [{"span": place(m.span), "kind": m.kind, "entity": m.entity} for m in facts.mentions],
        "times": [time(found) for found in facts.times],
        "claims": [
            {
                "spans": [place(span) for span in claim.spans],
                "stance": claim.stance,
                "attribution": said_by(claim.attribution),
                "said_at": claim.said_at,
                "parent": claim.parent,
            }
            for claim in facts.claims
        ],
        "events": [
            {
                "type": event.type,
                "mode": event.mode,
                "status": event.status,
                "title": event.title,
                "triggers": [
                    {
                        "span": place(t.span),
                        "sentence": place(t.sentence),
                        "status": t.status,
                        "claim": t.claim,
                    }
                    for t in event.triggers
                ],
                "participants": [
                    {"role": p.role, "span": place(p.span), "entity": p.entity, "count": p.count}
                    for p in event.participants
                ],
                "time": event.time,
                "place": event.place,
                "killed": _casualty_count(event.killed),
                "injured": _casualty_count(event.injured),
                "confidence": event.confidence,
            }
            for event in facts.events
        ],
        "roles": [
            {
                "entity": role.entity,
                "title": role.title,
                "is_former": role.is_former,
                "of": role.of,
                "span": place(role.span),
            }
            for role in facts.roles
        ],
        "seconds": dict(seconds),
    }


def extraction_view(document: Mapping[str, Any]) -> RenderableType:
    """What was found, a table for each kind of fact."""
    entities = document["entities"]
    named = _table("entity", "type", "mentions")
    for number, entity in enumerate(entities):
        words = [mention["span"]["text"] for mention in document["mentions"] if mention["entity"] == number]
        named.add_row(entity["name"], entity["type"], ", ".join(dict.fromkeys(words)))
    times = _table("time", "from", "to")
    for time in document["times"]:
        times.add_row(time["span"]["text"], _day(time["start"]), _day(time["end"]))
    claims = _table("who", "stance", "what")
    for claim in document["claims"]:
        words = [span["text"] for span in claim["spans"]]
        claims.add_row(claim["attribution"]["source"], claim["stance"], " ... ".join(words))
    events = _table("event", "status", "type", "time")
    for event in document["events"]:
        at = "" if event["time"] is None else document["times"][event["time"]]["span"]["text"]
        events.add_row(event["title"], event["status"], event["type"], at)
    took = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in document["seconds"].items())
    return Group(Text(document["title"], "bold"), named, times, claims, events, Text(took, "dim"))


def measures_table(measures: Iterable[Measure]) -> Table:
    """A line a figure."""
    table = _table("gold", "measure", "value", "of")
    for one in measures:
        table.add_row(one.gold, one.measure, f"{one.value:.3f}", "" if one.count is None else f"{one.count:,}")
    return table


def _casualty_count(casualty_count: CasualtyCount | None) -> dict[str, int | None] | None:
    return (
        None
        if casualty_count is None
        else {"number": casualty_count.number, "low": casualty_count.low, "high": casualty_count.high}
    )


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.padding = (0, 2, 0, 0)
    return table


def _day(moment: Any) -> str:
    return "" if moment is None else moment.date().isoformat()
