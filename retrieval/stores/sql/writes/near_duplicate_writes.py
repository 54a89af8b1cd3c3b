"""Which stored articles were printed from one text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from retrieval.linking.near_duplicates import credited_agency, is_near_copy, sign, signature_of
from retrieval.models import Origin
from retrieval.models.prepared import PreparedArticle
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import articles, copies, copy_bands, event_reports

_root_articles = articles.alias("root_articles")
_root_copies = copies.alias("root_copies")


def with_source_keys(query: Select[Any]) -> Select[Any]:
    """A query that selects from ``articles``, with what `source_key` needs to know of each."""
    return (
        query.add_columns(
            articles.c.id.label("voice_id"),
            copies.c.root_id,
            copies.c.agency,
            _root_copies.c.agency.label("root_agency"),
            _root_articles.c.publisher_id.label("root_publisher_id"),
        )
        .join(copies, copies.c.article_id == articles.c.id, isouter=True)
        .join(_root_articles, _root_articles.c.id == func.coalesce(copies.c.root_id, articles.c.id))
        .join(_root_copies, _root_copies.c.article_id == _root_articles.c.id, isouter=True)
    )


def source_key(row: Row[Any]) -> str:
    """Who wrote an article's text: the same for articles of one agency, text or publisher."""
    if row.agency or row.root_agency:
        return f"agency:{row.root_agency or row.agency}"
    return f"publisher:{row.root_publisher_id}" if row.root_publisher_id else f"article:{row.root_id or row.voice_id}"


def add_copy(connection: Connection, article: PreparedArticle) -> None:
    """Note an article's signature; it joins the near-copies of it that are stored."""
    signature = sign(article.text, article.blocks)
    agency = credited_agency(article.text, article.blocks)
    if signature is None:
        connection.execute(
            insert(copies).values(article_id=article.id, root_id=article.id, agency=agency, signature=b"", shingle_count=0)
        )
        return
    near = connection.execute(
        select(copies)
        .where(
            copies.c.article_id.in_(select(copy_bands.c.article_id).where(copy_bands.c.band.in_(signature.bands))),
            copies.c.article_id != article.id,
        )
        .order_by(copies.c.root_id, copies.c.article_id)
    )
    root = next(
        (row.root_id for row in near if is_near_copy(signature, signature_of(row.signature, row.shingle_count))), article.id
    )
    connection.execute(
        insert(copies).values(
            article_id=article.id,
            root_id=root,
            agency=agency,
            signature=signature.minima.tobytes(),
            shingle_count=signature.shingle_count,
        )
    )
    connection.execute(insert(copy_bands), [{"band": band, "article_id": article.id} for band in set(signature.bands)])


def find_origins(connection: Connection, article_ids: Sequence[str]) -> dict[str, Origin]:
    """Whose text each article prints; unknown ids are left out."""
    query = with_source_keys(select(articles.c.id).select_from(articles))
    found: dict[str, Origin] = {}
    for some in chunks(article_ids):
        for row in connection.execute(query.where(articles.c.id.in_(some))):
            found[row.id] = Origin(row.root_id or row.id, source_key(row))
    return found


def find_shared(connection: Connection, article_id: str) -> list[str]:
    """The events whose count of sources rests on an article being the root of its copies."""
    inside = select(copies.c.article_id).where(copies.c.root_id == article_id, copies.c.article_id != article_id)
    return sorted(
        set(connection.execute(select(event_reports.c.event_id).where(event_reports.c.article_id.in_(inside))).scalars())
    )


def remove_copy(connection: Connection, article_id: str) -> None:
    """Forget an article's signature; its copies get another root."""
    connection.execute(delete(copies).where(copies.c.article_id == article_id))
    connection.execute(delete(copy_bands).where(copy_bands.c.article_id == article_id))
    heir = connection.execute(
        select(copies.c.article_id)
        .join_from(copies, articles)
        .where(copies.c.root_id == article_id)
        .order_by(articles.c.ingested_at, copies.c.article_id)
        .limit(1)
    ).scalar()
    if heir is not None:
        connection.execute(update(copies).where(copies.c.root_id == article_id).values(root_id=heir))
