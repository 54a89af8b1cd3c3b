"""Names in UNER's English PUD (CC BY-SA 3.0): exact span and type, one floor for all and one for each type.

Protocol: places and facilities count as LOC; articles and possessives are trimmed on both sides; the scheme is flat, so
of nested mentions the outermost counts, and it marks proper names only, so mentions that end in a lower-case word
("Macedonian army"), demonyms and nominals do not count. The sentences of one document are one article. The bare model
has .596.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.language.parsing import parse_articles
from retrieval.models import Block, BlockKind, EntityType, MentionKind, Span

_TYPES = {EntityType.PERSON: "PER", EntityType.ORGANIZATION: "ORG", EntityType.PLACE: "LOC", EntityType.FACILITY: "LOC"}
_KINDS = ("ALL", "PER", "LOC", "ORG")

_Name = tuple[int, int, str]


@dataclass(slots=True)
class _Sentence:
    text: str
    tokens: list[tuple[str, str]] = field(default_factory=list)

    def gold(self) -> Iterator[_Name]:
        position, open_name = 0, None
        for word, tag in self.tokens:
            start = self.text.index(word, position)
            position = start + len(word)
            if tag.startswith("I-") and open_name is not None:
                open_name = (open_name[0], position, open_name[2])
                continue
            if open_name is not None:
                yield _trimmed(self.text, *open_name)
            open_name = (start, position, tag[2:]) if tag.startswith("B-") else None
        if open_name is not None:
            yield _trimmed(self.text, *open_name)


def _trimmed(text: str, start: int, end: int, kind: str) -> _Name:
    if article := re.match(r"(?:the|a|an)\s+", text[start:end], re.IGNORECASE):
        start += article.end()
    if possessive := re.search(r"['’]s?$", text[start:end]):
        end = start + possessive.start()
    return start, end, kind


def _documents(path: Path) -> Iterator[list[_Sentence]]:
    document: list[_Sentence] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newdoc") and document:
            yield document
            document = []
        elif line.startswith("# text = "):
            document.append(_Sentence(line.removeprefix("# text = ")))
        elif line[:1].isdigit():
            _, word, tag, *_ = line.split("\t")
            document[-1].tokens.append((word, tag))
    yield document


def _article(document: list[_Sentence]) -> tuple[str, list[Block]]:
    blocks, position = [], 0
    for sentence in document:
        blocks.append(Block(BlockKind.BODY, Span(position, position + len(sentence.text))))
        position += len(sentence.text) + 1
    return "\n".join(sentence.text for sentence in document), blocks


def score_pud(path: Path) -> Mapping[str, float]:
    """F of all names and of each type in a file of UNER's format (IOB2)."""
    corpus = list(_documents(path))
    articles = [_article(document) for document in corpus]
    counts: Counter[tuple[str, str]] = Counter()
    for document, (text, blocks), parsed in zip(corpus, articles, parse_articles(articles), strict=True):
        entities, mentions = find_entities(text, parsed)
        for sentence, block in zip(document, blocks, strict=True):
            found = {
                _trimmed(
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
    return {kind: 2 * counts["right", kind] / (counts["gold", kind] + counts["found", kind]) for kind in _KINDS}
