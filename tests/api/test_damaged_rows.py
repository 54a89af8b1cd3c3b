"""A row that something else damaged is an internal error, which shows nothing of what the row holds."""

from __future__ import annotations

import gc
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from api.settings import Settings

SECRET = "S3CR3T"
# No text of SQLite's, text that is no UTF-8, and text where there should be a number, JSON or one of a few words.
DAMAGES = {"blob": "x'5333435233540aff'", "no UTF-8": "CAST(x'533343523354ff' AS TEXT)", "other text": "'S3CR3T'"}
DOCUMENT = """{
  articles(first: 2) { nodes { id title url authors language text publishedAt passages(first: 2) { nodes { text } }
    mentions(first: 3) { nodes { text kind } } events(first: 3) { nodes { title type status } }
    claims(first: 3) { nodes { text stance } } story { title } } totalCount }
  entities(first: 5) { nodes { name aliases { name } mentionCount } }
  events(first: 5) { nodes { title type status time { start precision source } participants { text role }
    citations(first: 2) { nodes { text } } } }
  claims(first: 5) { nodes { text stance } }
  stories(first: 2) { nodes { title } }
  searchPassages(query: "Iraq", first: 2) { nodes { text } }
  corpus { articleCount }
}"""
TABLES = ("articles", "blocks", "passages", "entities", "aliases", "mentions", "times", "events", "event_mentions",
          "participants", "claims", "attributions", "stories", "story_articles", "changes", "vectors")  # fmt: skip


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, seed_archive: Path) -> Path:
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(seed_archive.with_name("seed.db.index"), folder / "seed.db.index")
    shutil.copy(seed_archive, folder / "seed.db")
    return folder / "seed.db"


@pytest.fixture(scope="module")
def client(live: Path) -> Iterator[TestClient]:
    settings = Settings(archive=str(live), allowed_hosts=("testserver",), warm_up=False)
    with TestClient(create_app(settings)) as client:
        yield client


# graphql-core leaves coroutines behind where a sibling of theirs fails.
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("table", TABLES)
def test_a_damaged_row_shows_nothing_of_itself(table: str, seed_archive: Path, live: Path, client: TestClient) -> None:
    told = 0
    with closing(sqlite3.connect(seed_archive)) as origin, closing(sqlite3.connect(live)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        columns = [row[1] for row in origin.execute(f"PRAGMA table_info({table})")]
        for column in columns:
            for damage in DAMAGES.values():
                origin.backup(connection)
                try:
                    connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = {damage}')
                except sqlite3.IntegrityError:  # a number that is the row's own id
                    connection.rollback()
                    continue
                connection.commit()
                response = client.post("/graphql", json={"query": DOCUMENT})
                errors = response.json().get("errors", [])
                assert SECRET not in str(errors), (column, damage)
                assert SECRET not in client.get("/ready").text
                assert {error["extensions"]["code"] for error in errors} <= {"INTERNAL_SERVER_ERROR"}, (column, damage)
                told += bool(errors)
        origin.backup(connection)
    gc.collect()  # while they are still ignored
    assert table in {"changes", "vectors", "story_articles", "blocks", "aliases"} or told
