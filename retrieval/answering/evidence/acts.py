"""How a text vouches for an act: told as done, denied, demanded, planned, or left open.

What governs the verb decides: "was sacked" is told; "demand that she be sacked", "fear that", "decide whether", "is
expected to" and "might" leave it open; "failed to", "stopped" and "no longer" deny it, "continued to" does not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from spacy.tokens import Token

from retrieval.models import EventStatus
from retrieval.text.word_sets import load_words
from retrieval.text.words import word_set

# An act under one of these took place where they did: "continued to", "managed to", "was forced to".
_IMPLYING = word_set("""continue keep go begin start resume manage proceed help force make let get come prove happen dare
    finish enjoy remember admit carry spend be see hear watch find leave remain stay""")
_FAILING = word_set(
    "fail refuse decline neglect omit forget cease stop quit halt avoid prevent stop bar ban refrain desist"
)
_ASKING = load_words("asking_verbs") | word_set("call appeal plead propose recommend suggest push lobby campaign petition")
_PLANNING = load_words("planning_verbs") | word_set("promise vow pledge schedule prepare due")
_SUSPECTING = word_set("suspect accuse charge indict")
_FEARING = word_set("""fear hope believe suspect think expect worry predict doubt assume speculate wonder ask
    imagine
    guess anticipate dream pretend hint imply consider want wish prefer""")
_FEARS = word_set("""fear hope belief doubt expectation suspicion worry speculation rumour rumor risk threat danger
    possibility chance prospect likelihood idea question concern warning""")
_CALLS = word_set("call demand appeal request petition plea bid push campaign motion proposal")
_PLANS = word_set("plan intention decision promise pledge vow agreement preparation")
# Verbs whose plain object did not take place through them: "demanded the arrest", "averted a strike".
_UNREAL_OBJECTS = word_set("""demand urge seek want request propose plan consider threaten fear expect promise prevent avert
    avoid oppose delay postpone predict suggest recommend await favour favor risk discuss debate contemplate mull weigh""")
_HYPOTHETICAL = word_set("may might could should must can ca ought would")
_FUTURE = word_set("will 'll ’ll wo shall")
_CONDITIONS = word_set("if unless whether")
_NEGATIONS = word_set("never neither nor no hardly scarcely barely")
_NOT_QUITE = word_set("almost nearly allegedly purportedly supposedly possibly perhaps maybe")
_UNREAL_ADJECTIVES = word_set(
    "hypothetical planned proposed possible potential alleged supposed fictional imaginary future"
)
_MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Act:
    """How the words around a predicate vouch for it; ``is_negated`` denies what ``status`` says."""

    status: EventStatus = EventStatus.ACTUAL
    is_negated: bool = False

    @property
    def is_told(self) -> bool:
        """Whether it is told as done, or as not done."""
        return self.status is EventStatus.ACTUAL

    @property
    def outcome(self) -> EventStatus:
        """The status in one word: an act told as not done is NEGATED."""
        return EventStatus.NEGATED if self.is_told and self.is_negated else self.status


def read_act(predicate: Token) -> Act:
    """How the sentence vouches for the act that a verb, a noun made from one, or "is" before an adjective names."""
    if predicate.sent.text.rstrip(" \"”'’").endswith("?"):
        return Act(EventStatus.HYPOTHETICAL)
    act = Act()
    current = predicate
    for _ in range(_MOST_STEPS):
        own = _own(current)
        act = _under(act, own)
        above, step = _climb(current)
        act = _under(act, step)
        if above is None or not act.is_told:
            return act
        current = above
    return act


def _under(act: Act, outer: Act) -> Act:
    """An act as what governs it leaves it; a denied denial holds."""
    status = act.status if act.status is not EventStatus.ACTUAL else outer.status
    return Act(status, act.is_negated ^ outer.is_negated)


def _own(token: Token) -> Act:
    """What hangs on the predicate itself: negation, auxiliaries, the word that opens its clause."""
    children = list(token.children)
    auxiliaries = {c.lower_ for c in children if c.dep_ in {"aux", "auxpass"}}
    is_negated = is_denied(token)
    if any(c.dep_ in {"mark", "advmod"} and c.lower_ in _CONDITIONS for c in children):
        return Act(EventStatus.HYPOTHETICAL)
    if auxiliaries & _FUTURE or ("would" in auxiliaries and _is_reported(token)):
        return Act(EventStatus.PLANNED, is_negated)
    if auxiliaries & _HYPOTHETICAL:
        is_unable = is_negated and auxiliaries & {"could", "can", "ca"}
        return Act(EventStatus.ACTUAL if is_unable else EventStatus.HYPOTHETICAL, is_negated)
    if any(c.lower_ in _NOT_QUITE for c in children if c.dep_ == "advmod"):
        return Act(EventStatus.HYPOTHETICAL)
    named = [token, *(c for c in children if c.dep_ == "attr")]
    if any(c.lower_ in _UNREAL_ADJECTIVES for noun in named for c in noun.children if c.dep_ == "amod"):
        return Act(EventStatus.HYPOTHETICAL)
    return Act(is_negated=is_negated)


def _is_reported(token: Token) -> bool:
    """Whether a clause is what somebody said before: "said that talks would resume" looks ahead, and is no condition."""
    has_condition = any(c.dep_ == "mark" and c.lower_ in _CONDITIONS for t in token.children for c in t.children)
    return token.dep_ in {"ccomp", "parataxis"} and token.head.tag_ in {"VBD", "VBN"} and not has_condition


def is_denied(token: Token) -> bool:
    """Whether the word itself is denied: "not", "never", "no longer", "no troops", "nobody"."""
    for child in token.children:
        if child.dep_ == "neg" or (child.lower_ in _NEGATIONS and child.dep_ in {"advmod", "det", "preconj", "cc"}):
            return True
        if child.dep_ == "advmod" and any(c.lower_ in {"no", "not"} for c in child.children):
            return True
        is_part = child.dep_ in {"nsubj", "nsubjpass", "dobj", "attr", "agent"}
        if is_part and (child.lower_ in {"nobody", "none", "nothing", "neither"} or _has_no(child)):
            return True
    before = [t.lower_ for t in token.doc[max(0, token.i - 2) : token.i]]
    return before == ["no", "longer"]  # the parse may hang it elsewhere


def _has_no(noun: Token) -> bool:
    return any(c.lower_ in {"no", "neither"} and c.dep_ in {"det", "neg", "preconj"} for c in noun.children)


def _climb(token: Token) -> tuple[Token | None, Act]:
    """What governs the predicate, as far as it bears on it, and how it bears; None where it stands for itself."""
    above = token.head
    if above == token:
        return None, Act()
    if token.pos_ in {"NOUN", "PROPN"}:
        return _climb_noun(token)
    lemma = above.lemma_.lower()
    children = list(token.children)
    is_infinitive = any(c.lower_ == "to" and c.dep_ == "aux" for c in children)
    if token.dep_ in {"xcomp", "ccomp", "advcl", "dobj", "acomp", "oprd", "attr"}:
        if is_infinitive:
            return _climb_infinitive(token, above)
        if token.tag_ == "VBG" and token.dep_ != "advcl" and above.pos_ == "VERB":
            return above, _gerund(lemma)
        if token.dep_ in {"ccomp", "xcomp"} and above.pos_ in {"VERB", "AUX", "ADJ"}:
            if _is_subjunctive(token):
                return None, Act(EventStatus.REQUESTED)
            if lemma in _FEARING or above.pos_ == "ADJ":
                return None, Act(EventStatus.HYPOTHETICAL)
        return None, Act()
    if token.dep_ in {"acl", "relcl"}:
        if lemma in _FEARS and token.dep_ == "acl":
            return None, Act(EventStatus.HYPOTHETICAL)
        if is_infinitive:
            return None, Act(EventStatus.PLANNED if lemma in _PLANS else EventStatus.HYPOTHETICAL)
        return None, Act()
    if token.dep_ == "pcomp":
        return _climb_preposition(above)
    if token.dep_ == "conj" and _shares_verb(token):
        return above, replace(_own(above), is_negated=False) if is_denied(above) else Act()
    return None, Act()


def _shares_verb(token: Token) -> bool:
    """Whether a second verb leans on the first for its auxiliaries: "will resign and leave"."""
    has_own = any(c.dep_ in {"nsubj", "nsubjpass", "aux", "auxpass", "mark"} for c in token.children)
    return not has_own and token.tag_ in {"VB", "VBN", "VBG"}


def _climb_infinitive(token: Token, above: Token) -> tuple[Token | None, Act]:
    lemma = above.lemma_.lower()
    if token.dep_ == "advcl":
        return None, Act(EventStatus.PLANNED)  # "in order to"
    if above.pos_ in {"VERB", "AUX"}:
        if lemma in {"have", "be"} and above.dep_ != "aux":
            if any(c.lower_ == "yet" for c in (*above.children, *token.children)):
                return above, Act(is_negated=True)
            return None, Act(EventStatus.PLANNED)
        if lemma in _FAILING:
            return above, Act(is_negated=True)
        if lemma in _ASKING:
            return None, Act(EventStatus.REQUESTED)
        if lemma in _PLANNING or (lemma == "go" and above.tag_ == "VBG"):
            return None, Act(EventStatus.PLANNED)
        if lemma in _IMPLYING:
            return above, Act()
    return None, Act(EventStatus.HYPOTHETICAL)


def _gerund(lemma: str) -> Act:
    if lemma in _FAILING or lemma == "deny":
        return Act(is_negated=True)
    if lemma in _UNREAL_OBJECTS or lemma in _FEARING:
        return Act(EventStatus.HYPOTHETICAL)
    return Act()


def _is_subjunctive(token: Token) -> bool:
    """Whether a clause says what should be: "demand that she be sacked", "that he leave"."""
    auxiliaries = {c.lower_ for c in token.children if c.dep_ in {"aux", "auxpass"}}
    has_subject = any(c.dep_ in {"nsubj", "nsubjpass"} for c in token.children)
    is_bare = token.tag_ == "VB" and not auxiliaries
    return has_subject and (auxiliaries == {"be"} or is_bare)


def _climb_preposition(preposition: Token) -> tuple[Token | None, Act]:
    word, lemma = preposition.lower_, preposition.head.lemma_.lower()
    if word == "without" or (word == "of" and preposition.head.lower_ == "instead"):
        return None, Act(is_negated=True)
    if word == "from" and lemma in _FAILING:
        return preposition.head, Act(is_negated=True)
    if word in {"of", "with"} and lemma in _SUSPECTING:
        return None, Act(EventStatus.ALLEGED)
    if lemma in _CALLS | _FEARS | _PLANS | _PLANNING or (word == "of" and lemma in {"warn", "think", "dream", "talk"}):
        return None, Act(EventStatus.HYPOTHETICAL)
    return None, Act()


def _climb_noun(noun: Token) -> tuple[Token | None, Act]:
    """An act named by a noun: what is demanded, feared or threatened is none that took place."""
    above, lemma = noun.head, noun.head.lemma_.lower()
    if (
        noun.dep_ in {"compound", "nmod", "poss"}
        and above.pos_ == "NOUN"
        and above.lemma_.lower() in _CALLS | _FEARS | _PLANS
    ):
        return None, Act(EventStatus.HYPOTHETICAL)
    if noun.dep_ in {"dobj", "nsubjpass"} and lemma in _UNREAL_OBJECTS | _ASKING:
        return None, Act(EventStatus.REQUESTED if lemma in _ASKING else EventStatus.HYPOTHETICAL)
    if noun.dep_ == "attr" and above.lemma_ == "be" and is_denied(above) and not _has_no(noun):
        return None, Act(is_negated=True)
    if noun.dep_ == "pobj":
        governor = above.head
        word = governor.lemma_.lower()
        if above.lower_ == "for" and (word in _ASKING or word in _CALLS):
            return None, Act(EventStatus.REQUESTED)
        if word in _CALLS | _FEARS | _PLANS or (word == "warn" and above.lower_ == "of"):
            return None, Act(EventStatus.HYPOTHETICAL)
        if above.lower_ == "without":
            return None, Act(is_negated=True)
    return None, Act()
