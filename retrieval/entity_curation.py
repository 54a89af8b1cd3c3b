"""Stored articles read anew, by another version of the extractor or because people decided what an entity is."""

from __future__ import annotations

import re
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from retrieval.errors import InputError
from retrieval.models import DecisionKind, EntityDecision
from retrieval.models.found_facts import Extraction
from retrieval.models.identity import fold
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.queries.relation_queries import RelationQueries
from retrieval.stores.sql.tables import article_entities, decisions
from retrieval.stores.sql.writes import entity_decisions as log
from retrieval.stores.sql.writes.article_writes import find_outdated, find_prepared, rewrite_facts

OnProgress = Callable[[int, int], None]

# Articles that are parsed together.
_BATCH = 16
_WIKIDATA = re.compile(r"Q[1-9]\d{0,11}")


class Curation(RelationQueries):
    """The part of an archive that changes what is known of articles that are stored already."""

    _write_guard: threading.Lock

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _extract(self, articles: Sequence[PreparedArticle]) -> Iterator[Extraction]: ...

    @abstractmethod
    def _catch_up(self) -> None: ...

    def reextract(self, *, every: bool = False, on_progress: OnProgress | None = None) -> int:
        """Read anew the stored articles whose facts another version of the extractor found, or all; how many were read.

        Facts that come out as before keep their ids. Each article is stored by itself: an interrupted run goes on where
        it stopped, except with ``every``. ``on_progress`` gets the number of articles done and of all.

        Raises:
            ArchiveLocked: another process was writing for longer than the lock time-out; what was done is stored.
            MissingDependency: no language model is installed.
        """
        from retrieval.extraction.extractor import EXTRACTOR_VERSION  # noqa: PLC0415 -- spaCy

        with self.reading() as connection:
            ids = find_outdated(connection, -1 if every else EXTRACTOR_VERSION)
        return self._reread(ids, on_progress=on_progress)

    def merge_entities(self, into_id: str, from_ids: Sequence[str]) -> EntityDecision:
        """Let entities be one, in this archive's articles and in those to come; `undo_decision` takes it back.

        The articles that name the merged ones are read anew, some ten a second.

        Raises:
            InputError: one is not there, or nothing is to be merged.
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        merged = [id_ for id_ in dict.fromkeys(from_ids) if id_ != into_id]
        if not merged:
            raise InputError("nothing to merge; give the ids of other entities")
        with self._write_guard, self._writing() as connection:
            into = self._identity(connection, into_id)
            detail = {"into": into, "merged": [self._identity(connection, id_) for id_ in merged]}
            number = log.note_decision(connection, DecisionKind.MERGE, into_id, detail, now=_now())
            concerned = self._naming(connection, merged)
        self._reread(concerned)
        return self._decision(number)

    def split_entity(self, id_: str, aliases: Sequence[str]) -> EntityDecision:
        """Let what is written as ``aliases`` be an entity of its own, in this archive's articles and in those to come.

        Raises:
            InputError: the entity is not there, has no such alias, or would keep none.
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        known = {fold(alias.name) for alias in self.load_aliases([id_])[id_]}
        wanted = {fold(alias) for alias in aliases}
        if not wanted or wanted - known:
            raise InputError(
                f"the entity is not written {', '.join(sorted(wanted - known)) or 'in no way'}; give its aliases"
            )
        if wanted == known:
            raise InputError("nothing would be left of the entity; leave it one of its aliases")
        with self._write_guard, self._writing() as connection:
            of = self._identity(connection, id_)
            detail = {"of": of, "aliases": list(aliases), "new": log.split_identity(of, aliases)}
            number = log.note_decision(connection, DecisionKind.SPLIT, id_, detail, now=_now())
            concerned = self._naming(connection, [id_])
        self._reread(concerned)
        return self._decision(number)

    def link_entity(self, id_: str, wikidata_id: str) -> EntityDecision:
        """Say which item of Wikidata an entity is; the link holds while the entity is there or comes back.

        Raises:
            InputError: the entity is not there, or the id is no item's.
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        if not _WIKIDATA.fullmatch(wikidata_id):
            raise InputError(f"{wikidata_id[:40]!r} is no item of Wikidata; give an id such as Q42")
        with self._write_guard, self._writing() as connection:
            self._identity(connection, id_)
            number = log.note_decision(connection, DecisionKind.LINK, id_, {"wikidata_id": wikidata_id}, now=_now())
        return self._decision(number)

    def link_names(self, rows: Iterable[tuple[str, str]]) -> int:
        """Link entities by (name, Wikidata id); how many were linked. A name that several entities bear is passed over.

        Raises:
            InputError: an id is no item's.
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        wanted = dict(rows)
        known = self.resolve_names(list(wanted))
        sure = [(found[0].id, wanted[name]) for name, found in known.items() if len(found) == 1]
        linked = self.load_wikidata_ids([id_ for id_, _ in sure])
        for id_, wikidata_id in sure:
            if linked.get(id_) != wikidata_id:
                self.link_entity(id_, wikidata_id)
        return len(sure)

    def undo_decision(self, number: int) -> EntityDecision:
        """Take a decision back; the articles that it concerns are read anew.

        Raises:
            InputError: there is no such decision, or it is undone already.
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        with self._write_guard, self._writing() as connection:
            decision = log.undo_decision(connection, number, now=_now())
            if decision is None:
                raise InputError(f"there is no decision {number} that still holds; see the log of decisions")
            concerned = self._naming(connection, [decision.entity_id, *decision.other_ids])
        if decision.kind is not DecisionKind.LINK:
            self._reread(concerned)
        return self._decision(number)

    def entity_decisions(self) -> list[EntityDecision]:
        """The log of what was decided about entities, the newest first."""
        with self.reading() as connection:
            return [log.make_decision(row) for row in connection.execute(select(decisions).order_by(decisions.c.id.desc()))]

    def load_wikidata_ids(self, entity_ids: Sequence[str]) -> dict[str, str | None]:
        """By entity: the item of Wikidata that it was linked to, None for one that was not."""
        with self.reading() as connection:
            found = log.find_links(connection, entity_ids)
        return {id_: found.get(id_) for id_ in entity_ids}

    def _decision(self, number: int) -> EntityDecision:
        with self.reading() as connection:
            return log.make_decision(connection.execute(select(decisions).where(decisions.c.id == number)).one())

    @staticmethod
    def _identity(connection: Connection, id_: str) -> dict[str, object]:
        identity = log.identity_of(connection, id_)
        if identity is None:
            raise InputError(f"there is no entity {id_[:40]!r}; use the id of one that is there")
        return identity

    @staticmethod
    def _naming(connection: Connection, entity_ids: Sequence[str]) -> list[str]:
        query = select(article_entities.c.article_id).where(article_entities.c.entity_id.in_(entity_ids))
        return sorted(set(connection.execute(query).scalars()))

    def _reread(self, ids: Sequence[str], *, on_progress: OnProgress | None = None) -> int:
        from retrieval.extraction.extractor import EXTRACTOR_VERSION  # noqa: PLC0415 -- spaCy

        done = 0
        for begin in range(0, len(ids), _BATCH):
            with self.reading() as connection:
                found = [find_prepared(connection, id_) for id_ in ids[begin : begin + _BATCH]]
            batch = [article for article in found if article]
            for article, facts in zip(batch, self._extract(batch), strict=True):
                with self._write_guard, self._writing() as connection:
                    done += rewrite_facts(connection, article, facts, now=_now(), extractor_version=EXTRACTOR_VERSION)
            if on_progress:
                on_progress(min(begin + _BATCH, len(ids)), len(ids))
        self._catch_up()
        return done


def _now() -> datetime:
    return datetime.now(UTC)
