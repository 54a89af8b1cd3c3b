"""Whether two articles are about one happening: they use the same rare words and name the same people and places.

Cosines of TF-IDF weights (Allan et al., Topic Detection and Tracking Pilot Study, 1998), of words and of entities apart,
since a name that both have says more than a word does. What a word or a name is worth is counted in the archive itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from retrieval.models import Block, BlockKind, Span
from retrieval.text.word_sets import load_words

REACH = timedelta(days=14)
"""How far apart two articles of one story may be published, if others of it do not lie between them."""

JOIN = 0.2
"""From this closeness on an article belongs to a story; chosen on the first, third, fifth .. topic of ECB+."""

STAY = 0.16
"""Down to this closeness it stays in a story when another article leaves it."""

NEAREST = 4
"""The closeness to a story is the mean of that to so many of its articles, the nearest."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_STEM = 5
_KEPT_WORDS, _WEIGHED_WORDS = 80, 60
_NAMES_SHARE = 0.45
# Whatever else the people do who are named: with fewer words in common it is another matter.
_LEAST_IN_WORDS = 0.08
_LOST_A_DAY = 0.005
# As if so many articles had been read before the first, a tenth of them with any word: few articles teach little.
_PRIOR = 20.0
_COMMON = load_words("common")


@dataclass(frozen=True, slots=True)
class Weighed:
    """An article as it is compared: unit vectors of its words and of its entities."""

    words: Mapping[str, float]
    names: Mapping[str, float]
    published: datetime | None


def sketch(text: str, blocks: Sequence[Block], named: Iterable[Span]) -> dict[str, int]:
    """The words that an article uses most, cut to their first letters; those of its title count twice.

    Names, at ``named``, are none of them: they are compared by whom they name.
    """
    inside = {place for span in named for place in range(span.start, span.end)}
    found: Counter[str] = Counter()
    for block in blocks:
        if block.kind not in {BlockKind.TITLE, BlockKind.STANDFIRST, BlockKind.BODY}:
            continue
        weight = 2 if block.kind is BlockKind.TITLE else 1
        for match in _WORD.finditer(text, block.span.start, block.span.end):
            word = match[0].casefold()
            if word not in _COMMON and match.start() not in inside:
                found[word[:_STEM]] += weight
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT_WORDS])


def worth(article_count: int, total: int) -> float:
    """What a word or a name is worth that ``article_count`` of ``total`` articles have (inverse document frequency)."""
    # As of a moment fewer articles are there than those that words are counted in.
    return math.log((max(total, article_count) + _PRIOR) / (article_count + _PRIOR / 10))


def weigh(
    words: Mapping[str, int],
    names: Mapping[str, int],
    *,
    word_worth: Mapping[str, float],
    name_worth: Mapping[str, float],
    published: datetime | None,
) -> Weighed:
    """An article made comparable; ``words`` and ``names`` say how often it has each."""
    weights = {word: (1 + math.log(count)) * word_worth[word] for word, count in words.items()}
    best = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:_WEIGHED_WORDS]
    named = {name: (1 + math.log(count)) * name_worth[name] for name, count in names.items()}
    return Weighed(_unit(dict(best)), _unit(named), published)


def closeness(one: Weighed, other: Weighed) -> float:
    """0 to 1; less by the days that lie between them."""
    in_words = _dot(one.words, other.words)
    if in_words < _LEAST_IN_WORDS:
        return 0.0
    alike = (1 - _NAMES_SHARE) * in_words + _NAMES_SHARE * _dot(one.names, other.names)
    if one.published is None or other.published is None:
        return alike
    apart = abs(one.published - other.published)
    return alike - _LOST_A_DAY * apart / timedelta(days=1) if apart <= REACH else 0.0


def closeness_to_all(one: Weighed, others: Sequence[Weighed]) -> float:
    """How close an article is to a story; 0 to an empty one."""
    nearest = sorted((closeness(one, other) for other in others), reverse=True)[:NEAREST]
    return sum(nearest) / len(nearest) if nearest else 0.0


def find_medoid(story: Sequence[Weighed]) -> int:
    """The place of the article that is closest to all others, the first of equals."""
    sums = [sum(closeness(one, other) for other in story if other is not one) for one in story]
    return max(range(len(story)), key=lambda n: (sums[n], -n))


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {key: weight / length for key, weight in weights.items()} if length else {}


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[key] for key, weight in one.items() if key in other)
