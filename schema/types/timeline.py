"""What happened when."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import strawberry
from strawberry import UNSET

from retrieval import InputError, models
from schema.connections import Connection, root_connection
from schema.context import Info
from schema.ids import expect
from schema.types.events import Event


@strawberry.input(one_of=True, description="The subject of a timeline; exactly one field must be given.")
class TimelineSubject:
    """What a timeline is of."""

    entity_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="An entity: the events in which it takes part."
    )
    event_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="An event: the events of all articles that report it."
    )
    story_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="A story: the events that its articles report."
    )
    query: str | None = strawberry.field(default=UNSET, description="Words: the events of the passages that contain them.")


def timeline_of(
    info: Info,
    subject: TimelineSubject,
    bounds: tuple[datetime | None, datetime | None],
    part: models.Window,
) -> Connection[Event]:
    """The events of ``subject`` as a page."""
    archive = info.context.archive
    entity_id = expect(str(subject.entity_id), "Entity") if subject.entity_id else None
    event_id = expect(str(subject.event_id), "Event") if subject.event_id else None
    story_id = expect(str(subject.story_id), "Story") if subject.story_id else None
    query = subject.query or None
    if not (entity_id or event_id or story_id or query):
        raise InputError("the timeline of nothing; give an entityId, an eventId, a storyId or a query that is not empty")
    load = partial(
        archive.timeline,
        entity_id=entity_id,
        event_id=event_id,
        story_id=story_id,
        query=query,
        time_from=bounds[0],
        time_to=bounds[1],
    )
    return root_connection(
        info.context.loaders,
        ("timeline", entity_id, event_id, story_id, query, bounds, part),
        load=partial(load, window=part),
        count=partial(
            archive.timeline_length,
            entity_id=entity_id,
            event_id=event_id,
            story_id=story_id,
            query=query,
            time_from=bounds[0],
            time_to=bounds[1],
        ),
        make=Event.of,
    )
