"""A read is of one state: whatever is written between two of its statements, it gives what it gives before or after."""

from __future__ import annotations

import inspect
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from retrieval import (
    Answer,
    Archive,
    ArticleFilter,
    ArticleInput,
    ClaimFilter,
    EventFilter,
    RetrievalMode,
    Window,
)
from retrieval.extraction.extractor import Extractor
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models.found_facts import Extraction
from retrieval.stores.sql.queries.parent_lists import Parent
from retrieval.stores.sql.queries.relation_queries import TimelineSubject
from tests.retrieval.test_durability_search import Hashing

NOW = datetime(2020, 6, 1, tzinfo=UTC)
THEN = datetime(2020, 3, 1, tzinfo=UTC)
_ATTACK = "ebels attacked police in Bruges on 5 January 2020"
FIRST = [
    ("a", "2020-01-05", "Mayor\n\nThe mayor of Ghent, Anna Peeters, denied on Monday that she met Bob Marley in Bruges."),
    ("b", "2020-01-06", f"Attack in Bruges\n\nR{_ATTACK}. The attack killed 12 people, Anna Peeters said."),
    ("c", "2020-01-07", f"Attack\n\nAn official told Reuters that r{_ATTACK}. Bob Marley denied that r{_ATTACK}."),
    ("d", "2020-05-08", f"Later\n\nR{_ATTACK}, said Anna Peeters. Bob Marley was arrested in Bruges on 7 May 2020."),
]
# One article revised so that every offset moves, one gone, one new; all name the same people and tell of the same attack.
REVISED = "Now\n\nYesterday Bob Marley said that Anna Peeters, mayor of Ghent, resigned. Rebels attacked police in Bruges."
ADDED = f"More\n\nBob Marley said that r{_ATTACK}. Anna Peeters denied that 16 people were killed."

Prepared = tuple[Any, Extraction]


def prepare(key: str, published: str, text: str) -> Prepared:
    article = prepare_article(
        ArticleInput(text, url=f"https://example.org/{key}", published_at=published, publisher="The Post")
    )
    return article, next(iter(Extractor().extract_many([article])))


@pytest.fixture(scope="module")
def parts() -> dict[str, Prepared]:
    made = {key: prepare(key, published, text) for key, published, text in FIRST}
    return made | {"a2": prepare("a", "2020-01-05", REVISED), "e": prepare("e", "2020-01-09", ADDED)}


@pytest.fixture(scope="module", autouse=True)
def _now() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in ("archive", "ingest", "entity_curation"):
            patch.setattr(f"retrieval.{module}._now", lambda: NOW)
        yield


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory, parts: dict[str, Prepared]) -> tuple[Path, Path]:
    """Folders of the archive as it is before the writer comes, and after, both with an index that is up to date."""
    folder = tmp_path_factory.mktemp("states")
    before, after = folder / "before", folder / "after"
    before.mkdir()
    with Archive.open(before / "news.db", embedder=Hashing()) as archive:
        archive.store_prepared([parts[key] for key, _, _ in FIRST])
        archive.search("attack")
        (person,) = archive.resolve_names(["Anna Peeters"])["Anna Peeters"]
        archive.link_entity(person.id, "Q42")
    shutil.copytree(before, after)
    with Archive.open(after / "news.db", embedder=Hashing()) as archive:
        change(archive, parts)
    return before, after


@pytest.fixture(scope="module")
def origin(states: tuple[Path, Path]) -> Path:
    return states[0]


def change(archive: Archive, parts: dict[str, Prepared]) -> None:
    """What a writer does between two statements."""
    archive.store_prepared([parts["a2"], parts["e"]])
    archive.remove([parts["c"][0].id])


def put(state: Path, archive: Path) -> None:
    """Bring an archive to a state in one transaction, as a writer does, with the index that goes with it."""
    with closing(sqlite3.connect(state / "news.db")) as source, closing(sqlite3.connect(archive / "news.db")) as target:
        source.backup(target)
    shutil.rmtree(archive / "news.db.index", ignore_errors=True)
    shutil.copytree(state / "news.db.index", archive / "news.db.index")


Read = Callable[[Archive], object]


def _reads() -> dict[str, Read]:
    """Every public read, by the method's name and a variant."""

    def ids(archive: Archive) -> dict[str, list[str]]:
        return archive_ids[archive.path.name]

    def nested(kind: str, parent: Parent) -> dict[str, Read]:
        owners = {Parent.ARTICLE: "articles", Parent.ENTITY: "entities", Parent.EVENT: "events", Parent.STORY: "stories"}

        def listed(archive: Archive) -> object:
            return getattr(archive, f"{kind}_by")(parent, ids(archive)[owners[parent]])

        def counted(archive: Archive) -> object:
            return getattr(archive, f"count_{kind}_by")(parent, ids(archive)[owners[parent]])

        return {f"{kind}_by {parent}": listed, f"count_{kind}_by {parent}": counted}

    near = EventFilter(near=(51.2, 3.2), within_kilometers=100)
    reads: dict[str, Read] = {
        "article": lambda a: a.article(url="https://example.org/a"),
        "entity": lambda a: a.entity(name="Anna Peeters"),
        "corpus": lambda a: a.corpus(),
        "index_revision": lambda a: a.index_revision(),
        "archive_id": lambda a: a.archive_id(),
        "load_changes": lambda a: a.load_changes(after=0, limit=100),
        "last_change": lambda a: a.last_change(),
        "resolve_names": lambda a: a.resolve_names(["Anna Peeters", "Bob Marley", "Ghent"]),
        "load_articles": lambda a: a.load_articles(ids(a)["articles"]),
        "load_entities": lambda a: a.load_entities(ids(a)["entities"]),
        "load_events": lambda a: a.load_events(ids(a)["events"]),
        "load_passages": lambda a: a.load_passages(list(range(1, 12))),
        "load_claims": lambda a: a.load_claims(ids(a)["claims"]),
        "load_stories": lambda a: a.load_stories(ids(a)["stories"]),
        "load_stories_of": lambda a: a.load_stories_of(ids(a)["articles"]),
        "article_ids_of": lambda a: a.article_ids_of(ids(a)["stories"][0]),
        "load_publishers": lambda a: a.load_publishers(ids(a)["publishers"]),
        "load_passages_at": lambda a: a.load_passages_at([(id_, 0) for id_ in ids(a)["articles"]]),
        "load_passages_holding": lambda a: a.load_passages_holding(
            [(c.article_id, c.spans[0]) for c in claims[a.path.name]]
        ),
        "load_blocks": lambda a: a.load_blocks(ids(a)["articles"]),
        "find_names": lambda a: a.find_names(ids(a)["articles"], ids(a)["entities"]),
        "load_parses": lambda a: a.load_parses(ids(a)["articles"]),
        "load_aliases": lambda a: a.load_aliases(ids(a)["entities"]),
        "load_roles": lambda a: a.load_roles(ids(a)["entities"]),
        "load_participants": lambda a: a.load_participants(ids(a)["events"]),
        "load_facts": lambda a: a.load_facts(ids(a)["articles"]),
        "load_main_events": lambda a: a.load_main_events(ids(a)["articles"]),
        "find_article_ids": lambda a: a.find_article_ids(limit=10),
        "last_published": lambda a: a.last_published(),
        "entity_suggestions": lambda a: a.entity_suggestions(),
        "articles": lambda a: a.articles(),
        "entities": lambda a: a.entities(),
        "events": lambda a: a.events(),
        "events near": lambda a: a.events(near),
        "claims": lambda a: a.claims(),
        "stories": lambda a: a.stories(),
        "count_articles": lambda a: a.count_articles(),
        "count_passages": lambda a: a.count_passages(),
        "count_entities": lambda a: a.count_entities(),
        "count_events": lambda a: a.count_events(near),
        "count_claims": lambda a: a.count_claims(),
        "count_stories": lambda a: a.count_stories(),
        "events_by near": lambda a: a.events_by(Parent.ARTICLE, ids(a)["articles"], filter=near),
        "count_events_by near": lambda a: a.count_events_by(Parent.ARTICLE, ids(a)["articles"], filter=near),
        "load_accounts": lambda a: a.load_accounts(ids(a)["events"]),
        "load_claim_relations": lambda a: a.load_claim_relations(ids(a)["claims"]),
        "related_entities": lambda a: a.related_entities(ids(a)["entities"]),
        "load_neighbours": lambda a: a.load_neighbours(ids(a)["events"], after=True),
        "find_timeline": lambda a: a.find_timeline(TimelineSubject(entity_id=ids(a)["entities"][0])),
        "count_timeline": lambda a: a.count_timeline(TimelineSubject(entity_id=ids(a)["entities"][0])),
        "events_told_in": lambda a: a.events_told_in(passages[a.path.name]),
        "claims_made_in": lambda a: a.claims_made_in(passages[a.path.name]),
        "timeline": lambda a: a.timeline(query="attack in Bruges"),
        "timeline of an entity": lambda a: a.timeline(entity_id=ids(a)["entities"][0]),
        "timeline_length": lambda a: a.timeline_length(query="attack in Bruges"),
        "claims_about": lambda a: a.claims_about("attack", ClaimFilter()),
        "count_claims_about": lambda a: a.count_claims_about("attack"),
        "entity_decisions": lambda a: a.entity_decisions(),
        "load_wikidata_ids": lambda a: a.load_wikidata_ids(ids(a)["entities"]),
        "search": lambda a: a.search("attack Bruges Peeters", mode=RetrievalMode.LEXICAL),
        "search both ways": lambda a: a.search("attack Bruges Peeters"),
        "search in a story": lambda a: a.search("attack", filter=ArticleFilter(story_id=ids(a)["stories"][0])),
        "search_by_vector": lambda a: a.search_by_vector(Hashing().embed(["attack"])[0]),
        "ask": lambda a: told(a.ask("How many people were killed in the attack in Bruges?")),
        "index_lag": lambda a: a.index_lag(),
        "index_problem": lambda a: a.index_problem(),
        "check_index": lambda a: a.check_index(),
        "load_indexed_ids": lambda a: a.load_indexed_ids(),
    }
    for kind, parents in {
        "articles": (Parent.ENTITY, Parent.STORY),
        "passages": (Parent.ARTICLE,),
        "mentions": (Parent.ARTICLE, Parent.ENTITY),
        "events": (Parent.ARTICLE, Parent.ENTITY, Parent.STORY),
        "claims": (Parent.ARTICLE, Parent.ENTITY, Parent.EVENT),
        "event_mentions": (Parent.EVENT,),
    }.items():
        for parent in parents:
            reads |= nested(kind, parent)
    then: dict[str, Read] = {
        f"{name}, as of": lambda a, read=reads[name]: read(a.at(THEN))  # type: ignore[misc]  # the default is no argument
        for name in ("events", "load_facts", "entities", "related_entities", "load_accounts", "search", "timeline")
    }
    then["ask, as of"] = lambda a: told(a.ask("How many people were killed in the attack in Bruges?", as_of=THEN))
    return reads | then


# Of the archive as it is before the writer comes; filled by `prepared_ids`.
archive_ids: dict[str, dict[str, list[str]]] = {}
claims: dict[str, tuple[Any, ...]] = {}
passages: dict[str, list[Any]] = {}
READS = _reads()
# What changes the archive, makes another, or tells nothing of its articles.
NO_READS = frozenset({
    "open", "close", "remove", "reindex", "ingest", "ingest_articles", "store_prepared", "reextract",
    "merge_entities", "split_entity", "link_entity", "link_names", "undo_decision", "refuse_suggestion", "at",
    "reading", "snapshot", "cite", "embed_query", "read_ahead", "retry_index", "indexed_passage_count", "load_models",
    "check_tables",
})  # fmt: skip


def told(answer: Answer) -> object:
    """An answer without how long it took."""
    times = {"retrieval_milliseconds": 0, "reading_milliseconds": 0, "steps": ()}
    return replace(answer, diagnostics=replace(answer.diagnostics, **times))  # type: ignore[arg-type]


@pytest.fixture(scope="module", autouse=True)
def _prepared_ids(origin: Path) -> None:
    with Archive.open(origin / "news.db", embedder=Hashing()) as archive:
        window = Window(limit=100)
        archive_ids["news.db"] = {
            "articles": [article.id for article in archive.articles(window=window).items],
            "entities": [entity.id for entity in archive.entities(window=window).items],
            "events": [event.id for event in archive.events(window=window).items],
            "claims": [claim.id for claim in archive.claims(window=window).items],
            "stories": [story.id for story in archive.stories(window=window).items],
            "publishers": ["none"],
        }
        claims["news.db"] = archive.claims(window=window).items
        passages["news.db"] = [passage for passage in archive.load_passages(list(range(1, 12))) if passage]


@contextmanager
def interrupted(archive: Archive, at: int, write: Callable[[], None]) -> Iterator[list[int]]:
    """Let ``write`` happen before statement number ``at`` (from 0) of this archive; the number of statements so far."""
    count = [0]

    def on_statement(_: str) -> None:
        count[0] += 1
        if count[0] - 1 == at:
            write()

    def watch(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(on_statement)

    archive._engine.dispose()  # so that every connection is watched
    event.listen(archive._engine, "connect", watch)
    try:
        yield count
    finally:
        event.remove(archive._engine, "connect", watch)


def test_every_public_read_is_looked_at() -> None:
    public = {name for name, _ in inspect.getmembers(Archive, inspect.isfunction) if not name.startswith("_")}
    assert public - NO_READS == {name.split(",")[0].split()[0] for name in READS}


@pytest.mark.parametrize("name", READS)
def test_a_read_sees_nothing_of_what_is_written_meanwhile_or_all_of_it(
    name: str, states: tuple[Path, Path], tmp_path: Path
) -> None:
    before, after = states
    live = tmp_path / "live"
    shutil.copytree(before, live)
    with Archive.open(live / "news.db", embedder=Hashing()) as archive:

        def read_in(state: Path, place: int = -1) -> tuple[object, int]:
            """What is read where the archive gets to the second state before a statement, and how many there were."""
            put(state, live)
            archive._searches._remembered.clear()
            with interrupted(archive, place, lambda: put(after, live)) as count:
                found = READS[name](archive)
            return found, count[0]

        read_in(before)  # what is kept from one read to the next is
        expected = [read_in(before)[0], read_in(after)[0]]
        count = read_in(before)[1]
        assert 0 < count < 300
        for place in range(1, count):
            found, seen = read_in(before, place)
            assert seen > place
            assert found in expected, f"torn before statement {place} of {count}"


def test_what_is_read_in_a_snapshot_stays_as_it_was(origin: Path, tmp_path: Path, parts: dict[str, Prepared]) -> None:
    shutil.copytree(origin, tmp_path / "copy")
    with (
        Archive.open(tmp_path / "copy" / "news.db", embedder=Hashing()) as archive,
        Archive.open(tmp_path / "copy" / "news.db", embedder=Hashing()) as writer,
    ):
        with archive.snapshot():
            before = archive.corpus(), archive.search("attack"), archive.at(THEN).corpus()
            change(writer, parts)
            writer.search("attack")  # brings the index to the newest state
            assert (archive.corpus(), archive.search("attack"), archive.at(THEN).corpus()) == before
        assert archive.corpus() != before[0]
        assert archive.search("attack") != before[1]


def test_a_search_of_the_past_leaves_the_present_in_the_index(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "copy")
    with Archive.open(tmp_path / "copy" / "news.db", embedder=Hashing()) as archive:
        archive.store_prepared([prepare("late", "2020-05-20", "Zeppelins\n\nTwo zeppelins landed in Ghent.")])
        assert archive.at(THEN).search("zeppelins").hits == ()
        assert len(archive.search("zeppelins", mode=RetrievalMode.LEXICAL).hits) == 1
        assert archive.index_problem() is None


def test_nested_reads_take_one_connection(origin: Path, tmp_path: Path) -> None:
    shutil.copytree(origin, tmp_path / "copy")
    with Archive.open(tmp_path / "copy" / "news.db", embedder=Hashing()) as archive:
        archive._engine.dispose()
        made = []
        event.listen(archive._engine, "checkout", lambda *_: made.append(archive._engine.pool.checkedout()))  # type: ignore[attr-defined]
        archive.ask("Who said that rebels attacked police?")
        archive.related_entities(archive_ids["news.db"]["entities"])
        assert max(made) == 1
