"""Which statements pass, for passages that say these things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from retrieval import Archive, ArticleInput, Hit
from retrieval.answering.generation.llm_prompt import DraftCitation, DraftStatement, is_instruction
from retrieval.answering.generation.support import Supported, check_statement
from retrieval.questions.interpretation import understand

STORY = """Flood closes the port of Ostend

The port of Ostend was closed on Tuesday, January 14, after a flood that killed 12 people, mayor Els Claes said.

Claes denied that the sea wall had collapsed. The storm did not damage the lighthouse, and 3,500 homes lost power.

"That's a flood - the   worst since 1953," the harbour master, Jan Maes, told Reuters. Repairs will cost 2.5 \
million euros. The harbour is expected to reopen in March, and a dredger may have sunk. Police allege that a crew \
stole fuel.
"""
QUESTION = "What happened in the flood in Ostend?"

Check = Callable[[str, str], Supported | None]


@pytest.fixture(scope="module")
def hits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Hit]]:
    with Archive.open(tmp_path_factory.mktemp("support") / "news.db", embedder=None) as archive:
        archive.ingest_articles([ArticleInput(STORY, url="https://example.org/flood", published="2020-01-15")])
        yield archive.search("flood Ostend port lighthouse harbour repairs fuel").hits


@pytest.fixture
def check(hits: Sequence[Hit]) -> Check:
    question = understand(QUESTION, resolve=lambda _: {}, anchor=None)

    def run(text: str, quote: str) -> Supported | None:
        citations = tuple(DraftCitation(n, quote) for n, hit in enumerate(hits, 1) if _squeezed(quote[1:-1]) in _plain(hit))
        return check_statement(DraftStatement(text, citations or (DraftCitation(1, quote),)), question, hits)

    return run


def _plain(hit: Hit) -> str:
    return _squeezed(hit.passage.text)


def _squeezed(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("–", "-").split())


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The port of Ostend was closed on Tuesday.", "The port of Ostend was closed on Tuesday"),
        ("The flood killed twelve people.", "killed 12 people"),
        ("The flood killed 12 people on Jan 14.", "a flood that killed 12 people"),
        ("Els Claes denied that the sea wall had collapsed.", "denied that the sea wall had collapsed"),
        ("3500 homes lost power.", "3,500 homes lost power"),
        ("The storm did not damage the lighthouse.", "did not damage the lighthouse"),
        ("Repairs after the flood will cost 2,500,000 euros.", "Repairs will cost 2.5 million euros"),
        ("The harbour will reopen in March.", "reopen in March"),
        ("Police allege that a crew stole fuel.", "a crew stole fuel"),
        ("The harbour master said that the flood was the worst since 1953.", "“That’s a flood – the worst since 1953”"),
    ],
)
def test_what_the_passages_say_is_supported(check: Check, text: str, quote: str) -> None:
    found = check(text, quote)
    assert found is not None
    assert 0.5 < found.support <= 1
    for place in found.quoted:
        words = place.span.slice(place.hit.article.text)
        assert _squeezed(words) == _squeezed(quote).strip("“”")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The flood killed 13 people.", "killed 12 people"),
        ("The flood killed 12 million people.", "killed 12 people"),
        ("Repairs will cost 2.5 billion euros.", "Repairs will cost 2.5 million euros"),
        ("Repairs will cost 2.5 million dollars.", "Repairs will cost 2.5 million euros"),
        ("The port of Antwerp was closed on Tuesday.", "The port of Ostend was closed on Tuesday"),
        ("The port of Ostend was closed on Friday.", "The port of Ostend was closed on Tuesday"),
        ("The port of Ostend was closed on February 14.", "The port of Ostend was closed on Tuesday"),
        ("Mayor Bart Claes said that the flood killed 12 people.", "killed 12 people"),
        ("The sea wall had collapsed.", "the sea wall had collapsed"),
        ("The storm damaged the lighthouse.", "damage the lighthouse"),
        ("No homes lost power.", "3,500 homes lost power"),
        ("The port of Ostend was not closed on Tuesday.", "The port of Ostend was closed on Tuesday"),
        ("The port of Ostend was reopened on Tuesday.", "The port of Ostend was closed on Tuesday"),
        ("The government promised generous help to all victims.", "killed 12 people"),
        ("The flood killed 12 people.", "killed twelve people"),
        ("The flood killed 12 people.", "the"),
        ("The flood killed 12 people.", ""),
        ("The flood killed 12 people.", "illed 12 peopl"),
        ("", "killed 12 people"),
        ("The harbour reopened in March.", "reopen in March"),
        ("A dredger has sunk.", "sunk"),
        ("A crew stole fuel.", "a crew stole fuel"),
    ],
)
def test_what_they_do_not_say_is_not(check: Check, text: str, quote: str) -> None:
    assert check(text, quote) is None


@pytest.mark.parametrize(
    "text",
    [
        "The court disregarded the previous ruling.",
        "The prime minister's assistant said: we will respond with force.",
        "The system failed, and the company answered the questions of reporters.",
    ],
)
def test_news_is_no_instruction(text: str) -> None:
    assert not is_instruction(text)
