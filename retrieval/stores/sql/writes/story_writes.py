"""Stories: the articles about one happening, each article in one of them.

An article joins the story that it is closest to when it comes in, or begins one. The row of a story is drawn from its
articles each time that one comes or goes; a story keeps its id while any article of it is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from retrieval.linking.story_similarity import (
    JOIN,
    REACH,
    STAY,
    Weighed,
    closeness_to_all,
    find_medoid,
    sketch,
    weigh,
    worth,
)
from retrieval.models import Block, EntityType, Span
from retrieval.models.identity import stable_id
from retrieval.stores.sql.paging import chunks
from retrieval.stores.sql.tables import (
    article_entities,
    articles,
    copies,
    entities,
    mentions,
    stories,
    story_articles,
    story_words,
)
from retrieval.stores.sql.writes.near_duplicate_writes import source_key, with_source_keys

# The rarest names of an article lead to others that may be about the same.
_TELLING_NAMES = 15
_MAX_NAMED = 400
_MAX_CANDIDATES = 40
# So many articles of a story, the earliest, say what it is.
_MAX_COMPARED = 40
# What an article names by the way: a country says less of it than a person.
_COUNTRY_SHARE = 0.5
_COUNTED = {EntityType.PERSON, EntityType.ORGANIZATION, EntityType.PLACE, EntityType.GROUP, EntityType.FACILITY}


def join_story(connection: Connection, article_id: str, text: str, blocks: Sequence[Block]) -> None:
    """Put an article that is in no story, and whose entities are stored, into the one that it belongs to."""
    words = sketch(text, blocks, _named(connection, article_id))
    _count(connection, words, 1)
    home = _story_of_copy(connection, article_id) or _find_matching_event(connection, article_id, words)
    if home is None:
        home = _unique_id(connection, article_id)
        empty = {"title": "", "medoid_id": article_id, "article_count": 0, "independent_source_count": 0}
        connection.execute(insert(stories).values(id=home, **empty))
    connection.execute(insert(story_articles).values(article_id=article_id, story_id=home, words=words))
    _draw(connection, home)


def leave_story(connection: Connection, article_id: str) -> str | None:
    """Take an article out of its story, which is given; `close_gap` is to follow when the article is gone."""
    row = connection.execute(select(story_articles).where(story_articles.c.article_id == article_id)).one_or_none()
    if row is None:
        return None
    _count(connection, row.words, -1)
    connection.execute(delete(story_articles).where(story_articles.c.article_id == article_id))
    return str(row.story_id)


def close_gap(connection: Connection, story_id: str | None) -> None:
    """After an article left: part the story where the others no longer hold together, or delete it with its last."""
    if story_id is None:
        return
    members = _members(connection, story_id)
    if not members:
        connection.execute(delete(stories).where(stories.c.id == story_id))
        return
    for group in _groups(connection, members)[1:]:
        new = _unique_id(connection, group[0])
        medoid = {"title": "", "medoid_id": group[0], "article_count": 0, "independent_source_count": 0}
        connection.execute(insert(stories).values(id=new, **medoid))
        moved = story_articles.c.article_id.in_(group)
        connection.execute(update(story_articles).where(moved).values(story_id=new))
        _draw(connection, new)
    _draw(connection, story_id)


def settle_story(connection: Connection, article_id: str, text: str, blocks: Sequence[Block]) -> None:
    """After an article's entities changed: it stays in its story if it still belongs there, or joins another."""
    row = connection.execute(select(story_articles).where(story_articles.c.article_id == article_id)).one_or_none()
    if row is None:
        join_story(connection, article_id, text, blocks)
        return
    others = [member for member in _members(connection, row.story_id) if member.article_id != article_id]
    if others:
        weighed = _weigh(connection, {article_id: row.words} | {m.article_id: m.words for m in others[:_MAX_COMPARED]})
        if closeness_to_all(weighed.pop(article_id), list(weighed.values())) >= STAY or _is_copy(connection, article_id):
            return
        left = leave_story(connection, article_id)
        close_gap(connection, left)
        join_story(connection, article_id, text, blocks)


def _named(connection: Connection, article_id: str) -> list[Span]:
    query = select(mentions.c.start, mentions.c.end).where(mentions.c.article_id == article_id)
    return [Span(row.start, row.end) for row in connection.execute(query)]


def _count(connection: Connection, words: Mapping[str, int], step: int) -> None:
    if not words:
        return
    more = upsert(story_words)
    more = more.on_conflict_do_update(
        index_elements=[story_words.c.word], set_={"article_count": story_words.c.article_count + step}
    )
    connection.execute(more, [{"word": word, "article_count": step} for word in sorted(words)])
    if step < 0:
        connection.execute(delete(story_words).where(story_words.c.article_count <= 0))


def _unique_id(connection: Connection, article_id: str) -> str:
    """An id that follows from the story's first article, another one where the story of that id lives on without it."""
    number = 0
    while True:
        id_ = stable_id("story", article_id, number)
        if connection.execute(select(stories.c.id).where(stories.c.id == id_)).scalar() is None:
            return id_
        number += 1


def _story_of_copy(connection: Connection, article_id: str) -> str | None:
    """The story of the articles that were printed from the same text."""
    root = select(copies.c.root_id).where(copies.c.article_id == article_id).scalar_subquery()
    same = select(copies.c.article_id).where(copies.c.root_id == root)
    query = select(story_articles.c.story_id).where(story_articles.c.article_id.in_(same))
    return connection.execute(query.order_by(story_articles.c.article_id).limit(1)).scalar()


def _is_copy(connection: Connection, article_id: str) -> bool:
    root = select(copies.c.root_id).where(copies.c.article_id == article_id).scalar_subquery()
    return connection.execute(select(func.count()).select_from(copies).where(copies.c.root_id == root)).scalar_one() > 1


def _find_matching_event(connection: Connection, article_id: str, words: Mapping[str, int]) -> str | None:
    found = _candidates(connection, article_id)
    if not found:
        return None
    rows = connection.execute(select(story_articles).where(story_articles.c.article_id.in_(found))).all()
    weighed = _weigh(connection, {article_id: words} | {row.article_id: row.words for row in rows})
    members: dict[str, list[Weighed]] = defaultdict(list)
    for row in rows:
        members[row.story_id].append(weighed[row.article_id])
    sums = {id_: closeness_to_all(weighed[article_id], some) for id_, some in members.items()}
    best = max(sums, key=lambda id_: (sums[id_], id_), default=None)
    return best if best is not None and sums[best] >= JOIN else None


def _candidates(connection: Connection, article_id: str) -> list[str]:
    """Articles of stories that name most of what this one names and few others do."""
    at = connection.execute(select(articles.c.published_at).where(articles.c.id == article_id)).scalar()
    mine = (
        select(entities.c.id, entities.c.article_count)
        .join_from(article_entities, entities)
        .where(article_entities.c.article_id == article_id, entities.c.article_count > 1)
        .order_by(entities.c.article_count, entities.c.id)
        .limit(_TELLING_NAMES)
    )
    rarity = {row.id: row.article_count for row in connection.execute(mine)}
    total = _total(connection)
    sums: dict[str, float] = defaultdict(float)
    for id_, article_count in rarity.items():
        query = (
            select(article_entities.c.article_id)
            .join_from(article_entities, articles)
            .where(article_entities.c.entity_id == id_, article_entities.c.article_id != article_id)
            .order_by(articles.c.published_at.desc(), articles.c.id)
            .limit(_MAX_NAMED)
        )
        if at is not None:
            near = articles.c.published_at.between(at - REACH, at + REACH)
            query = query.where(or_(articles.c.published_at.is_(None), near))
        for other in connection.execute(query).scalars():
            sums[other] += worth(article_count, total)
    return sorted(sums, key=lambda id_: (-sums[id_], id_))[:_MAX_CANDIDATES]


def _weigh(connection: Connection, words: Mapping[str, Mapping[str, int]]) -> dict[str, Weighed]:
    """Articles made comparable, by id; ``words`` are their sketches."""
    total = _total(connection)
    known: dict[str, float] = {}
    for some in chunks(sorted({word for each in words.values() for word in each})):
        for row in connection.execute(select(story_words).where(story_words.c.word.in_(some))):
            known[row.word] = worth(row.article_count, total)
    names: dict[str, dict[str, int]] = defaultdict(dict)
    name_worth: dict[str, float] = {}
    query = (
        select(article_entities.c.article_id, article_entities.c.mention_count, entities)
        .join_from(article_entities, entities)
        .where(article_entities.c.article_id.in_(list(words)), entities.c.type.in_(_COUNTED))
    )
    for row in connection.execute(query):
        names[row.article_id][row.id] = row.mention_count
        name_worth[row.id] = worth(row.article_count, total) * (_COUNTRY_SHARE if row.country else 1.0)
    dates = select(articles.c.id, articles.c.published_at).where(articles.c.id.in_(list(words)))
    return {
        row.id: weigh(words[row.id], names[row.id], word_worth=known, name_worth=name_worth, published=row.published_at)
        for row in connection.execute(dates)
    }


def _total(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(story_articles)).scalar_one()


def _members(connection: Connection, story_id: str) -> list[Row[Any]]:
    """The articles of a story with what is known of their sources, by time of publication."""
    query = with_source_keys(
        select(story_articles, articles.c.title, articles.c.published_at).join_from(story_articles, articles)
    )
    rows = connection.execute(query.where(story_articles.c.story_id == story_id)).all()
    return sorted(rows, key=lambda row: (row.published_at is None, row.published_at or 0, row.article_id))


def _groups(connection: Connection, members: Sequence[Row[Any]]) -> list[list[str]]:
    """The articles that hold together, the first article's first; those past the compared ones stay with it."""
    compared, rest = members[:_MAX_COMPARED], members[_MAX_COMPARED:]
    weighed = _weigh(connection, {row.article_id: row.words for row in compared})
    groups: list[list[str]] = []
    roots: list[set[str]] = []
    for row in compared:
        mine = weighed[row.article_id]
        sums = [
            1.0 if row.root_id in root else closeness_to_all(mine, [weighed[id_] for id_ in group])
            for group, root in zip(groups, roots, strict=True)
        ]
        best = max(range(len(sums)), key=lambda n: (sums[n], -n), default=None)
        if best is None or sums[best] < STAY:
            groups.append([row.article_id])
            roots.append({row.root_id})
        else:
            groups[best].append(row.article_id)
            roots[best].add(row.root_id)
    groups[0].extend(row.article_id for row in rest)
    return groups


def _draw(connection: Connection, story_id: str) -> None:
    for id_, row in aggregate_stories(connection, [story_id]).items():
        connection.execute(update(stories).where(stories.c.id == id_).values(**row))


def aggregate_stories(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The columns of stories as their articles make them; without those that have none."""
    return {id_: _drawn(connection, members) for id_ in ids if (members := _members(connection, id_))}


def _drawn(connection: Connection, members: Sequence[Row[Any]]) -> dict[str, Any]:
    compared = members[:_MAX_COMPARED]
    weighed = _weigh(connection, {row.article_id: row.words for row in compared})
    medoid = compared[find_medoid([weighed[row.article_id] for row in compared])]
    dates = [row.published_at for row in members if row.published_at is not None]
    return {
        "title": medoid.title,
        "medoid_id": medoid.article_id,
        "first_published": min(dates, default=None),
        "last_published": max(dates, default=None),
        "article_count": len(members),
        "independent_source_count": len(_voices(members)),
    }


def _voices(members: Iterable[Row[Any]]) -> set[str]:
    return {source_key(row) for row in members}
