"""Which stored articles were printed from one text."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from retrieval.catalog.paging import chunks
from retrieval.catalog.prepared import PreparedArticle
from retrieval.catalog.tables import articles, copies, copy_bands, tellings
from retrieval.ingestion.duplicates import credited_agency, is_near_copy, sign, signature_of
from retrieval.models import Origin


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
    root, roots_copy = articles.alias(), copies.alias()
    text_id = func.coalesce(copies.c.root_id, articles.c.id)
    query = (
        select(articles.c.id, text_id, func.coalesce(roots_copy.c.agency, copies.c.agency), root.c.publisher_id)
        .join_from(articles, copies, copies.c.article_id == articles.c.id, isouter=True)
        .join(root, root.c.id == text_id)
        .join(roots_copy, roots_copy.c.article_id == root.c.id, isouter=True)
    )
    found: dict[str, Origin] = {}
    for some in chunks(article_ids):
        for id_, text, agency, publisher_id in connection.execute(query.where(articles.c.id.in_(some))):
            found[id_] = Origin(text, writer_key(text, agency, publisher_id))
    return found


def writer_key(text_id: str, agency: str | None, publisher_id: str | None) -> str:
    """Who wrote a text, as a key: the agency that fed it, else the publisher of the first copy, else the text itself."""
    if agency:
        return f"agency:{agency}"
    return f"publisher:{publisher_id}" if publisher_id else f"article:{text_id}"


def find_shared(connection: Connection, article_id: str) -> list[str]:
    """The events whose count of sources rests on an article being the root of its copies."""
    inside = select(copies.c.article_id).where(copies.c.root_id == article_id, copies.c.article_id != article_id)
    return sorted(set(connection.execute(select(tellings.c.event_id).where(tellings.c.article_id.in_(inside))).scalars()))


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
