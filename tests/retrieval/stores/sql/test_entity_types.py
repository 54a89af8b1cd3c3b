"""The type of a name by what most articles of the archive know of it."""

from __future__ import annotations

from pathlib import Path

from retrieval import Archive, ArticleInput, EntityType

FIRM = [
    "Fashion chain Ella Morton cut its forecast. Shares in Ella Morton fell 4%. The retailer Ella Morton has 90 shops.",
    "Retail chain Ella Morton closed two shops in Lyon. Shares in Ella Morton rose. The chain Ella Morton is old.",
    "The chain Ella Morton opened a shop in Nice. Shares in Ella Morton rose. Retailer Ella Morton made a profit.",
]
PERSON = "Ella Morton said the winter was mild."


def types_of(archive: Archive) -> dict[EntityType, int]:
    return {e.type: e.article_count for e in archive.entities().items if e.name == "Ella Morton"}


def put(archive: Archive, *texts: str) -> None:
    archive.ingest_articles([ArticleInput(text=f"News\n\n{t}", url=f"u:{t}", published_at="2021-06-16") for t in texts])


def test_a_name_gets_the_type_that_nearly_all_articles_give_it(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        put(archive, *FIRM, PERSON)
        assert types_of(archive) == {EntityType.ORGANIZATION: 4}


def test_an_article_stored_before_is_settled_when_it_is_read_anew(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        put(archive, PERSON, *FIRM)
        assert types_of(archive) == {EntityType.PERSON: 1, EntityType.ORGANIZATION: 3}
        archive.reextract(every=True)
        assert types_of(archive) == {EntityType.ORGANIZATION: 4}


def test_a_few_articles_settle_nothing(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "news.db") as archive:
        put(archive, *FIRM[:2], PERSON)
        assert types_of(archive) == {EntityType.PERSON: 1, EntityType.ORGANIZATION: 2}
