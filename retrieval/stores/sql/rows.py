"""Rows of the catalog as values."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from retrieval.models import (
    Article,
    Attribution,
    Block,
    CasualtyCount,
    Claim,
    DatePrecision,
    Entity,
    EntityRole,
    Event,
    EventMention,
    Mention,
    Participant,
    Passage,
    PublicationDate,
    RoleMention,
    Span,
    Story,
    TimeRef,
)
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import (
    articles,
    attributions,
    claim_entities,
    claims,
    events,
    mentions,
    passages,
    times,
)

TIME_COLUMNS = (
    times.c.article_id.label("time_article_id"),
    times.c.start.label("time_span_start"),
    times.c.end.label("time_span_end"),
    times.c.text.label("time_text"),
)


def select_passages() -> Select[Any]:
    """Passages with the article's text, which `make_passage` slices."""
    return select(passages, articles.c.text.label("article_text")).join_from(passages, articles)


def select_events() -> Select[Any]:
    """Events with the words of their time."""
    return select(events, *TIME_COLUMNS).join_from(events, times, events.c.time_id == times.c.id, isouter=True)


def select_claims() -> Select[Any]:
    """Claims with their speaker and the time they were made."""
    speaker = attributions.c
    return (
        select(
            claims,
            speaker.kind,
            speaker.source_text,
            speaker.source_start,
            speaker.source_end,
            speaker.entity_id,
            speaker.cue,
            speaker.cue_start,
            speaker.cue_end,
            *TIME_COLUMNS,
            times.c.time_start,
            times.c.time_end,
            times.c.precision.label("time_precision"),
            times.c.source.label("time_source"),
        )
        .join_from(claims, attributions, (speaker.claim_seq == claims.c.seq) & (speaker.depth == 0))
        .join(times, claims.c.said_at_id == times.c.id, isouter=True)
    )


def make_article(row: Row[Any]) -> Article:
    """From a row of ``articles``."""
    return Article(
        id=row.id,
        url=row.url,
        title=row.title,
        text=row.text,
        sha256=row.sha256,
        source=row.publisher,
        authors=tuple(row.authors),
        language=row.language,
        published=PublicationDate(
            row.published_at,
            row.published_precision,
            row.published_source,
            _span(row.published_start, row.published_end),
        ),
        ingested_at=row.ingested_at,
        revision=row.revision,
    )


def make_story(row: Row[Any]) -> Story:
    """From a row of ``stories``."""
    return Story(
        id=row.id,
        title=row.title,
        medoid_article_id=row.medoid_id,
        first_published=row.first_published,
        last_published=row.last_published,
        article_count=row.article_count,
        independent_source_count=row.independent_source_count,
    )


def make_block(row: Row[Any]) -> Block:
    """From a row of ``blocks``."""
    return Block(row.kind, Span(row.start, row.end))


def make_passage(row: Row[Any]) -> Passage:
    """From a row of `select_passages`."""
    span = Span(row.start, row.end)
    return Passage(id=row.id, article_id=row.article_id, index=row.position, span=span, text=span.slice(row.article_text))


def make_entity(row: Row[Any]) -> Entity:
    """From a row of ``entities``."""
    return Entity(
        id=row.id,
        type=row.type,
        name=row.name,
        mention_count=row.mention_count,
        article_count=row.article_count,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        country=row.country,
    )


def make_mention(row: Row[Any]) -> Mention:
    """From a row of ``mentions``."""
    return Mention(
        id=row.id,
        article_id=row.article_id,
        entity_id=row.entity_id,
        kind=row.kind,
        span=Span(row.start, row.end),
        text=row.text,
    )


def make_role(found: Sequence[Row[Any]]) -> EntityRole:
    """From the rows of ``roles``, with the publication of their articles, that give a person one title."""
    ordered = sorted(found, key=lambda row: (row.published_at is None, row.published_at or 0, row.id))
    dates = [row.published_at for row in ordered if row.published_at is not None]
    owners = Counter(row.of_id for row in ordered if row.of_id is not None)
    return EntityRole(
        title=ordered[-1].title,
        is_former=ordered[-1].is_former,
        of_entity_id=owners.most_common(1)[0][0] if owners else None,
        first_seen=min(dates, default=None),
        last_seen=max(dates, default=None),
        mentions=tuple(RoleMention(row.article_id, Span(row.start, row.end), row.text) for row in ordered),
    )


def make_time(row: Row[Any]) -> TimeRef:
    """From a row of ``times``."""
    return TimeRef(
        start=row.time_start,
        end=row.time_end,
        precision=row.precision,
        source=row.source,
        article_id=row.article_id,
        span=Span(row.start, row.end),
        text=row.text,
    )


def make_event(row: Row[Any]) -> Event:
    """From a row of `select_events`."""
    return Event(
        id=row.id,
        type=row.type,
        mode=row.mode,
        status=row.status,
        title=row.title,
        time=_joined_time(row),
        place_id=row.place_id,
        killed=make_casualty_count(row, "fatalities"),
        injured=make_casualty_count(row, "injured"),
        confidence=row.confidence,
        independent_source_count=row.independent_source_count,
    )


def make_casualty_count(row: Row[Any], fate: str) -> CasualtyCount | None:
    """The people killed ("fatalities") or "injured" of a row of ``events`` or ``event_reports``."""
    number = getattr(row, fate)
    return None if number is None else CasualtyCount(number, getattr(row, f"{fate}_low"), getattr(row, f"{fate}_high"))


def casualty_columns(fate: str, told: CasualtyCount | None) -> dict[str, int | None]:
    """The columns that `make_casualty_count` reads."""
    if told is None:
        return {fate: None, f"{fate}_low": None, f"{fate}_high": None}
    return {fate: told.number, f"{fate}_low": told.low, f"{fate}_high": told.high}


def make_event_mention(row: Row[Any]) -> EventMention:
    """From a row of ``event_mentions``."""
    return EventMention(
        event_id=row.event_id,
        article_id=row.article_id,
        trigger=Span(row.start, row.end),
        trigger_text=row.trigger_text,
        sentence=Span(row.sentence_start, row.sentence_end),
        status=row.status,
    )


def make_participant(row: Row[Any]) -> Participant:
    """From a row of ``participants``."""
    return Participant(
        event_id=row.event_id,
        article_id=row.article_id,
        role=row.role,
        entity_id=row.entity_id,
        span=Span(row.start, row.end),
        text=row.text,
        count=row.people,
    )


def make_attribution(row: Row[Any], article_id: str, via: Attribution | None) -> Attribution:
    """From the columns of ``attributions`` in a row."""
    return Attribution(
        article_id=article_id,
        source_text=row.source_text,
        source_span=_span(row.source_start, row.source_end),
        source_entity_id=row.entity_id,
        kind=row.kind,
        cue=row.cue,
        cue_span=_span(row.cue_start, row.cue_end),
        via=via,
    )


def make_claim(row: Row[Any], via: Attribution | None, entity_ids: tuple[str, ...]) -> Claim:
    """From a row of `select_claims`, with whom the speaker cites and whom the content names."""
    return Claim(
        id=row.id,
        article_id=row.article_id,
        text=row.text,
        spans=tuple(Span(start, end) for start, end in row.spans),
        stance=row.stance,
        attribution=make_attribution(row, row.article_id, via),
        said_at=None if row.time_span_start is None else _joined_time(row),
        event_id=row.event_id,
        parent_id=row.parent_id,
        entity_ids=entity_ids,
    )


def make_claims(connection: Connection, found: Sequence[Row[Any]]) -> list[Claim]:
    """Claims of rows, with their chains of sources and the entities in their content."""
    article_ids = {row.seq: row.article_id for row in found}
    via: dict[int, Attribution] = {}
    inside: dict[int, list[str]] = defaultdict(list)
    for some in chunks(sorted(article_ids)):
        deeper = select(attributions).where(attributions.c.claim_seq.in_(some), attributions.c.depth > 0)
        for row in connection.execute(deeper.order_by(attributions.c.depth.desc())):
            via[row.claim_seq] = make_attribution(row, article_ids[row.claim_seq], via.get(row.claim_seq))
        where = mentions.c.entity_id == claim_entities.c.entity_id, mentions.c.article_id == claims.c.article_id
        first = func.min(mentions.c.start)
        named = (
            select(claim_entities.c.claim_seq, claim_entities.c.entity_id)
            .join_from(claim_entities, claims)
            .join(mentions, and_(*where, mentions.c.start >= claims.c.start, mentions.c.end <= claims.c.end))
            .where(claim_entities.c.claim_seq.in_(some))
            .group_by(claim_entities.c.claim_seq, claim_entities.c.entity_id)
            .order_by(first, claim_entities.c.entity_id)
        )
        for row in connection.execute(named):
            inside[row.claim_seq].append(row.entity_id)
    return [make_claim(row, via.get(row.seq), tuple(inside[row.seq])) for row in found]


def _joined_time(row: Row[Any]) -> TimeRef:
    return TimeRef(
        start=row.time_start,
        end=row.time_end,
        precision=row.time_precision or DatePrecision.UNKNOWN,
        source=row.time_source,
        article_id=row.time_article_id,
        span=_span(row.time_span_start, row.time_span_end),
        text=row.time_text,
    )


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)
