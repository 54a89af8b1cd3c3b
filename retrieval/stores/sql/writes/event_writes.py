"""Events that several articles tell of: finding the event that a telling belongs to, and drawing one from its tellings.

The row of an event is drawn from its tellings each time that one comes or goes, so that removing an article undoes what it
did. An event keeps its id while any telling is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, insert, or_, select, update

from retrieval.extraction.events.casualties import joined
from retrieval.linking.event_coreference import FALLBACK_REACH, EventProfile, Role, is_coreferent
from retrieval.linking.event_status import overall_status
from retrieval.models import DateSource, EventStatus
from retrieval.models.identity import stable_id
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.rows import make_casualty_count
from retrieval.stores.sql.tables import (
    articles,
    claims,
    entities,
    event_mentions,
    event_reports,
    events,
    participants,
    story_articles,
)
from retrieval.stores.sql.writes.near_duplicate_writes import source_key, with_source_keys

_MAX_CANDIDATES = 200
# So many tellings of an event, the earliest, say what it is.
_MAX_COMPARED = 12
_AFFIRMED = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED})


def find_matching_event(
    connection: Connection, account: EventProfile, *, article_id: str, taken: Iterable[str]
) -> str | None:
    """The event of other articles that ``account`` tells of; ``taken`` are events that the article tells of already."""
    named = sorted({role.entity_id for role in account.roles} | ({account.place[0]} if account.place else set()))
    event_report = event_reports.c
    shares = or_(
        event_report.place_id.in_(named),
        exists().where(participants.c.event_id == event_report.event_id, participants.c.entity_id.in_(named)),
        event_report.article_id.in_(select(story_articles.c.article_id).where(story_articles.c.story_id == account.story)),
    )
    query = select(event_report.event_id).where(
        event_report.type == account.type, event_report.article_id != article_id, shares
    )
    if account.start is not None and account.end is not None:
        first, last = account.start - FALLBACK_REACH, account.end + FALLBACK_REACH
        query = query.where(
            or_(event_report.time_start.is_(None), and_(event_report.time_start <= last, event_report.time_end >= first))
        )
    query = query.distinct().order_by(event_report.time_start.desc(), event_report.event_id).limit(_MAX_CANDIDATES)
    candidates = sorted(set(connection.execute(query).scalars()) - set(taken))
    accounts = _accounts(connection, _event_reports(connection, candidates))
    sums = {id_: is_coreferent(account, list(accounts[id_].values())[:_MAX_COMPARED]) for id_ in candidates}
    best = max(candidates, key=lambda id_: (sums[id_], id_), default=None)
    return best if best is not None and sums[best] else None


def unique_id(connection: Connection, wanted: str) -> str:
    """``wanted``, or an id made from it where another event has kept that one."""
    id_, number = wanted, 0
    while connection.execute(select(events.c.id).where(events.c.id == id_)).scalar() is not None:
        number += 1
        id_ = stable_id("event", wanted, number)
    return id_


def write_aggregates(connection: Connection, ids: Sequence[str]) -> None:
    """Draw events anew from all their tellings; an event without any is left as it is."""
    for id_, row in aggregate_events(connection, ids).items():
        connection.execute(update(events).where(events.c.id == id_).values(**row))


def aggregate_events(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The columns of events as their tellings make them; without those that have none."""
    by_event: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in _event_reports(connection, ids):
        by_event[row.event_id].append(row)
    return {id_: _drawn(rows) for id_, rows in by_event.items()}


def split_events(connection: Connection, ids: Sequence[str]) -> None:
    """After a telling went: part the events whose other tellings no longer hold together, and draw them."""
    touched = set(ids)
    for id_ in ids:
        rows = _event_reports(connection, [id_])
        accounts = _accounts(connection, rows)[id_]
        groups: list[list[Row[Any]]] = []
        for row in rows:
            mine = accounts[row.article_id]
            home = next((g for g in groups if is_coreferent(mine, [accounts[r.article_id] for r in g])), None)
            if home is None:
                groups.append([row])
            else:
                home.append(row)
        for group in groups[1:]:
            new = unique_id(connection, group[0].own_id)
            connection.execute(insert(events).values(id=new, **_drawn(group)))
            for row in group:
                for table in (event_reports, event_mentions, participants, claims):
                    moved = table.c.event_id == id_, table.c.article_id == row.article_id
                    connection.execute(update(table).where(*moved).values(event_id=new))
            touched.add(new)
    write_aggregates(connection, sorted(touched))


def _event_reports(connection: Connection, event_ids: Sequence[str]) -> list[Row[Any]]:
    """Tellings with what is known of their article and place, by time of publication."""
    query = with_source_keys(
        select(event_reports, articles.c.published_at, entities.c.country.label("place_country"), story_articles.c.story_id)
        .join_from(event_reports, articles)
        .join(story_articles, story_articles.c.article_id == event_reports.c.article_id, isouter=True)
        .join(entities, entities.c.id == event_reports.c.place_id, isouter=True)
    )
    found: list[Row[Any]] = []
    for some in chunks(event_ids):
        found.extend(connection.execute(query.where(event_reports.c.event_id.in_(some))))
    return sorted(found, key=lambda row: (row.published_at is None, row.published_at or 0, row.article_id))


def _accounts(connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, dict[str, EventProfile]]:
    """By event and article."""
    roles: dict[tuple[str, str], list[Role]] = defaultdict(list)
    query = select(participants.c.event_id, participants.c.article_id, participants.c.role, entities).join_from(
        participants, entities, participants.c.entity_id == entities.c.id
    )
    for some in chunks(sorted({row.event_id for row in rows})):
        for row in connection.execute(query.where(participants.c.event_id.in_(some))):
            role = Role(row.id, row.type, row.role, row.country is not None)
            roles[row.event_id, row.article_id].append(role)
    made: dict[str, dict[str, EventProfile]] = defaultdict(dict)
    for row in rows:
        made[row.event_id][row.article_id] = EventProfile(
            type=row.type,
            start=row.time_start,
            end=row.time_end,
            is_dated=row.time_source is not DateSource.PUBLICATION_DATE_FALLBACK,
            roles=tuple(roles[row.event_id, row.article_id]),
            place=(row.place_id, row.place_country, row.place_country is not None) if row.place_id else None,
            fatalities=row.fatalities,
            deeds=frozenset(row.deeds),
            words=frozenset(row.words),
            story=row.story_id,
        )
    return made


def _drawn(rows: Sequence[Row[Any]]) -> dict[str, Any]:
    """One event's row from its tellings: what most say, and of equals what was published first."""
    told = [(EventStatus(status), _voice(row, voice)) for row in rows for status, voice in row.voices]
    best = max(rows, key=lambda row: (_is_affirmed(row), row.confidence))
    dated = [row for row in rows if row.time_source is not DateSource.PUBLICATION_DATE_FALLBACK and row.time_start]
    time = min(dated, key=lambda row: row.time_end - row.time_start, default=None) if dated else rows[0]
    assert time is not None
    places = [row for row in rows if row.place_id is not None]
    place = min(places, key=lambda row: row.place_country is not None, default=None)
    voices = {voice for _, voice in told}
    modes = [row.mode for row in (best, *rows) if row.mode is not None]
    return {
        "type": best.type,
        "mode": modes[0] if modes else None,
        "status": overall_status(told),
        "title": best.title,
        "time_start": time.time_start,
        "time_end": time.time_end,
        "time_precision": time.time_precision,
        "time_source": time.time_source,
        "time_id": time.time_id,
        "place_id": place.place_id if place is not None else None,
        **_casualty_count(rows, "fatalities"),
        **_casualty_count(rows, "injured"),
        "confidence": round(min(0.97, best.confidence + 0.05 * (len(rows) - 1)), 2) if len(rows) > 1 else best.confidence,
        "independent_source_count": len(voices),
    }


def _casualty_count(rows: Sequence[Row[Any]], fate: str) -> dict[str, int | None]:
    """The number that most tell, of equals the newest, and the bounds that all set."""
    told = [casualty_count for row in reversed(rows) if (casualty_count := make_casualty_count(row, fate)) is not None]
    number = Counter(casualty_count.number for casualty_count in told).most_common(1)[0][0] if told else None
    low, high = joined(told)
    return {fate: number, f"{fate}_low": low, f"{fate}_high": high}


def _is_affirmed(row: Row[Any]) -> bool:
    return any(EventStatus(status) in _AFFIRMED for status, _ in row.voices)


def _voice(row: Row[Any], voice: str) -> str:
    """Who vouches: a named speaker; an unnamed one, the same only in copies of one text; else whoever wrote the text."""
    if voice.startswith("entity:"):
        return voice
    if voice:
        return f"{row.root_id or row.article_id}:{voice}"
    return source_key(row)
