"""From an article's text to its facts: parse, times, entities, claims, events, in this order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import tee
from typing import Protocol, TypeVar

from spacy.language import Language

from retrieval.extraction.claims.claims import find_claims
from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.entities.roles import find_roles
from retrieval.extraction.events.events import find_events
from retrieval.extraction.language.parsing import ParsedBlock, load_language, parse_articles
from retrieval.extraction.language.stored_parses import pack_parses
from retrieval.extraction.temporal.times import find_times
from retrieval.models import FACTUAL_BLOCKS, Block, PublicationDate
from retrieval.models.found_facts import Extraction

T = TypeVar("T")

EXTRACTOR_VERSION = 5
"""Raised when the same text would give other facts, or more is kept with them; stored with each article."""


class Extractable(Protocol):
    """What extraction needs of an article."""

    @property
    def text(self) -> str:
        """The raw text."""

    @property
    def blocks(self) -> Sequence[Block]:
        """The blocks of the text."""

    @property
    def published(self) -> PublicationDate:
        """When it appeared."""


class Extractor:
    """Extracts facts with one language model; may be shared by threads.

    Raises:
        MissingDependency: no language model is installed.
    """

    def __init__(self, *, language: Language | None = None) -> None:
        self._language = language or load_language()

    def extract(self, article: Extractable, *, seconds: dict[str, float] | None = None) -> Extraction:
        """The facts of one article; ``seconds`` is given the time that each stage took, by its name."""
        stages = Stages(seconds)
        (parsed,) = stages.run(
            "parse", lambda: list(parse_articles([(article.text, article.blocks)], language=self._language))
        )
        return extract_facts(article.text, parsed, published=article.published, stages=stages)

    def extract_many(self, articles: Iterable[Extractable]) -> Iterator[Extraction]:
        """The facts of each article, in order; parsing goes over article borders, so many at once are faster."""
        parsing, reading = tee(articles)
        texts = ((article.text, article.blocks) for article in parsing)
        for article, parsed in zip(reading, parse_articles(texts, language=self._language), strict=True):
            yield extract_facts(article.text, parsed, published=article.published)


class Stages:
    """Runs the stages of extraction; ``seconds``, where given, is filled with the time of each."""

    def __init__(self, seconds: dict[str, float] | None = None) -> None:
        self._seconds = seconds

    def run(self, name: str, stage: Callable[[], T]) -> T:
        """What ``stage`` gives."""
        if self._seconds is None:
            return stage()
        begin = time.perf_counter()
        result = stage()
        self._seconds[name] = time.perf_counter() - begin
        return result


def extract_facts(
    text: str, parsed: Sequence[ParsedBlock], *, published: PublicationDate, stages: Stages | None = None
) -> Extraction:
    """The facts of one parsed article. Captions and repeated titles are read for names only."""
    run = (stages or Stages()).run
    entities, mentions = run("entities", lambda: find_entities(text, parsed))
    told = [piece for piece in parsed if piece.block.kind in FACTUAL_BLOCKS]
    times = run("times", lambda: find_times(text, told, published=published))
    roles = run("roles", lambda: find_roles(told, entities=entities, mentions=mentions))
    claims = run("claims", lambda: find_claims(text, told, entities=entities, mentions=mentions, times=times, roles=roles))
    events = run(
        "events",
        lambda: find_events(text, told, entities=entities, mentions=mentions, times=times, claims=claims, roles=roles),
    )
    parses = run("packing", lambda: pack_parses(text, told))
    return Extraction(tuple(entities), tuple(mentions), tuple(times), tuple(claims), tuple(events), tuple(roles), parses)
