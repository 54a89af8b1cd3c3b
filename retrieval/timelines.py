"""What happened when."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from retrieval.linking.event_coreference import stems
from retrieval.models import ArticleFilter, Claim, ClaimFilter, Event, Page, RetrievalMode, SearchResults, Window
from retrieval.stores.sql.queries.relation_queries import RelationQueries, TimelineSubject

_HITS = 100


class Timelines(RelationQueries):
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
        window: Window | None = None,
    ) -> Page[Event]:
        """What happened when: events with a time, earliest first, of an entity, around an event, of a story, about words.

        Around an event are those that the same articles tell of, of a story those that its articles tell of, and about
        words those that the best hundred passages of a search for them tell of.

        Raises:
            InputError: the query is empty or too long.
            CursorError: the window's cursor is of another list.
        """
        subject = self._subject(entity_id, event_id, story_id, query, time_from, time_to)
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
    ) -> int:
        """How many events `timeline` has in all."""
        return self.count_timeline(self._subject(entity_id, event_id, story_id, query, time_from, time_to))

    def claims_about(
        self,
        about: str,
        filter: ClaimFilter | None = None,  # noqa: A002
        *,
        window: Window | None = None,
    ) -> Page[Claim]:
        """The claims about words: those in the best hundred passages of a search for them that hold one of them or name
        whom they name; article by article, as `claims`.

        Raises:
            InputError: the words are empty or too many.
            CursorError: the window's cursor is of another list.
        """
        return self.claims(self._about(about, filter), window=window or Window())

    def count_claims_about(self, about: str, filter: ClaimFilter | None = None) -> int:  # noqa: A002
        """How many claims `claims_about` has in all."""
        return self.count_claims(self._about(about, filter))

    def _about(self, about: str, given: ClaimFilter | None) -> ClaimFilter:
        hits = self.search(about, limit=_HITS, mode=RetrievalMode.LEXICAL).hits
        named = {entity.id for entity in self.resolve_names([about])[about]}
        found = self.claims_made_in([hit.passage for hit in hits])
        wanted = stems([about])
        ids = tuple(claim.id for claim in found if wanted & stems([claim.text]) or named & set(claim.entity_ids))
        return replace(given or ClaimFilter(), ids=ids)

    def _subject(
        self,
        entity_id: str | None,
        event_id: str | None,
        story_id: str | None,
        query: str | None,
        time_from: datetime | None,
        time_to: datetime | None,
    ) -> TimelineSubject:
        found = None
        if query is not None:
            hits = self.search(query, limit=_HITS, mode=RetrievalMode.LEXICAL).hits
            found = self.events_told_in([hit.passage for hit in hits])
        return TimelineSubject(entity_id, event_id, story_id, found, time_from, time_to)
