"""Stored articles read anew, by another version of the extractor or because people decided what an entity is."""

from __future__ import annotations

import logging
import re
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from retrieval.errors import InputError, RetrievalError
from retrieval.extraction.reading import Read, Unread
from retrieval.extraction.stages import failure_of
from retrieval.models import (
    ArticleInput,
    DecisionKind,
    EntityDecision,
    EntitySuggestion,
    ExtractionStage,
    IngestResult,
)
from retrieval.models import found_facts as facts_module
from retrieval.models.found_facts import Extraction
from retrieval.models.identity import fold
from retrieval.models.prepared import PreparedArticle, with_failure
from retrieval.stores.archive_vectors import ArchiveVectors
from retrieval.stores.sql.queries.entity_suggestions import find_suggestions
from retrieval.stores.sql.queries.relation_queries import RelationQueries
from retrieval.stores.sql.tables import article_entities, decisions
from retrieval.stores.sql.writes import entity_decisions as log
from retrieval.stores.sql.writes.article_writes import find_incomplete, find_outdated, find_prepared, rewrite_facts

logger = logging.getLogger(__name__)

OnProgress = Callable[[int, int], None]

# Articles that are parsed together.
_BATCH = 16
_WIKIDATA = re.compile(r"Q[1-9]\d{0,11}")


class Curation(RelationQueries):
    """The part of an archive that changes what is known of articles that are stored already."""

    _write_guard: threading.Lock
    _vectors: ArchiveVectors

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _read(self, items: Sequence[Unread]) -> list[Read]: ...

    @abstractmethod
    def _store_read(self, name: str, article: PreparedArticle, facts: Extraction) -> IngestResult: ...

    @abstractmethod
    def _index_stored(self) -> None: ...

    def reextract(self, *, every: bool = False, failed: bool = False, on_progress: OnProgress | None = None) -> int:
        """Read anew the stored articles whose facts another version of the extractor found; how many were read.

        ``every`` reads all, ``failed`` those that a stage of extraction failed on.

        Facts that come out as before keep their ids. Each article is stored by itself: an interrupted run goes on where
        it stopped, except with ``every``. ``on_progress`` gets the number of articles done and of all.

        Raises:
            ArchiveLocked: another process was writing for longer than the lock time-out; what was done is stored.
            MissingDependency: no language model is installed.
        """
        with self.reading() as connection:
            if failed:
                ids = find_incomplete(connection)
            else:
                ids = find_outdated(connection, -1 if every else facts_module.EXTRACTOR_VERSION)
        done = self._reread(ids, on_progress=on_progress)
        if failed:
            self._retry_layout(ids)
            self._index_stored()
        return done

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

    def entity_suggestions(self, *, entity_id: str | None = None, limit: int = 20) -> list[EntitySuggestion]:
        """Entities that may be one, the most mentioned first, perhaps only those of one entity: merge or refuse them."""
        with self.reading() as connection:
            pairs = find_suggestions(connection, entity_id=entity_id, limit=limit)
        known = {e.id: e for e in self.load_entities([id_ for pair in pairs for id_ in pair[:2]]) if e is not None}
        return [
            EntitySuggestion(known[more], known[less], why) for more, less, why in pairs if more in known and less in known
        ]

    def refuse_suggestion(self, id_: str, other_id: str) -> EntityDecision:
        """Say that two entities are not one, so that they are no longer suggested; `undo_decision` takes it back.

        Raises:
            InputError: one is not there, or they are the same.
            ArchiveLocked: another process was writing for longer than the lock time-out.
        """
        if id_ == other_id:
            raise InputError("an entity is not kept apart from itself; give the ids of two")
        with self._write_guard, self._writing() as connection:
            for one in (id_, other_id):
                self._identity(connection, one)
            number = log.note_decision(connection, DecisionKind.REFUSAL, id_, {"other": other_id}, now=_now())
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
        if decision.kind not in {DecisionKind.LINK, DecisionKind.REFUSAL}:
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
        done = 0
        for begin in range(0, len(ids), _BATCH):
            with self.reading() as connection:
                found = [find_prepared(connection, id_) for id_ in ids[begin : begin + _BATCH]]
            batch = [article for article in found if article]
            for read in self._read([Unread(article) for article in batch]):
                if read.article is not None and read.facts is not None:
                    done += self._rewrite(read.article, read.facts)
            if on_progress:
                on_progress(min(begin + _BATCH, len(ids)), len(ids))
        self._index_stored()
        return done

    def _retry_layout(self, ids: Sequence[str]) -> int:
        """Cut articles anew that could not be cut into blocks, and make vectors that could not be made; how many are whole
        now in this respect.
        """
        done = 0
        for id_ in ids:
            with self.reading() as connection:
                article = find_prepared(connection, id_)
            if article is not None and _has_failed_blocks(article):
                (read,) = self._read([Unread(_as_given(article))])
                if read.article is not None and read.facts is not None and not _has_failed_blocks(read.article):
                    self._store_read(article.key, _dated_as(read.article, article), read.facts)
                    done += 1
            elif article is not None and any(failure.stage is ExtractionStage.VECTORS for failure in article.failures):
                done += self._vectors.retry(article.id)
        return done

    def _rewrite(self, article: PreparedArticle, facts: Extraction) -> bool:
        try:
            return self._rewrite_as_read(article, facts)
        except (RetrievalError, OperationalError):
            raise  # the archive's own fault, which every article would meet
        except Exception as error:
            logger.warning("an article is stored without facts", exc_info=True)
            failure = failure_of(ExtractionStage.LINKING, error)
            return self._rewrite_as_read(with_failure(article, failure), Extraction())

    def _rewrite_as_read(self, article: PreparedArticle, facts: Extraction) -> bool:
        with self._write_guard, self._writing() as connection:
            return rewrite_facts(connection, article, facts, now=_now(), extractor_version=facts_module.EXTRACTOR_VERSION)


def _has_failed_blocks(article: PreparedArticle) -> bool:
    return any(failure.stage is ExtractionStage.BLOCKS for failure in article.failures)


def _as_given(article: PreparedArticle) -> ArticleInput:
    """A stored article as it may have been given. A title that is the beginning of the text was found there."""
    is_found = " ".join(article.text[: 2 * len(article.title) + 100].split()).startswith(article.title)
    return ArticleInput(
        text=article.text,
        title=None if is_found else article.title,
        url=article.url,
        publisher=article.publisher,
        authors=article.authors,
        language=article.language,
    )


def _dated_as(article: PreparedArticle, stored: PreparedArticle) -> PreparedArticle:
    """The article with the date that was given for it when it came in, if one was."""
    return article if stored.published.at is None else replace(article, published=stored.published)


def _now() -> datetime:
    return datetime.now(UTC)
