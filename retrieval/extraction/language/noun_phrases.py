"""Noun phrases and clauses, read off a dependency parse."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from retrieval.text.word_sets import load_words

_PREPOSITIONS = load_words("phrase_prepositions")
_LEFT_OUT = frozenset({"cc", "preconj", "advmod", "mark", "neg", "punct"})
_VERBS = frozenset({"VERB", "AUX"})


def is_verb(token: Token) -> bool:
    """True for verbs and auxiliaries, whatever they hang on."""
    return token.pos_ in _VERBS


def has_subject(verb: Token) -> bool:
    """True when the verb has a subject of its own."""
    return any(child.dep_ in {"nsubj", "nsubjpass", "csubj", "expl"} for child in verb.children)


def is_passive(verb: Token) -> bool:
    """True for "was killed" and for a bare participle after its noun ("the man killed by ...")."""
    if any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children):
        return True
    if verb.tag_ != "VBN" or has_subject(verb):
        return False
    if verb.dep_ == "conj" and is_verb(verb.head) and verb.head.tag_ == "VBN" and not _has_aux(verb):
        return is_passive(verb.head)
    return verb.dep_ in {"acl", "amod", "advcl"} and not _has_aux(verb)


def _has_aux(verb: Token) -> bool:
    return any(child.dep_ == "aux" for child in verb.children)


def is_finite(verb: Token) -> bool:
    """True for a verb with a tense of its own or of an auxiliary, not for "to go", "going", "gone" alone."""
    return verb.tag_ in {"VBD", "VBZ", "VBP", "MD"} or (
        verb.tag_ != "TO" and any(c.dep_ in {"aux", "auxpass"} and c.lower_ != "to" for c in verb.children)
    )


def agent_of(verb: Token) -> Token | None:
    """The head noun of a passive's "by ..."."""
    for child in verb.children:
        if child.dep_ == "agent" or (child.dep_ == "prep" and child.lower_ == "by"):
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


def subject_of(verb: Token, *, depth: int = 0) -> Token | None:
    """Who does it: the subject, also through coordination, participles, infinitives and relative clauses; a passive's agent
    is not looked for.
    """
    if depth > 4:
        return None
    for child in verb.children:
        if child.dep_ in {"nsubj", "nsubjpass", "csubj"}:
            if child.tag_ in {"WP", "WDT"}:
                return antecedent(verb)
            return None if child.dep_ == "csubj" else child
    head = verb.head
    if head == verb:
        return None
    if verb.dep_ in {"relcl", "acl"} and not is_verb(head):
        return None if verb.tag_ == "VB" else head
    if verb.dep_ in {"conj", "advcl", "xcomp", "pcomp", "prep", "ccomp"}:
        is_charge = verb.dep_ == "pcomp" and head.head.lemma_.lower() in load_words("charging_verbs")
        if verb.dep_ == "xcomp" or is_charge:
            head = head.head if is_charge else head  # "accused the army of killing": the army is to have killed
            controlled = next((c for c in head.children if c.dep_ == "dobj"), None)
            if controlled is not None:
                return controlled
        governor = head if is_verb(head) else next((a for a in head.ancestors if is_verb(a)), None)
        if verb.dep_ == "ccomp" and verb.tag_ != "VBG":
            return None
        return subject_of(governor, depth=depth + 1) if governor is not None else None
    return None


def antecedent(verb: Token) -> Token | None:
    """The noun that a relative clause hangs on, also for a verb coordinated inside it."""
    for token in (verb, *verb.ancestors):
        if token.dep_ == "relcl":
            return token.head
    return None


def object_of(verb: Token) -> Token | None:
    """The direct object, or the subject of a passive."""
    for child in verb.children:
        if child.dep_ in {"dobj", "nsubjpass"}:
            return antecedent(verb) if child.tag_ in {"WP", "WDT"} else child
    if verb.tag_ == "VBN" and verb.dep_ in {"acl", "relcl"} and not is_verb(verb.head) and not has_subject(verb):
        return verb.head
    if verb.dep_ == "conj" and is_verb(verb.head) and is_passive(verb):
        return object_of(verb.head)
    shared = next((c for c in verb.rights if c.dep_ == "conj" and is_verb(c) and not has_subject(c)), None)
    if shared is not None and not any(
        c.i > verb.i and c.i < shared.i and c.dep_ not in {"cc", "advmod"} for c in verb.rights
    ):
        return next((c for c in shared.rights if c.dep_ == "dobj"), None)  # "arrested and questioned the student"
    return None


def phrase_range(head: Token, *, prepositions: bool = True) -> tuple[int, int]:
    """Token range of the noun phrase of ``head`` without its clauses, appositions behind commas and times."""
    start = head.i
    for child in head.lefts:
        if child.dep_ in _LEFT_OUT and not (child.dep_ == "punct" and child.text == "-"):
            continue
        edge = child.left_edge.i
        if child.dep_ in {"relcl", "appos"} and child.i < head.i:
            continue
        start = min(start, edge)
    while start < head.i and head.doc[start].text in {",", '"', "'", ";", ":"}:
        start += 1
    return start, _right_end(head, prepositions=prepositions)


def _right_end(head: Token, *, prepositions: bool) -> int:
    end = head.i + 1
    for child in head.rights:
        if child.left_edge.i > end and head.doc[end].text == "," and child.dep_ != "conj":
            break
        if child.dep_ == "case" and head.dep_ == "poss":
            continue
        if child.dep_ in {"case", "compound", "flat", "nummod", "nmod"}:
            end = child.right_edge.i + 1
        elif child.dep_ == "appos" and child.left_edge.i == end:
            end = _right_end(child, prepositions=prepositions)
        elif child.dep_ == "prep" and prepositions and child.lower_ in _PREPOSITIONS and not _holds_time(child):
            if child.lower_ == "to" and head.pos_ == "PROPN":
                break
            noun = next((c for c in child.children if c.dep_ == "pobj"), None)
            if noun is None:
                break
            end = _right_end(noun, prepositions=True)
        elif child.dep_ in {"cc", "punct"}:
            continue
        elif child.dep_ == "conj" and not is_verb(child):
            end = _right_end(child, prepositions=prepositions)
        else:
            break
    return end


def _holds_time(preposition: Token) -> bool:
    return any(c.dep_ == "pobj" and c.ent_type_ in {"DATE", "TIME"} for c in preposition.children)


def coordinated(head: Token) -> Iterator[Token]:
    """``head`` and the nouns joined to it by "and"."""
    yield head
    for child in head.rights:
        if child.dep_ == "conj" and not is_verb(child):
            yield from coordinated(child)


def governing_verb(token: Token) -> Token | None:
    """The nearest verb above ``token``."""
    return next((a for a in token.ancestors if is_verb(a)), None)


def stands_before(time: Token, verb: Token) -> bool:
    """True for the day of "a court in Milan on Thursday sentenced ...", which parsers hang on the subject."""
    if time.dep_ != "pobj" or time.head.lower_ not in {"on", "in", "at"} or time.right_edge.i >= verb.i:
        return False
    if not any(a.head == verb and a.dep_ in {"nsubj", "nsubjpass"} for a in time.ancestors):
        return False
    between = verb.doc[time.right_edge.i + 1 : verb.i]
    return all(t.head == verb and t.dep_ in {"aux", "auxpass", "neg", "advmod"} for t in between)


def strip_range(doc: Doc, start: int, end: int, *, keep_quotes: bool = True) -> tuple[int, int]:
    """The range without punctuation and spaces at its ends (quotation marks stay where ``keep_quotes``)."""
    quotes = {'"', "'", "''", "``"}

    def loose(token: Token) -> bool:
        if token.text in quotes:
            return not keep_quotes
        return token.is_space or (token.is_punct and token.text not in {"%", ")", "(", "]"}) or token.text == "-"

    for _ in range(2):
        while start < end and loose(doc[start]):
            start += 1
        while end > start and (loose(doc[end - 1]) or doc[end - 1].dep_ == "cc"):
            end -= 1
        marks = [t.i for t in doc[start:end] if t.text in {'"', "``", "''"}]
        if len(marks) != 1:
            break
        start += marks[0] == start
        end -= marks[0] == end - 1
    return start, end
