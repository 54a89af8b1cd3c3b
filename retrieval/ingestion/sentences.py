"""Sentence borders by rule: fast, without a model, exact to the character."""

from __future__ import annotations

import re

from retrieval.models import Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence: something that belongs to them follows.
_TITLES = _words(
    "mr mrs ms mx dr prof gen col lt capt cmdr sgt maj adm brig cpl pvt rep reps sen sens gov govs pres st mt ft rev "
    "hon msgr fr supt det insp amb atty dept sec messrs mme mlle vs cf viz al approx est e.g i.e eg ie fig eq no nos "
    "art vol pp ph"
)
# The end of a sentence only when a word follows that sentences begin with.
_OPEN_ENDED = _words(
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun inc corp co ltd llc "
    "plc jr sr bros etc ave blvd rd ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo "
    "mont neb nev okla ore pa penn tenn tex va vt wash wis wyo ont que univ assn govt min max ed eds"
)
_OPENERS = _words(
    "the a an in on at he she it they we i you his her their its our my but and so or yet if when while after before "
    "as since for by with from this that these those there here what who why how where some many most all both one "
    "two no not however meanwhile earlier later according police officials authorities also although because despite "
    "during until under over last next then now another other each every such more to of"
)
_END = re.compile(
    r"(?P<stop>[.!?…‽⁇⁈⁉]+|[。！？｡؟۔।॥։]+)"
    r"(?P<closers>(?:[\"'”’»›)\]}」』】）*_]|\[\d{1,3}\])*)"
    r"(?P<gap>\s*)"
)
_WIDE = frozenset("。！？｡")
_WORD_BEFORE = re.compile(r"[\w.’'&-]+\Z")
_WORD_AFTER = re.compile(r"[\"'“‘«‹(\[{「『*_¿¡–—-]*\s?([^\W_]+)")
_BREAK = r"(?:\r\n|\r(?!\n)|[\n\v\f\x85\u2028])"
_PARAGRAPH = re.compile(rf"{_BREAK}[^\S\n\r\u2028]*{_BREAK}|\u2029")
_LONGEST_WORD = 40


def split_sentences(text: str, span: Span) -> tuple[Span, ...]:
    """The sentences of ``text[span.start:span.end]``, in order, without the white space around them.

    Every character of the span that is not white space is in exactly one sentence. Abbreviations ("Gen.", "U.S."),
    initials, decimals and ellipses do not end one; a quotation mark or bracket that closes after the stop belongs to it; a
    blank line always ends one.
    """
    sentences = []
    start = span.start
    for cut in _borders(text, span):
        if sentence := trimmed(text, start, cut):
            sentences.append(sentence)
        start = cut
    if sentence := trimmed(text, start, span.end):
        sentences.append(sentence)
    return tuple(sentences)


def trimmed(text: str, start: int, end: int) -> Span | None:
    """``[start, end)`` without the white space at its ends, None where nothing else is in it."""
    stretch = text[start:end]
    inner = stretch.strip()
    if not inner:
        return None
    begin = start + len(stretch) - len(stretch.lstrip())
    return Span(begin, begin + len(inner))


def _borders(text: str, span: Span) -> list[int]:
    cuts = {match.end() for match in _PARAGRAPH.finditer(text, span.start, span.end)}
    cuts.update(m.end() for m in _END.finditer(text, span.start, span.end) if m.end() < span.end and _ends(text, m, span))
    return sorted(cuts)


def _ends(text: str, match: re.Match[str], span: Span) -> bool:
    stop = match["stop"]
    if stop[-1] in _WIDE:
        return True
    if not match["gap"]:
        return False
    after = _WORD_AFTER.match(text, match.end(), span.end)
    following = after[1] if after else ""
    if following and following[0].islower():
        return False
    if stop != ".":
        return True
    before = _WORD_BEFORE.search(text, max(span.start, match.start() - _LONGEST_WORD), match.start())
    return not before or bool(match["closers"]) or _full_stop_ends(before[0], following)


def _full_stop_ends(word: str, following: str) -> bool:
    lowered = word.lower().strip("'’")
    opener = following[:1].isupper() and following.lower() in _OPENERS
    if lowered in _TITLES:
        return lowered in {"no", "al", "st", "art", "ft", "mt"} and opener
    if lowered in _OPEN_ENDED or "." in lowered:
        return opener
    if len(word) == 1 and word.isalpha() and word.isupper():
        return opener and following != "A"
    return True
