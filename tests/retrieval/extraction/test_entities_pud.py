"""Names in UNER's English PUD (CC BY-SA 3.0): exact span and type, one floor for all and one for each type.

Protocol: places and facilities count as LOC; articles and possessives are trimmed on both sides; the scheme is flat, so
of nested mentions the outermost counts, and it marks proper names only, so mentions that end in a lower-case word
("Macedonian army"), demonyms and nominals do not count. The sentences of one document are one article. The bare model
has .596.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from retrieval.extraction.entities import find_entities
from retrieval.extraction.language import parse_articles
from retrieval.models import Block, BlockKind, EntityType, MentionKind, Span

_TYPES = {EntityType.PERSON: "PER", EntityType.ORGANIZATION: "ORG", EntityType.PLACE: "LOC", EntityType.FACILITY: "LOC"}
_FLOORS = {"ALL": 0.675, "PER": 0.72, "LOC": 0.725, "ORG": 0.48}

Name = tuple[int, int, str]


@dataclass
class Sentence:
    text: str
    tokens: list[tuple[str, str]] = field(default_factory=list)

    def gold(self) -> Iterator[Name]:
        position, open_name = 0, None
        for word, tag in self.tokens:
            start = self.text.index(word, position)
            position = start + len(word)
            if tag.startswith("I-") and open_name is not None:
                open_name = (open_name[0], position, open_name[2])
                continue
            if open_name is not None:
                yield trimmed(self.text, *open_name)
            open_name = (start, position, tag[2:]) if tag.startswith("B-") else None
        if open_name is not None:
            yield trimmed(self.text, *open_name)


def trimmed(text: str, start: int, end: int, kind: str) -> Name:
    if article := re.match(r"(?:the|a|an)\s+", text[start:end], re.IGNORECASE):
        start += article.end()
    if possessive := re.search(r"['’]s?$", text[start:end]):
        end = start + possessive.start()
    return start, end, kind


def documents(path: Path) -> Iterator[list[Sentence]]:
    document: list[Sentence] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newdoc") and document:
            yield document
            document = []
        elif line.startswith("# text = "):
            document.append(Sentence(line.removeprefix("# text = ")))
        elif line[:1].isdigit():
            _, word, tag, *_ = line.split("\t")
            document[-1].tokens.append((word, tag))
    yield document


def article(document: list[Sentence]) -> tuple[str, list[Block]]:
    blocks, position = [], 0
    for sentence in document:
        blocks.append(Block(BlockKind.BODY, Span(position, position + len(sentence.text))))
        position += len(sentence.text) + 1
    return "\n".join(sentence.text for sentence in document), blocks


@pytest.mark.data
def test_names_of_pud(data: Path) -> None:
    corpus = list(documents(data / "ner" / "en_pud-ud-test.iob2"))
    articles = [article(document) for document in corpus]
    counts: Counter[tuple[str, str]] = Counter()
    for document, (text, blocks), parsed in zip(corpus, articles, parse_articles(articles), strict=True):
        entities, mentions = find_entities(text, parsed)
        for sentence, block in zip(document, blocks, strict=True):
            found = {
                trimmed(
                    sentence.text,
                    m.span.start - block.span.start,
                    m.span.end - block.span.start,
                    _TYPES[entities[m.entity].type],
                )
                for m in mentions
                if block.span.contains(m.span)
                and entities[m.entity].type in _TYPES
                and m.kind not in {MentionKind.DEMONYM, MentionKind.NOMINAL}
                and not m.span.slice(text).split()[-1][0].islower()
            }
            outer = {n for n in found if not any(o != n and o[0] <= n[0] and n[1] <= o[1] for o in found)}
            gold = set(sentence.gold())
            for what, names in (("gold", gold), ("found", outer), ("right", gold & outer)):
                counts.update((what, name[2]) for name in names)
                counts[what, "ALL"] += len(names)
    scores = {kind: 2 * counts["right", kind] / (counts["gold", kind] + counts["found", kind]) for kind in _FLOORS}
    print({kind: round(score, 3) for kind, score in scores.items()})
    assert {kind: score for kind, score in scores.items() if score < _FLOORS[kind]} == {}
