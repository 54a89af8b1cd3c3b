"""What is said: the content of an indirect claim, as token ranges beside its cue."""

from __future__ import annotations

from spacy.tokens import Token

from retrieval.extraction.claims.cues import DENIABLE_NOUNS, TELLING_NOUNS, frames_of, withheld_stance
from retrieval.extraction.language.noun_phrases import has_subject, is_finite, is_verb, phrase_range, strip_range
from retrieval.models import ClaimStance
from retrieval.text.word_sets import load_words

Ranges = tuple[tuple[int, int], ...]

_COMPLEMENTISERS = frozenset(["that", "if", "whether"])
# A clause or phrase under these is taken for granted: who denies that talks resumed "after they were suspended" does not
# deny that they were suspended.
PRESUPPOSING = load_words("presupposing")
_TRAILING = load_words("trailing")
_ADDRESSING = load_words("addressing_verbs")
_NO_FRAMES: dict[str, ClaimStance] = {}


def find_content(cue: Token) -> tuple[ClaimStance, Ranges] | None:
    """Stance and content of the indirect claim that ``cue`` governs, None where it governs none."""
    withheld = withheld_stance(cue)
    if withheld is not None:
        return _withheld(cue, withheld)
    frames = frames_of(cue) or _NO_FRAMES
    clause = _clause(cue)
    direct_object = next((c for c in cue.children if c.dep_ == "dobj"), None)
    if "told" in frames and direct_object is not None and direct_object.lemma_.lower() in TELLING_NOUNS:
        told = _told(direct_object)
        return frames["told"], cut_presupposed(cue, told) if frames["told"] is ClaimStance.DENIED else told
    if "clause" in frames and clause is not None:
        ranges = _clause_ranges(cue, clause)
        if not ranges:
            return None
        stance = frames["clause"]
        if stance is ClaimStance.DENIED:
            return stance, cut_presupposed(cue, ranges)
        inner = withheld_stance(clause)
        return (inner if inner is not None else stance), ranges
    if "clause" in frames and cue.dep_ == "parataxis" and is_verb(cue.head):
        ranges = _around(cue)
        return (frames["clause"], ranges) if ranges else None
    return _other_frame(cue, frames, direct_object)


def _other_frame(
    cue: Token, frames: dict[str, ClaimStance], direct_object: Token | None
) -> tuple[ClaimStance, Ranges] | None:
    to_verb = next((c for c in cue.children if c.dep_ in {"xcomp", "ccomp"} and _is_infinitive(c)), None)
    bare = next((c for c in cue.children if c.dep_ in {"xcomp", "ccomp"} and c.tag_ in {"VB", "VBP"}), None)
    if "order" in frames and (to_verb is not None or bare is not None):
        told = direct_object or _inner_subject(to_verb or bare)
        if told is not None and told.i > cue.i:
            return frames["order"], _rest(cue, phrase_range(told)[0])
        passive = next((c for c in cue.children if c.dep_ == "nsubjpass"), None)
        if passive is not None and to_verb is not None:
            return frames["order"], _rest(cue, to_verb.left_edge.i)
    if "infinitive" in frames and to_verb is not None and direct_object is None:
        if to_verb.lemma_.lower() in {"identify", "name", "quote"}:
            return None  # "asked not to be named" is about the telling
        return frames["infinitive"], _rest(cue, to_verb.left_edge.i)
    if "gerund" in frames:
        gerund = next((c for c in cue.rights if c.dep_ in {"xcomp", "dobj", "ccomp"} and _is_plain_gerund(c, cue)), None)
        if gerund is not None:
            return frames["gerund"], cut_presupposed(cue, _rest(cue, gerund.left_edge.i))
    if "accuse" in frames and direct_object is not None and direct_object.i > cue.i:
        charges = [c for t in (cue, direct_object) for c in t.children if c.dep_ == "prep" and c.lower_ in {"of", "for"}]
        return (frames["accuse"], _rest(cue, phrase_range(direct_object)[0])) if charges else None
    if "for" in frames:
        wanted = next((c for c in cue.children if c.dep_ == "prep" and c.lower_ == "for"), None)
        addressee = next((c for c in cue.children if c.dep_ == "prep" and c.lower_ in {"on", "upon", "to"}), None)
        if wanted is not None and wanted.i + 1 < len(cue.doc):
            return frames["for"], _rest(cue, wanted.i + 1)
        if addressee is not None and any(_is_infinitive(t) for t in addressee.subtree if is_verb(t)) | (
            to_verb is not None
        ):
            return frames["for"], _rest(cue, addressee.i + 1)
    if "of" in frames:
        feared = next((c for c in cue.rights if c.dep_ == "prep" and c.lower_ in {"of", "about"}), None)
        if feared is not None and any(c.dep_ == "pobj" for c in feared.children):
            return frames["of"], _rest(cue, feared.i + 1)
    if "noun" in frames and direct_object is not None and direct_object.i > cue.i:
        if frames["noun"] is ClaimStance.DENIED and direct_object.lemma_.lower() not in DENIABLE_NOUNS:
            return None  # "denied them entry" refuses, it does not say that something is untrue
        return frames["noun"], cut_presupposed(cue, _rest(cue, phrase_range(direct_object)[0]))
    return None


def _is_plain_gerund(verb: Token, cue: Token) -> bool:
    return verb.tag_ == "VBG" and all(t.text != "," for t in cue.doc[cue.i : verb.i])


def _withheld(cue: Token, stance: ClaimStance) -> tuple[ClaimStance, Ranges] | None:
    after = next((c for c in cue.rights if c.dep_ in {"xcomp", "dobj", "ccomp", "prep", "advcl"}), None)
    if after is None:
        return stance, ((cue.i, cue.i + 1),)
    return stance, _rest(cue, after.left_edge.i)


def _is_infinitive(verb: Token) -> bool:
    return any(c.lower_ == "to" and c.dep_ == "aux" for c in verb.children)


def _inner_subject(verb: Token | None) -> Token | None:
    return next((c for c in verb.children if c.dep_ == "nsubj"), None) if verb is not None else None


def _clause(cue: Token) -> Token | None:
    """The finite complement clause of a cue."""
    best: Token | None = None
    for child in cue.children:
        if child.dep_ != "ccomp" or _is_infinitive(child) or (child.tag_ == "VBG" and not is_finite(child)):
            continue
        if any(c.tag_ in {"WRB", "WP"} and c.i < child.i for c in child.lefts) and child.i > cue.i:
            continue  # "said what he thought": an indirect question asserts nothing
        if any(c.dep_ == "mark" and c.lower_ in {"if", "whether"} for c in child.lefts):
            continue
        if child.i > cue.i:
            return child
        best = child
    return best


def _clause_ranges(cue: Token, clause: Token) -> Ranges:
    doc = cue.doc
    if clause.i < cue.i:
        own = {t.i for c in cue.children if c != clause for t in c.subtree} | {cue.i}
        inside = [t.i for t in clause.subtree if t.i not in own]
        start, end = strip_range(doc, min(inside), min(max(inside) + 1, cue.i))
        subject = next((c for c in cue.children if c.dep_ == "nsubj"), None)
        if subject is not None and start <= subject.left_edge.i < end:
            end = strip_range(doc, start, subject.left_edge.i)[1]
        return ((start, end),) if end - start > 1 else ()
    start = next((t.i for t in clause.subtree if t.i > cue.i), clause.i)
    marker = next((c for c in clause.children if c.dep_ == "mark" and c.lower_ in _COMPLEMENTISERS and c.i > cue.i), None)
    if marker is not None:
        start = marker.i + 1
    elif cue.lemma_.lower() not in _ADDRESSING:
        # A bare clause begins with the first words after the cue even where the parser takes them for the cue's object.
        start = min((c.left_edge.i for c in cue.rights if c.dep_ == "dobj" and cue.i < c.i < start), default=start)
    ranges = _rest(cue, start)
    return ranges if ranges and ranges[0][1] > clause.i else ()


def _around(cue: Token) -> Ranges:
    """The clause that a parenthesis ("the suspect, police said, had fled") stands in, without it."""
    own = {t.i for t in cue.subtree}
    clause = [t.i for t in cue.head.subtree if t.i not in own]
    first, last = min(own), max(own)
    pieces = [strip_range(cue.doc, min(clause), first), strip_range(cue.doc, last + 1, max(clause) + 1)]
    return tuple((a, b) for a, b in pieces if b > a)


def _told(noun: Token) -> Ranges:
    clause = next((c for c in noun.rights if c.dep_ in {"acl", "ccomp", "relcl", "advcl"}), None)
    if clause is None:
        owner = next((c for c in noun.head.rights if c.dep_ in {"ccomp", "advcl"} and c.i > noun.i), None)
        clause = owner if owner is not None and any(c.lower_ == "that" for c in owner.lefts) else None
    start = phrase_range(noun)[0]
    if clause is not None:
        marker = next((c for c in clause.subtree if c.lower_ in _COMPLEMENTISERS and noun.i < c.i < clause.i), None)
        if marker is not None:
            start = marker.i + 1
    return _rest(noun, start)


def _rest(cue: Token, start: int) -> Ranges:
    """From ``start`` to where the words that hang on the cue stop being said."""
    doc = cue.doc
    sentence_end = min(cue.sent.end, _outer_cue_start(cue))
    end = start
    verb = cue if is_verb(cue) else next((a for a in cue.ancestors if is_verb(a)), cue)
    stops = _stops(verb, start)
    for position in range(start, sentence_end):
        if position in stops or _cuts(doc[position], start) or _starts_outer_telling(cue, position):
            break
        end = position + 1
    stripped = strip_range(doc, start, end)
    return (stripped,) if stripped[1] > stripped[0] else ()


def _outer_cue_start(cue: Token) -> int:
    """Where the words of a telling begin that stands behind all of this one ("... fears are growing, police said")."""
    for verb in cue.ancestors:
        if verb.i > cue.i and frames_of(verb):
            return min((c.left_edge.i for c in verb.children if c.dep_ == "nsubj" and c.i > cue.i), default=verb.i)
    return len(cue.doc)


def _starts_outer_telling(cue: Token, position: int) -> bool:
    """True at the "and" of "said that talks had failed and urged them to return": a finite cue in the past that the parser
    joined to a compound tense inside the content.
    """
    token = cue.doc[position]
    if token.dep_ != "cc" or position + 1 >= len(cue.doc):
        return False
    return is_outer_conjunct(cue.doc[position + 1])


def is_outer_conjunct(verb: Token) -> bool:
    """True for a cue verb joined to a clause of another cue's content whose tense it does not share."""
    if verb.dep_ != "conj" or verb.tag_ != "VBD" or has_subject(verb) or not frames_of(verb):
        return False
    head = verb.head
    return head.dep_ == "ccomp" and head.tag_ in {"VBN", "VB", "VBG"} and bool(frames_of(head.head))


def _stops(verb: Token, start: int) -> set[int]:
    """Where later dependants of the cue begin that are not part of what is said."""
    stops: set[int] = set()
    content_seen = False
    for child in verb.rights:
        if child.right_edge.i < start:
            continue
        left = child.left_edge.i
        if child.dep_ in {"ccomp", "xcomp", "dobj", "acl", "dative"} and not content_seen:
            content_seen = True
            continue
        if left <= start:
            content_seen = True
            continue
        if child.dep_ == "conj" and is_verb(child):
            joiner = next((c for c in verb.rights if c.dep_ == "cc" and c.i < left), None)
            stops.add(joiner.i if joiner is not None else left)
        elif child.dep_ == "prep" and child.lower_ in {"of", "for", "over"} and verb.lemma_.lower() in {"accuse", "blame"}:
            continue
        elif (
            child.dep_ in {"prep", "advcl", "mark"} and child.left_edge.lower_ not in _TRAILING
        ) or child.dep_ == "npadvmod":
            stops.add(left)
    return stops


def _cuts(token: Token, start: int) -> bool:
    """True where a new telling begins: ", adding that", ", according to"."""
    if token.i <= start + 1 or token.nbor(-1).text != ",":
        return False
    if token.lower_ == "according":
        return True
    return token.tag_ == "VBG" and token.lemma_ in {
        "say",
        "add",
        "note",
        "tell",
        "insist",
        "cite",
        "quote",
        "explain",
        "warn",
    }


def cut_presupposed(cue: Token, ranges: Ranges) -> Ranges:
    """The ranges of a denial's content without the clauses at its end that it takes for granted."""
    if not ranges:
        return ranges
    doc = cue.doc
    start, end = ranges[-1]
    for token in doc[start + 2 : end]:
        if token.lower_ not in PRESUPPOSING or token.dep_ not in {"mark", "prep", "advmod"}:
            continue
        clause = token if token.dep_ == "prep" else token.head
        if token.dep_ == "prep" and (
            token.lower_ in {"as", "before", "until"} or not (is_verb(token.head) or token.lower_ == "despite")
        ):
            continue
        if token.dep_ != "prep" and clause.dep_ not in {"advcl", "relcl"}:
            continue
        if clause.right_edge.i >= end - 2 and clause.left_edge.i > start:
            cut = strip_range(doc, start, min(clause.left_edge.i, token.i))
            return (*ranges[:-1], cut)
    return ranges
