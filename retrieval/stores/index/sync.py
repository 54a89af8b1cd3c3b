"""Bringing the search index up to date with the catalog."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from retrieval.stores.index.local.documents import IndexedPassage
from retrieval.stores.index.local.local_index import LocalIndex
from retrieval.stores.sql.queries.point_queries import PointQueries
from retrieval.stores.sql.vector_rows import get_embedder, load_vectors

# Changes that go into one commit of the index: enough that commits do not count, few enough to hold in memory.
_BATCH = 1000


def catch_up(catalog: PointQueries, index: LocalIndex, *, on_progress: Callable[[int, int], None] | None = None) -> int:
    """Take in every change that the index lacks; the number of articles taken in.

    ``on_progress`` is told how many of how many changes are done.

    Raises:
        ArchiveLocked: another process held the index longer than the time-out.
    """
    # The index first: what it holds the catalog has, but a writer may bring both further at any time.
    start, indexed_embedder = index.sequence, index.embedder
    taken, newest = 0, catalog.last_change()
    with catalog.reading() as connection:
        embedder = get_embedder(connection)
    # The catalog was restored from an older copy, or got vectors of another embedder.
    if start > newest or indexed_embedder not in {None, embedder}:
        index.clear()
        start = 0
    reached = start
    while reached < newest:
        changed = catalog.load_changes(after=reached, limit=_BATCH)
        ids = list(dict.fromkeys(id_ for _, id_ in changed))
        last = changed[-1][0]
        fresh = _iter_passages(catalog, ids)
        if index.update(sequence=last, article_ids=ids, passages=fresh, after=reached, embedder=embedder):
            taken += len(ids)
            reached = last
        else:
            reached = index.sequence
        if on_progress:
            on_progress(reached - start, newest - start)
    index.build_graphs(wait=False)
    return taken


def _iter_passages(catalog: PointQueries, article_ids: Sequence[str]) -> Iterator[IndexedPassage]:
    for first in range(0, len(article_ids), 100):
        found = catalog.load_facts(article_ids[first : first + 100])
        with catalog.reading() as connection:
            vectors = load_vectors(connection, [p.id for facts in found.values() for p in facts.passages])
        for id_, facts in found.items():
            article = facts.article
            entity_ids = tuple(entity.id for entity in facts.entities)
            event_types = tuple(sorted({event.type.value for event in facts.events}))
            named: dict[int, set[str]] = defaultdict(set)
            for mention in facts.mentions:
                for passage in facts.passages:
                    if passage.span.contains(mention.span):
                        named[passage.id].add(mention.entity_id)
            for passage in facts.passages:
                yield IndexedPassage(
                    id=passage.id,
                    article_id=id_,
                    text=passage.text,
                    title=article.title,
                    source=article.source,
                    language=article.language,
                    published=article.published.at,
                    entity_ids=entity_ids,
                    named_ids=tuple(sorted(named[passage.id])),
                    event_types=event_types,
                    vector=vectors.get(passage.id),
                )
