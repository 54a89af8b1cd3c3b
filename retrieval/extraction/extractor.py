"""From an article's text to its facts: parse, times, entities, claims, events, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import tee
from typing import Any, Protocol

from spacy.language import Language

from retrieval.extraction.claims.claims import find_claims
from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.entities.roles import find_roles
from retrieval.extraction.events.events import find_events
from retrieval.extraction.events.main_event import choose_main_event, lead_of
from retrieval.extraction.language.parsing import ParsedBlock, load_language, parse_articles
from retrieval.extraction.language.stored_parses import pack_parses
from retrieval.extraction.stages import Stages
from retrieval.extraction.temporal.times import find_times
from retrieval.models import FACTUAL_BLOCKS, Block, BlockKind, ExtractionStage, PublicationDate
from retrieval.models.found_facts import EXTRACTOR_VERSION, Extraction, FoundEvent

__all__ = ["EXTRACTOR_VERSION", "Extractable", "Extractor", "extract_facts"]

PARSE, ENTITIES, TIMES, ROLES, CLAIMS, EVENTS, PACKING = (
    ExtractionStage.PARSE,
    ExtractionStage.ENTITIES,
    ExtractionStage.TIMES,
    ExtractionStage.ROLES,
    ExtractionStage.CLAIMS,
    ExtractionStage.EVENTS,
    ExtractionStage.PACKING,
)


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
        return extract_facts(article.text, self._parse([article], stages)[0], published=article.published, stages=stages)

    def extract_many(self, articles: Iterable[Extractable]) -> Iterator[Extraction]:
        """The facts of each article, in order; parsing goes over article borders, so many at once are faster."""
        parsing, reading = tee(articles)
        texts = ((article.text, article.blocks) for article in parsing)
        for article, parsed in zip(reading, parse_articles(texts, language=self._language), strict=True):
            yield extract_facts(article.text, parsed, published=article.published)

    def extract_contained(self, articles: Sequence[Extractable], stages: Sequence[Stages]) -> Iterator[Extraction]:
        """As `extract_many`, with ``stages`` for each article: what fails on one is noted there, and stops no other."""
        together: list[list[ParsedBlock]] | None
        try:
            together = self._parse([a for a, own in zip(articles, stages, strict=True) if own.wants(PARSE)], Stages())
        except Exception:  # noqa: BLE001 -- whatever one text does to the parser; each by itself shows whose fault it was
            together = None
        nothing: list[list[ParsedBlock]] = []
        parsed = iter(together or ())
        for article, own in zip(articles, stages, strict=True):
            if together is not None and own.wants(PARSE):
                pieces = [next(parsed)]
            else:
                pieces = own.run(PARSE, partial(self._parse, [article], Stages()), instead=nothing)
            for one in pieces:
                yield extract_facts(article.text, one, published=article.published, stages=own)
            if not pieces:
                yield Extraction()

    def _parse(self, articles: Sequence[Extractable], stages: Stages) -> list[list[ParsedBlock]]:
        texts = [(article.text, article.blocks) for article in articles]
        return stages.run(PARSE, lambda: list(parse_articles(texts, language=self._language)), instead=[])


def extract_facts(
    text: str, parsed: Sequence[ParsedBlock], *, published: PublicationDate, stages: Stages | None = None
) -> Extraction:
    """The facts of one parsed article. Captions and repeated titles are read for names only."""
    run = (stages or Stages()).run
    nothing: list[Any] = []
    entities, mentions = run(ENTITIES, lambda: find_entities(text, parsed), instead=(nothing, nothing))
    told = [piece for piece in parsed if piece.block.kind in FACTUAL_BLOCKS]
    times = run(TIMES, lambda: find_times(text, told, published=published), instead=nothing)
    roles = run(ROLES, lambda: find_roles(told, entities=entities, mentions=mentions), instead=nothing)
    claims = run(
        CLAIMS,
        lambda: find_claims(text, told, entities=entities, mentions=mentions, times=times, roles=roles),
        instead=nothing,
    )
    events = run(
        EVENTS,
        lambda: find_events(text, told, entities=entities, mentions=mentions, times=times, claims=claims, roles=roles),
        instead=nothing,
    )
    parses = run(PACKING, lambda: pack_parses(text, told), instead=b"")
    main = _main_event(text, told, events)
    return Extraction(
        tuple(entities), tuple(mentions), tuple(times), tuple(claims), tuple(events), tuple(roles), parses, main
    )


def _main_event(text: str, parsed: Sequence[ParsedBlock], events: Sequence[FoundEvent]) -> int | None:
    spans = {kind: next((p.block.span for p in parsed if p.block.kind is kind), None) for kind in BlockKind}
    body = spans[BlockKind.BODY]
    lead = lead_of(text, body) if body is not None else None
    return choose_main_event(events, text=text, title=spans[BlockKind.TITLE], lead=lead)
