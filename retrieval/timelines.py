"""What happened when."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime

from retrieval.catalog.relations import CatalogRelations, TimelineSubject
from retrieval.models import ArticleFilter, Event, Page, RetrievalMode, SearchResults, Window

_HITS = 100


class Timelines(CatalogRelations):
    """The part of an archive that puts events in the order of time."""

    @abstractmethod
    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        filter: ArticleFilter | None = None,  # noqa: A002
        after: str | None = None,
        entity_ids: Sequence[str] = (),
        mode: RetrievalMode = RetrievalMode.HYBRID,
    ) -> SearchResults:
        """Passages about ``query``."""

    def timeline(
        self,
        *,
        entity_id: str | None = None,
        event_id: str | None = None,
        story_id: str | None = None,
        query: str | None = None,
        time_from: datetime | None = None,
        time_to: datetime | None = None,
        as_of: datetime | None = None,
        window: Window | None = None,
    ) -> Page[Event]:
        """What happened when: events with a time, earliest first, of an entity, around an event, of a story, about words.

        Around an event are those that the same articles tell of, of a story those that its articles tell of, and about
        words those that the best hundred passages of a search for them tell of. ``as_of`` keeps to what had been
        published by then.

        Raises:
            InputError: the query is empty or too long.
            CursorError: the window's cursor is of another list.
        """
        subject = self._subject(entity_id, event_id, story_id, query, time_from, time_to, as_of)
        return self.find_timeline(subject, window=window or Window())

    def timeline_length(
        self,
        *,
        entity_id: str | None = None,
        event_id: str | None = None,
        story_id: str | None = None,
        query: str | None = None,
        time_from: datetime | None = None,
        time_to: datetime | None = None,
        as_of: datetime | None = None,
    ) -> int:
        """How many events `timeline` has in all."""
        return self.count_timeline(self._subject(entity_id, event_id, story_id, query, time_from, time_to, as_of))

    def _subject(
        self,
        entity_id: str | None,
        event_id: str | None,
        story_id: str | None,
        query: str | None,
        time_from: datetime | None,
        time_to: datetime | None,
        as_of: datetime | None,
    ) -> TimelineSubject:
        found = None
        if query is not None:
            which = ArticleFilter(published_to=as_of) if as_of else None
            hits = self.search(query, limit=_HITS, filter=which, mode=RetrievalMode.LEXICAL).hits
            found = self.events_told_in([hit.passage for hit in hits])
        return TimelineSubject(entity_id, event_id, story_id, found, time_from, time_to, as_of)
