"""The lists that several types have. Each is one archive call for all owners at its level of the query."""

from __future__ import annotations

from functools import partial

from retrieval import Parent, models
from schema.connections import Connection, nested_connection
from schema.context import Info
from schema.node_registry import maker
from schema.types.references import ArticleRef, ClaimRef, EntityMentionRef, EventRef, PassageRef, QuotationRef


def article_list(
    info: Info,
    parent: Parent,
    key: str,
    which: models.ArticleFilter | None,
    part: models.Window,
    order: tuple[models.ArticleOrder, bool] = (models.ArticleOrder.PUBLISHED_AT, True),
) -> Connection[ArticleRef]:
    """Articles of an entity or a publisher; ``order`` is the sort key and whether it descends."""
    archive, (field, descending) = info.context.archive, order
    return nested_connection(
        info.context.loaders,
        ("articles", parent, which, order, part),
        key,
        load=partial(archive.articles_by, parent, filter=which, order=field, descending=descending, window=part),
        count=partial(archive.count_articles_by, parent, filter=which),
        make=maker("Article"),
    )


def passage_list(info: Info, key: str, part: models.Window) -> Connection[PassageRef]:
    """Passages of an article."""
    archive = info.context.archive
    return nested_connection(
        info.context.loaders,
        ("passages", part),
        key,
        load=partial(archive.passages_by, Parent.ARTICLE, window=part),
        count=partial(archive.count_passages_by, Parent.ARTICLE),
        make=maker("Passage"),
    )


def mention_list(
    info: Info,
    parent: Parent,
    key: str,
    part: models.Window,
    *,
    types: tuple[models.EntityType, ...] = (),
    which: models.ArticleFilter | None = None,
) -> Connection[EntityMentionRef]:
    """Mentions in an article or of an entity."""
    archive = info.context.archive
    return nested_connection(
        info.context.loaders,
        ("mentions", parent, types, which, part),
        key,
        load=partial(archive.mentions_by, parent, types=types, filter=which, window=part),
        count=partial(archive.count_mentions_by, parent, types=types, filter=which),
        make=maker("EntityMention"),
    )


def event_list(
    info: Info, parent: Parent, key: str, which: models.EventFilter | None, part: models.Window
) -> Connection[EventRef]:
    """Events that an article tells of or that an entity takes part in."""
    archive = info.context.archive
    return nested_connection(
        info.context.loaders,
        ("events", parent, which, part),
        key,
        load=partial(archive.events_by, parent, filter=which, window=part),
        count=partial(archive.count_events_by, parent, filter=which),
        make=maker("Event"),
    )


def claim_list(
    info: Info, parent: Parent, key: str, which: models.ClaimFilter | None, part: models.Window
) -> Connection[ClaimRef]:
    """Claims in an article, by an entity, or about an event."""
    archive = info.context.archive
    return nested_connection(
        info.context.loaders,
        ("claims", parent, which, part),
        key,
        load=partial(archive.claims_by, parent, filter=which, window=part),
        count=partial(archive.count_claims_by, parent, filter=which),
        make=maker("Claim"),
    )


def quotation_list(info: Info, parent: Parent, key: str, part: models.Window) -> Connection[QuotationRef]:
    """What is quoted in an article or from an entity."""
    archive = info.context.archive
    which = models.ClaimFilter(kinds=(models.AttributionKind.DIRECT_QUOTATION,))
    return nested_connection(
        info.context.loaders,
        ("quotations", parent, part),
        key,
        load=partial(archive.claims_by, parent, filter=which, window=part),
        count=partial(archive.count_claims_by, parent, filter=which),
        make=maker("Quotation"),
    )
