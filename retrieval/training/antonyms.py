"""Pairs of words that mean the opposite of one another, for questions that are made unanswerable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

_PAIRS = """
first last|most least|most fewest|largest smallest|biggest smallest|highest lowest|oldest youngest|oldest newest
longest shortest|best worst|earliest latest|nearest farthest|strongest weakest|richest poorest|fastest slowest
before after|north south|northern southern|east west|eastern western|inside outside|above below|upper lower
top bottom|front back|early late|new old|rich poor|strong weak|public private|legal illegal|positive negative
good bad|large small|big small|high low|long short|hot cold|male female|man woman|men women|major minor
urban rural|domestic foreign|known unknown|common rare|popular unpopular|ancient modern|permanent temporary
increase decrease|increased decreased|increases decreases|increasing decreasing|rise fall|rose fell|gain lose
gained lost|raise lower|raised lowered|raise cut|raised cut|expand shrink|expanded shrank|more less|more fewer
maximum minimum|win lose|won lost|wins loses|begin end|began ended|begins ends|start stop|started stopped
start finish|started finished|open close|opened closed|accept reject|accepted rejected|allow forbid|allowed forbade
permit ban|permitted banned|approve oppose|approved opposed|approve reject|approved rejected|support oppose
supported opposed|supports opposes|praise criticise|praised criticised|praised criticized|confirm deny|confirmed denied
buy sell|bought sold|build destroy|built destroyed|create destroy|created destroyed|enter leave|entered left
join leave|joined left|arrive depart|arrived departed|attack defend|attacked defended|agree disagree|agreed disagreed
include exclude|included excluded|includes excludes|hire dismiss|hired dismissed|hired fired|appoint dismiss
appointed dismissed|appointed removed|arrest release|arrested released|convict acquit|convicted acquitted
borrow lend|borrowed lent|succeed fail|succeeded failed|strengthen weaken|strengthened weakened|improve worsen
improved worsened|remember forget|give take|gave took|love hate|loved hated|encourage discourage
encouraged discouraged|reveal hide|revealed hid|appear disappear|appeared disappeared|import export|imports exports
imported exported|victory defeat|success failure|birth death|born died|parent child|father mother|son daughter
brother sister|husband wife|king queen|teacher student|summer winter|spring autumn|day night|morning evening
always never|all none|everyone nobody|with without|survived died|survive die|advance retreat|advanced retreated
"""


def _both_ways(pairs: str) -> Mapping[str, tuple[str, ...]]:
    opposites: dict[str, list[str]] = defaultdict(list)
    for pair in pairs.replace("\n", "|").split("|"):
        if pair:
            one, other = pair.split()
            opposites[one].append(other)
            opposites[other].append(one)
    return {word: tuple(others) for word, others in opposites.items()}


ANTONYMS = _both_ways(_PAIRS)
