"""Event coreference against ECB+ (Cybulska and Vossen, LREC 2014): its documents, its gold chains, and the scores.

The documents are put together from their tokens; a gold chain joins the mentions of one event within a document and across
the documents of a topic. Scores: B-cubed (Bagga and Baldwin, 1998), MUC (Vilain et al., 1995), CEAF-e (Luo, 2005) and their
mean F, the CoNLL score.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from xml.etree import ElementTree

from retrieval.models import Span

if TYPE_CHECKING:
    from retrieval.archive import Archive

M = TypeVar("M", bound=Hashable)

_TIGHT = re.compile(r"[.,;:!?)\]%']|'s\b|n't\b")


@dataclass(frozen=True, slots=True)
class EcbDocument:
    """A document: ``gold`` maps the span of each event mention to the id of its chain, which other documents share."""

    name: str
    topic: str
    text: str
    gold: Mapping[Span, str]

    @property
    def happening(self) -> str:
        """What it is about: each topic has documents of one happening, and documents of another like it."""
        return f"{self.topic} {'plus' if self.name.endswith('plus') else 'first'}"


@dataclass(frozen=True, slots=True)
class CorefScore:
    """Precision, recall and F of B-cubed, and the CoNLL mean F, over ``mentions`` mentions."""

    mentions: int
    precision: float
    recall: float
    f: float
    conll: float


def read_ecbplus(folder: Path) -> list[EcbDocument]:
    """The documents of an ECB+ folder (topic/document.xml), by topic and name."""
    paths = sorted(folder.glob("*/*.xml"), key=lambda path: (int(path.parent.name), path.name))
    return [_read(path) for path in paths]


def score_chains(gold: Mapping[M, str], found: Mapping[M, str]) -> CorefScore:
    """How well the chains of ``found`` are those of ``gold``; both map the same mentions to chain ids.

    A mention of ``gold`` that ``found`` lacks counts as a chain by itself.
    """
    answer = {mention: found.get(mention, f"alone {number}") for number, mention in enumerate(gold)}
    gold_sets, found_sets = _sets(gold), _sets(answer)
    both = [(gold_sets[gold[m]], found_sets[answer[m]]) for m in gold]
    precision = _mean([len(g & f) / len(f) for g, f in both])
    recall = _mean([len(g & f) / len(g) for g, f in both])
    b_cubed = _f(precision, recall)
    muc = _f(_links(found_sets.values(), gold), _links(gold_sets.values(), answer))
    ceaf = _ceaf(list(gold_sets.values()), list(found_sets.values()))
    return CorefScore(len(gold), precision, recall, b_cubed, (b_cubed + muc + ceaf) / 3)


def linked(document: EcbDocument) -> Mapping[Span, str]:
    """The mentions whose chain the annotators followed across documents; the others were not compared with one another."""
    return {span: chain for span, chain in document.gold.items() if chain.startswith("ACT")}


def found_chains(archive: Archive, documents: Mapping[str, EcbDocument]) -> dict[tuple[str, Span], str]:
    """The event of an archive that tells of each linked mention, for those that it found; ``documents`` by article id."""
    chains: dict[tuple[str, Span], str] = {}
    for article_id, facts in archive.load_facts(list(documents)).items():
        document = documents[article_id]
        for span in linked(document):
            told = next((t for t in facts.event_mentions if t.trigger.overlaps(span)), None)
            if told is not None:
                chains[document.name, span] = told.event_id
    return chains


def found_stories(archive: Archive, documents: Mapping[str, EcbDocument]) -> dict[str, str]:
    """The story of an archive that each document is in, by its name; ``documents`` by article id."""
    ids = list(documents)
    found = zip(ids, archive.load_stories_of(ids), strict=True)
    return {documents[id_].name: story.id for id_, story in found if story is not None}


def _read(path: Path) -> EcbDocument:
    root = ElementTree.parse(path).getroot()  # noqa: S314 -- a data set of one's own, no input from outside
    parts: list[str] = []
    places: dict[str, Span] = {}
    length, sentence = 0, None
    for token in root.iter("token"):
        word = token.text or ""
        new = token.attrib["sentence"]
        gap = "\n\n" if sentence is not None and new != sentence else "" if not parts or _TIGHT.match(word) else " "
        sentence = new
        parts += [gap, word]
        places[token.attrib["t_id"]] = Span(length + len(gap), length + len(gap) + len(word))
        length += len(gap) + len(word)
    mentions: dict[str, Span] = {}
    instances: dict[str, str] = {}
    markables = root.find("Markables")
    for mark in markables if markables is not None else ():
        anchors = [places[anchor.attrib["t_id"]] for anchor in mark.iter("token_anchor")]
        if not mark.tag.startswith(("ACTION", "NEG_ACTION")):
            continue
        if anchors:
            mentions[mark.attrib["m_id"]] = Span(anchors[0].start, anchors[-1].end)
        elif mark.get("instance_id"):
            instances[mark.attrib["m_id"]] = mark.attrib["instance_id"]
    gold = {span: f"{path.stem} {number}" for number, span in mentions.items()}
    relations = root.find("Relations")
    for relation in relations if relations is not None else ():
        target = relation.find("target")
        if target is None:
            continue
        number = target.attrib["m_id"]
        local = f"{path.stem} {relation.attrib['r_id']}"
        chain = relation.get("note") or instances.get(number) or local
        for source in relation.iter("source"):
            if source.attrib["m_id"] in mentions:
                gold[mentions[source.attrib["m_id"]]] = chain
    return EcbDocument(path.stem, path.parent.name, "".join(parts), gold)


def _sets(chains: Mapping[M, str]) -> dict[str, frozenset[M]]:
    made: dict[str, set[M]] = defaultdict(set)
    for mention, chain in chains.items():
        made[chain].add(mention)
    return {chain: frozenset(mentions) for chain, mentions in made.items()}


def _links(sets: Iterable[frozenset[M]], other: Mapping[M, str]) -> float:
    """The share of the links inside ``sets`` that ``other`` has too (MUC)."""
    kept = total = 0
    for members in sets:
        kept += len(members) - len({other[m] for m in members})
        total += len(members) - 1
    return kept / total if total else 1.0


def _ceaf(gold: Sequence[frozenset[M]], found: Sequence[frozenset[M]]) -> float:
    """CEAF-e with a greedy alignment, which for it is within a hair of the best one."""
    owner = {mention: number for number, members in enumerate(found) for mention in members}
    pairs = []
    for number, members in enumerate(gold):
        for other in {owner[m] for m in members}:
            likeness = 2 * len(members & found[other]) / (len(members) + len(found[other]))
            pairs.append((likeness, number, other))
    used_gold: set[int] = set()
    used_found: set[int] = set()
    total = 0.0
    for likeness, number, other in sorted(pairs, reverse=True):
        if number not in used_gold and other not in used_found:
            used_gold.add(number)
            used_found.add(other)
            total += likeness
    return _f(total / len(found), total / len(gold)) if found and gold else 1.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
