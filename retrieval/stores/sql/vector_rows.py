"""Vectors in the catalog: who made them, and reading and writing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, literal, select

from retrieval.errors import EmbedderMismatch
from retrieval.stores.sql.columns import Instant
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import articles, changes, passages, settings, vectors

_SETTING = "embedder"


def get_embedder(connection: Connection) -> str | None:
    """The name of the embedder that made the archive's vectors; None where it has none."""
    name: str | None = connection.execute(select(settings.c.value).where(settings.c.name == _SETTING)).scalar()
    return name


def check_embedder(connection: Connection, name: str) -> None:
    """Make sure that vectors of ``name`` belong here.

    Raises:
        EmbedderMismatch: another embedder made the archive's vectors.
    """
    check_made_by(get_embedder(connection), name)


def check_made_by(known: str | None, name: str) -> None:
    """The same for vectors that ``known`` made, None for none."""
    if known is not None and known != name:
        raise EmbedderMismatch(
            f"the archive's vectors were made by {known!r}, which {name!r} cannot be compared with; "
            "open it with that embedder, or make them again with: dateline reindex --embed"
        )


def write_vectors(connection: Connection, article_id: str, made: Sequence[bytes], *, embedder: str) -> None:
    """Store the vectors of an article's passages, in their order.

    Raises:
        EmbedderMismatch: another embedder made the archive's vectors.
    """
    ids = connection.execute(
        select(passages.c.id).where(passages.c.article_id == article_id).order_by(passages.c.position)
    ).scalars()
    store_vectors(connection, dict(zip(ids, made, strict=True)), embedder=embedder)


def load_vectors(connection: Connection, passage_ids: Sequence[int]) -> dict[int, bytes]:
    """The stored vectors of passages, by id."""
    found: dict[int, bytes] = {}
    for some in chunks(passage_ids):
        query = select(vectors.c.passage_id, vectors.c.vector).where(vectors.c.passage_id.in_(some))
        found.update((row.passage_id, row.vector) for row in connection.execute(query))
    return found


def find_bare(connection: Connection, *, limit: int) -> list[str]:
    """Ids of articles with a passage that has no vector."""
    bare = select(passages.c.article_id).where(passages.c.id.not_in(select(vectors.c.passage_id)))
    return list(connection.execute(bare.distinct().order_by(passages.c.article_id).limit(limit)).scalars())


def iter_passage_texts(
    connection: Connection, *, article_ids: Sequence[str] | None = None, bare: bool = False
) -> Iterator[tuple[int, str]]:
    """(id, text) of passages: of some articles or all; ``bare`` gives those without a vector only."""
    length = passages.c.end - passages.c.start
    query = select(passages.c.id, func.substr(articles.c.text, passages.c.start + 1, length)).join_from(passages, articles)
    if bare:
        query = query.where(passages.c.id.not_in(select(vectors.c.passage_id)))
    if article_ids is None:
        yield from (tuple(row) for row in connection.execute(query.order_by(passages.c.id)))
        return
    for some in chunks(article_ids):
        yield from (tuple(row) for row in connection.execute(query.where(articles.c.id.in_(some)).order_by(passages.c.id)))


def store_vectors(connection: Connection, made: Mapping[int, bytes], *, embedder: str) -> int:
    """Store vectors by passage id, but of those passages only that are still there and have none; their number.

    Raises:
        EmbedderMismatch: another embedder made the archive's vectors.
    """
    check_embedder(connection, embedder)
    if get_embedder(connection) is None:
        connection.execute(insert(settings).values(name=_SETTING, value=embedder))
    stored = 0
    for some in chunks(sorted(made)):
        there = set(connection.execute(select(passages.c.id).where(passages.c.id.in_(some))).scalars())
        there -= load_vectors(connection, some).keys()
        rows = [{"passage_id": id_, "embedder": embedder, "vector": made[id_]} for id_ in some if id_ in there]
        if rows:
            connection.execute(insert(vectors), rows)
        stored += len(rows)
    return stored


def drop_vectors(connection: Connection) -> None:
    """Forget all vectors and who made them."""
    connection.execute(delete(vectors))
    connection.execute(delete(settings).where(settings.c.name == _SETTING))


def note_articles(connection: Connection, article_ids: Sequence[str] | None, *, kind: str, now: datetime) -> None:
    """One change for each of the articles, or for all, so that every index takes them in again."""
    columns = select(articles.c.id, literal(kind), articles.c.revision, literal(now, Instant)).order_by(articles.c.id)
    names = ["article_id", "kind", "revision", "at"]
    if article_ids is None:
        connection.execute(insert(changes).from_select(names, columns))
        return
    for some in chunks(article_ids):
        connection.execute(insert(changes).from_select(names, columns.where(articles.c.id.in_(some))))
