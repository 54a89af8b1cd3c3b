"""Articles made of real sentences, cut, joined, repeated and put beside odd signs, for tests of what cannot be foreseen.

Run: ``python -m tests.retrieval.extraction.generated_articles [--articles 3000] [--seed 0]`` with DATELINE_DATA set. It
extracts the facts of so many in this process, and fails where a stage raises or a span points outside of its text.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from retrieval.extraction.extractor import Extractor
from retrieval.extraction.stages import Stages
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import ArticleInput, StageFailure
from retrieval.models.found_facts import Extraction

SENTENCES = (
    "The union got nearly everything it hoped for when talks resumed in Ghent on Monday.",
    '"We will not leave," Mayor Rosa Quispe told reporters, adding: "This is our town."',
    "Police held hundreds of protesters, the interior ministry said, and dozens of them were still in custody on Friday.",
    "According to two officials who spoke to Reuters, Kenya asked Uganda to hand over the men it had arrested last week.",
    "Gunmen killed at least 12 soldiers near Goma, a spokesman for the army said; a rebel leader denied it.",
    "President John Mahama, 56, will visit Berlin in late March for talks with Chancellor Anna Schmidt.",
    "The World Health Organization (WHO) declined to comment on the claim that it had been warned in 2019.",
    "He said that she had told them that they were what they had asked for.",
    "Shares of Acme Corp. fell 3.5% to $12.40 after the U.S. Securities and Exchange Commission opened an investigation.",
    "In a letter dated January 5, 2020, the court ordered the company to pay 40,000 crowns within three weeks.",
    "Of those who had been injured in the blast, some of them critically, most were children.",
    "The strike, the third this year, was called off hours before it was to begin.",
)
_PREPOSITIONS = [
    "of",
    "to",
    "for",
    "with",
    "by",
    "from",
    "at",
    "in",
    "on",
    "about",
    "after",
    "before",
    "under",
    "over",
    "against",
    "between",
    "into",
    "through",
    "among",
]
_PRONOUNS = ["it", "them", "him", "her", "us", "they", "these", "those", "that", "this", "who", "whom", "what", "which"]
_SIGNS = [
    '"',
    "“",
    "”",
    "'",
    "’",
    "(",
    ")",
    "[",
    "—",
    "-",
    "...",
    ":",
    ";",
    "$5",
    "12%",
    "3,000",
    "1/2/20",
    "10:30",
    "\n",
    "\n\n",
    "* ",
]


def read_sentences() -> Sequence[str]:
    """Those above, and the sentences of Wikinews where DATELINE_DATA is set."""
    data = os.environ.get("DATELINE_DATA")
    path = Path(data, "wikinews/gum_articles.jsonl") if data else None
    if path is None or not path.exists():
        return SENTENCES
    import json  # noqa: PLC0415 -- here only

    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    found = [one for text in texts for one in re.split(r"(?<=[.!?])\s+", text) if 30 < len(one) < 400]
    return (*SENTENCES, *found)


def articles(sentences: Sequence[str]) -> st.SearchStrategy[str]:
    """Texts of one to ten parts, each a sentence or what is made of one."""
    sentence = st.sampled_from(sentences)
    cut = st.builds(lambda one, a, b: one[min(a, b) : max(a, b) + 2], sentence, st.integers(0, 200), st.integers(0, 200))
    repeated = st.builds(lambda one, times: f"{one} " * times, sentence | cut, st.integers(2, 6))
    joined = st.builds(lambda one, other: f"{one.rstrip('.')}, {other[:1].lower()}{other[1:]}", sentence, sentence)
    quoted = st.builds(
        lambda mark, one, other: f"{mark}{one}{other}", st.sampled_from(_SIGNS), sentence, st.sampled_from(_SIGNS)
    )
    signed = st.builds(_with_signs, sentence, st.lists(st.sampled_from(_SIGNS), min_size=1, max_size=5), st.randoms())
    pronouns = st.builds(_with_pronouns, sentence, st.randoms())
    shuffled = st.builds(_shuffled, sentence, st.randoms())
    part = st.one_of(sentence, cut, repeated, joined, quoted, signed, pronouns, shuffled)
    return st.builds(
        lambda parts, gap: gap.join(parts), st.lists(part, min_size=1, max_size=10), st.sampled_from([" ", "\n\n"])
    )


def _with_signs(sentence: str, signs: Sequence[str], chance: random.Random) -> str:
    words = sentence.split()
    for sign in signs:
        words.insert(chance.randrange(len(words) + 1), sign)
    return " ".join(words)


def _with_pronouns(sentence: str, chance: random.Random) -> str:
    """A pronoun after every preposition, in the place of what follows it."""
    words = sentence.split()
    for place in range(len(words) - 1):
        if words[place] in _PREPOSITIONS:
            words[place + 1] = chance.choice(_PRONOUNS) + words[place + 1][len(words[place + 1].rstrip(".,;")) :]
    return " ".join(words)


def _shuffled(sentence: str, chance: random.Random) -> str:
    words = sentence.split()
    chance.shuffle(words)
    return " ".join(words)


def find_faults(extractor: Extractor, text: str) -> tuple[StageFailure | str, ...]:
    """The stages that fail on an article, and the facts that point outside of it."""
    if not text.strip():
        return ()
    article = prepare_article(ArticleInput(text, title="Generated", published_at="2021-06-16"))
    stages = Stages(is_contained=True)
    (facts,) = extractor.extract_contained([article], [stages])
    return (*stages.failures, *_strays(facts, text))


def _strays(facts: Extraction, text: str) -> list[str]:
    spans = [("mention", mention.span) for mention in facts.mentions]
    spans += [("time", time.span) for time in facts.times]
    spans += [("claim", span) for claim in facts.claims for span in claim.spans]
    spans += [("trigger", trigger.span) for event in facts.events for trigger in event.triggers]
    return [f"{kind} at {span}" for kind, span in spans if not 0 <= span.start < span.end <= len(text)]


def main() -> int:
    """Extract and count; the exit status is 1 where anything is wrong."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--articles", type=int, default=3000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    extractor = Extractor()
    faults: Counter[str] = Counter()
    examples: dict[str, str] = {}
    count = 0

    @seed(chosen.seed)
    @settings(
        max_examples=chosen.articles,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(articles(read_sentences()))
    def run(text: str) -> None:
        nonlocal count
        count += 1
        for fault in find_faults(extractor, text):
            faults[str(fault)] += 1
            examples.setdefault(str(fault), text)

    warnings.simplefilter("ignore")
    run()
    for fault, number in faults.most_common():
        print(f"{number:5} {fault}: {examples[fault][:400]!r}")
    print(f"{count} articles, {sum(faults.values())} faults of {len(faults)} kinds")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
