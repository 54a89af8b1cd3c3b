"""The schema over a real archive of small articles, whose facts a plain rule finds instead of a language model."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval import Archive, ArticleInput, Span
from retrieval.models import (
    AttributionKind,
    ClaimStance,
    DatePrecision,
    DateSource,
    EntityType,
    EventStatus,
    EventType,
    MentionKind,
    ParticipantRole,
)
from retrieval.models.found_facts import (
    Extraction,
    FoundAttribution,
    FoundClaim,
    FoundEntity,
    FoundEvent,
    FoundMention,
    FoundParticipant,
    FoundTime,
    FoundTrigger,
)
from retrieval.models.prepared import PreparedArticle
from schema import Context, Schema, build_schema

PLACES = {"Utopia": "UT", "Atlantis": "AT"}

Run = Callable[..., dict[str, Any]]


def find_facts(text: str) -> Extraction:
    """Two capitalised words are a person; "X said Y." is a claim, "X met Y in Place in YEAR." an event."""
    names = list(re.finditer(r"[A-Z]\w+ [A-Z]\w+|" + "|".join(PLACES), text))
    keys = sorted({m.group().lower() for m in names})
    number = keys.index
    entities = tuple(
        FoundEntity(
            EntityType.PLACE if key.title() in PLACES else EntityType.PERSON, key.title(), key, PLACES.get(key.title())
        )
        for key in keys
    )
    mentions = tuple(FoundMention(Span(*m.span()), MentionKind.NAME, number(m.group().lower())) for m in names)
    times = []
    claims = []
    for m in re.finditer(r"([A-Z]\w+ [A-Z]\w+) (said|denied) (.+?)\.", text):
        source = FoundAttribution(
            Span(*m.span(1)), m[1], number(m[1].lower()), AttributionKind.INDIRECT_SPEECH, Span(*m.span(2))
        )
        stance = ClaimStance.ASSERTED if m[2] == "said" else ClaimStance.DENIED
        claims.append(FoundClaim((Span(*m.span(3)),), stance, source))
    events = []
    for m in re.finditer(r"([A-Z]\w+ [A-Z]\w+) (met) ([A-Z]\w+ [A-Z]\w+) in (\w+) in (\d{4})", text):
        year = int(m[5])
        times.append(
            FoundTime(
                Span(*m.span(5)),
                datetime(year, 1, 1, tzinfo=UTC),
                datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC),
                DatePrecision.YEAR,
                DateSource.EXPLICIT,
            )
        )
        inside = next((n for n, claim in enumerate(claims) if claim.span.contains(Span(*m.span()))), None)
        events.append(
            FoundEvent(
                EventType.CONSULT,
                "meet",
                EventStatus.ACTUAL,
                m[0],
                (FoundTrigger(Span(*m.span(2)), Span(*m.span()), EventStatus.ACTUAL, inside),),
                (
                    FoundParticipant(Span(*m.span(1)), ParticipantRole.ACTOR, number(m[1].lower())),
                    FoundParticipant(
                        Span(*m.span(3)), ParticipantRole.RECIPIENT, number(m[3].lower()), count=3_000_000_000
                    ),
                ),
                time=len(times) - 1,
                place=number(m[4].lower()),
                confidence=0.75,
            )
        )
    return Extraction(entities, mentions, tuple(times), tuple(claims), tuple(events))


class RuleExtractor:
    """Stands where the language model would."""

    def extract_many(self, articles: Iterable[PreparedArticle]) -> Iterator[Extraction]:
        return (find_facts(article.text) for article in articles)


def story(n: int) -> ArticleInput:
    """Article ``n``: its own two people and event, beside people that every article names. Not all of it is ASCII."""
    letter = chr(ord("a") + n)
    text = (
        f"Story {n} of the café 🙂\n\n"
        f"{3 + n} January, 2020\n\n"
        f"Ada Zorn{letter} met Bob Quux{letter} in Utopia in {2000 + n}. It was 🙂 cold.\n\n"
        f"Carl Jones said Ada Zorn{letter} met Bob Quux{letter} in Utopia in {2000 + n}. Dora Smith denied it all.\n\n"
        "Follow us on Twitter\n"
    )
    return ArticleInput(text, url=f"https://news.example/{n}", source="The Daily Test", authors=("E. Writer",))


@pytest.fixture(scope="session")
def rule_extractor() -> RuleExtractor:
    """What may stand where the language model would."""
    return RuleExtractor()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive, whose facts a plain rule will find."""
    with Archive.open(tmp_path / "news.db") as archive:
        archive._extractor = RuleExtractor()  # type: ignore[assignment]
        yield archive


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Five articles; read only."""
    with Archive.open(tmp_path_factory.mktemp("schema") / "news.db") as archive:
        archive._extractor = RuleExtractor()  # type: ignore[assignment]
        archive.ingest_articles([story(n) for n in range(5)])
        yield archive


@pytest.fixture(scope="session")
def schema() -> Schema:
    return build_schema()


def _respond(
    schema: Schema, archive: Archive, document: str, *, can_write: bool = False, **variables: Any
) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        with ThreadPoolExecutor(4) as executor:
            context = Context(archive, executor, "request-1", can_write=can_write)
            result = await schema.execute(document, variable_values=variables, context_value=context)
        return {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}

    return asyncio.run(run())


@pytest.fixture(scope="session")
def respond() -> Run:
    """Runs a document over a schema and an archive: its data, and its errors as clients get them."""
    return _respond


@pytest.fixture
def run(schema: Schema, archive: Archive) -> Run:
    """The data of a query that must not have errors."""

    def run_one(document: str, **variables: Any) -> dict[str, Any]:
        response = _respond(schema, archive, document, **variables)
        assert response["errors"] == []
        data: dict[str, Any] = response["data"]
        return data

    return run_one


@pytest.fixture
def fail(schema: Schema, archive: Archive) -> Run:
    """The one error of a query that must have one."""

    def fail_one(document: str, **variables: Any) -> dict[str, Any]:
        errors = _respond(schema, archive, document, **variables)["errors"]
        assert len(errors) == 1
        error: dict[str, Any] = errors[0]
        return error

    return fail_one


class _Counting:
    """An archive that counts the calls to its methods."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._archive, name)
        if not callable(found):
            return found

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls[name] += 1
            return found(*args, **kwargs)

        return counted


@pytest.fixture
def counting(archive: Archive) -> Callable[[], Any]:
    """Makes archives that count the calls to their methods in ``calls``."""
    return lambda: _Counting(archive)
