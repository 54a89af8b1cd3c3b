"""The past tense and the participle of English verbs, for titles."""

from __future__ import annotations

import re

_PAST_FORMS = (
    "arise:arose be:was beat:beat become:became begin:began bind:bound blow:blew break:broke bring:brought "
    "build:built buy:bought catch:caught choose:chose come:came cut:cut deal:dealt do:did draw:drew drive:drove "
    "fall:fell feed:fed fight:fought find:found flee:fled fly:flew forbid:forbade forget:forgot forgive:forgave "
    "freeze:froze get:got give:gave go:went hang:hanged have:had hear:heard hide:hid hit:hit hold:held hurt:hurt "
    "keep:kept know:knew lay:laid lead:led leave:left lend:lent let:let lie:lay lose:lost make:made meet:met "
    "overrun:overran pay:paid put:put quit:quit read:read ride:rode ring:rang rise:rose run:ran say:said see:saw "
    "seek:sought sell:sold send:sent set:set shake:shook shoot:shot shut:shut sink:sank slay:slew speak:spoke "
    "spend:spent stand:stood steal:stole strike:struck swear:swore take:took teach:taught tear:tore tell:told "
    "think:thought throw:threw undertake:undertook win:won withdraw:withdrew withhold:withheld write:wrote "
)
_PARTICIPLE_FORMS = (
    "arise:arisen beat:beaten begin:begun become:become blow:blown break:broken choose:chosen come:come do:done "
    "draw:drawn drive:driven fall:fallen fly:flown forbid:forbidden forget:forgotten forgive:forgiven "
    "freeze:frozen give:given go:gone hide:hidden know:known overrun:overrun ride:ridden ring:rung rise:risen "
    "run:run see:seen shake:shaken sink:sunk slay:slain speak:spoken steal:stolen swear:sworn take:taken "
    "tear:torn throw:thrown undertake:undertaken withdraw:withdrawn write:written "
)
_IRREGULAR = dict(pair.split(":") for pair in _PAST_FORMS.split())
_PARTICIPLES = dict(pair.split(":") for pair in _PARTICIPLE_FORMS.split())
_DOUBLED = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]")
_PREFIXES = ("", "re", "out", "over", "un")


def participle_of(lemma: str) -> str:
    """As in "has taken": of a regular verb the same as the past."""
    return _irregular(lemma, _PARTICIPLES) or past_of(lemma)


def past_of(lemma: str) -> str:
    """As in "shot" of "shoot", "banned" of "ban"; of a verb with a prefix that of its stem ("retook")."""
    irregular = _irregular(lemma, _IRREGULAR)
    if irregular is not None:
        return irregular
    if lemma.endswith("e"):
        return lemma + "d"
    if re.search(r"[^aeiou]y\Z", lemma):
        return lemma[:-1] + "ied"
    if _DOUBLED.fullmatch(lemma):
        return f"{lemma}{lemma[-1]}ed"
    return lemma + "ed"


def _irregular(lemma: str, forms: dict[str, str]) -> str | None:
    for prefix in _PREFIXES:
        stem = lemma.removeprefix(prefix)
        if lemma.startswith(prefix) and stem in forms:
            return prefix + forms[stem]
    return None
