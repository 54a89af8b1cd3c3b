"""Short plain titles for events, as a desk would write them: actor, verb, object, place, in whole words."""

from __future__ import annotations

from spacy.tokens import Token

from retrieval.extraction.claims.speakers import PRONOUNS, EntityLinker
from retrieval.extraction.events.arguments import Arguments, aim_of
from retrieval.extraction.language.noun_phrases import is_passive, is_verb, object_of, phrase_range
from retrieval.extraction.language.parsing import ParsedBlock
from retrieval.extraction.language.verb_forms import participle_of, past_of
from retrieval.models import EntityType, EventStatus, FactOrigin, ParticipantRole, Span

MAX_TITLE = 80
_MAX_COMPLEMENT = 50
_DROPPED = ("the ", "a ", "an ", "its ", "their ", "his ", "her ", "our ", "these ", "those ", "my ", "your ")
_SOMEBODY = {"he": "man", "him": "man", "she": "woman", "her": "woman", "they": "people", "them": "people", "who": "people"}
_LOOSE_ENDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "over",
        "than",
        "that",
        "the",
        "to",
        "under",
        "until",
        "which",
        "while",
        "who",
        "with",
    ]
)
_UNREAL = {EventStatus.PLANNED: "to", EventStatus.REQUESTED: "asked to", EventStatus.HYPOTHETICAL: "may"}
# What belongs to the verb: "taken into custody", "went on strike", "stabbed to death".
_FIXED = frozenset({"arrest", "custody", "death", "fire", "hostage", "prison", "strike"})
_BEFORE_OBJECT = frozenset({"against", "at", "between", "for", "from", "into", "on", "to", "with"})
_FACTUAL = frozenset({EventStatus.ACTUAL, EventStatus.ATTRIBUTED, EventStatus.DISPUTED})


def title_of(
    text: str, parsed: ParsedBlock, trigger: Token, arguments: Arguments, linker: EntityLinker, status: EventStatus
) -> str:
    """Actor, verb, object and place in at most `MAX_TITLE` characters, cut at a word."""
    if is_verb(trigger):
        title = _of_verb(text, parsed, trigger, arguments, linker, status)
    else:
        title = _of_noun(text, parsed, trigger, arguments, linker)
    place = _place(arguments, linker) if status in _FACTUAL else ""
    if place and place.split(" ")[-1].casefold() not in title.casefold() and len(title) + len(place) + 4 <= MAX_TITLE:
        title = f"{title} in {place}"
    return shorten(title)


def shorten(title: str) -> str:
    """The title in one line, cut at a word that can end one, without a quotation mark left alone."""
    flat = " ".join(title.split())
    if len(flat) > MAX_TITLE:
        words = flat[: MAX_TITLE + 1].rsplit(" ", 1)[0].split(" ")
        while len(words) > 1 and words[-1].lower().strip(",;:") in _LOOSE_ENDS:
            words.pop()
        flat = " ".join(words)
    for opening, closing in (('"', '"'), ("“", "”"), ("(", ")")):
        is_alone = flat.count(opening) % 2 if opening == closing else flat.count(opening) != flat.count(closing)
        if is_alone:
            flat = flat.replace(opening, "").replace(closing, "")
    flat = " ".join(flat.split()).rstrip(",;:-–— ")
    return flat[:1].upper() + flat[1:]


def _of_noun(text: str, parsed: ParsedBlock, noun: Token, arguments: Arguments, linker: EntityLinker) -> str:
    start, end = phrase_range(noun)
    phrase = parsed.span(parsed.doc[start:end])
    words = _plain(phrase.slice(text))
    actor = _name(text, arguments, ParticipantRole.ACTOR, linker)
    is_named = any(p.role is ParticipantRole.ACTOR and phrase.contains(p.span) for p in arguments.participants)
    if (
        actor
        and not is_named
        and actor.split(" ")[-1].casefold() not in words.casefold()
        and not any(c.dep_ == "poss" and c.pos_ != "PRON" for c in noun.lefts)
    ):
        return f"{words} by {actor}"
    if " " in words:
        return words
    patient = _name(text, arguments, None, linker)
    return f"{words} of {patient}" if patient and patient.split(" ")[-1] not in words else words


def _of_verb(
    text: str, parsed: ParsedBlock, verb: Token, arguments: Arguments, linker: EntityLinker, status: EventStatus
) -> str:
    actor = _name(text, arguments, ParticipantRole.ACTOR, linker) or _name(
        text, arguments, ParticipantRole.INSTRUMENT, linker
    )
    patient = _name(text, arguments, None, linker)
    rest = _fixed_words(text, parsed, verb)
    if is_passive(verb):
        words = _passive(verb, status)
        complement = _complement(text, parsed, verb) if not rest else ""
        return _joined(patient, words, rest, f"by {actor}" if actor else "", complement)
    words = _active(verb, status)
    if not actor and patient and verb.lemma_.lower() in {"die", "perish", "resume"}:
        return _joined(patient, words, rest)
    aim = aim_of(verb)
    thing = object_of(verb) if aim is not None else None
    if aim is not None and thing is not None and patient:
        return _joined(actor, words, _words(text, parsed, thing), aim.text, patient)
    has_object = any(c.dep_ == "dobj" for c in verb.rights)
    preposition = "" if has_object else _preposition(verb)
    if not patient and not has_object:
        noun = next((c for p in verb.rights if p.dep_ == "prep" and p.lower_ in _BEFORE_OBJECT for c in p.children), None)
        if noun is not None and noun.dep_ == "pobj" and noun.ent_type_ not in {"DATE", "TIME"}:
            preposition, patient = noun.head.text, _words(text, parsed, noun)
    if not patient and has_object:
        noun = next(c for c in verb.rights if c.dep_ == "dobj")
        patient = "" if noun.lower_ in PRONOUNS else _words(text, parsed, noun)
    if not actor and patient and has_object:
        words = (
            participle_of(verb.lemma_.lower())
            if status in _FACTUAL
            else _unacted(participle_of(verb.lemma_.lower()), status)
        )
        return _joined(patient, words, rest)
    middle = (
        _joined(rest, preposition if patient else "", patient)
        if rest in {"down", "up", "off", "out"}
        else _joined(preposition if patient else "", patient, rest)
    )
    if rest == "dead" or (has_object and rest and rest.split(" ")[0] == "dead"):
        middle = _joined(rest, patient)
    return _joined(actor, words, middle, _complement(text, parsed, verb))


def _active(verb: Token, status: EventStatus) -> str:
    lemma = verb.lemma_.lower()
    if status in _UNREAL:
        return f"{_UNREAL[status]} {lemma}"
    if status is EventStatus.NEGATED:
        return f"did not {lemma}"
    words = verb.lower_ if verb.tag_ == "VBD" else past_of(lemma)
    return f"allegedly {words}" if status in {EventStatus.ALLEGED, EventStatus.DENIED} else words


def _passive(verb: Token, status: EventStatus) -> str:
    return _unacted(verb.lower_, status)


def _unacted(words: str, status: EventStatus) -> str:
    """A participle with what the status makes of it: "to be expelled", "allegedly killed"."""
    if status in _UNREAL:
        return f"{'to' if status is not EventStatus.HYPOTHETICAL else 'may'} be {words}"
    if status is EventStatus.NEGATED:
        return f"not {words}"
    return f"allegedly {words}" if status in {EventStatus.ALLEGED, EventStatus.DENIED} else words


def _fixed_words(text: str, parsed: ParsedBlock, verb: Token) -> str:
    """Particles and phrases without which the verb means something else."""
    words = [c.text for c in verb.rights if c.dep_ == "prt"]
    if verb.i + 1 < len(verb.doc) and verb.doc[verb.i + 1].lower_ in {"dead", "captive", "hostage"}:
        words.append(verb.doc[verb.i + 1].text)
    for child in verb.rights:
        noun = next((c for c in child.children if c.dep_ == "pobj"), None) if child.dep_ == "prep" else None
        if noun is not None and noun.lower_ in _FIXED:
            words.append(parsed.span(parsed.doc[child.i : noun.i + 1]).slice(text))
    return " ".join(dict.fromkeys(words))


def _complement(text: str, parsed: ParsedBlock, verb: Token) -> str:
    """What somebody is accused of, urged or refuses to do, while it is short."""
    for child in verb.rights:
        is_infinitive = child.dep_ in {"xcomp", "ccomp"} and any(c.lower_ == "to" and c.dep_ == "aux" for c in child.lefts)
        is_charge = (
            child.dep_ == "prep"
            and child.lower_ in {"of", "with"}
            and any(c.dep_ in {"pcomp", "pobj"} and c.ent_type_ not in {"DATE", "TIME"} for c in child.children)
        )
        if not is_infinitive and not (is_charge and child.lower_ == "of"):
            continue
        start = next((c.i for c in child.lefts if c.lower_ == "to"), child.i) if is_infinitive else child.i
        head = child if is_infinitive else next(c for c in child.children if c.dep_ in {"pcomp", "pobj"})
        inner = next((c for c in head.rights if c.dep_ in {"dobj", "attr", "acomp"}), None) if is_verb(head) else head
        end = phrase_range(inner)[1] if inner is not None else head.i + 1
        words = parsed.span(parsed.doc[start : max(end, start + 1)]).slice(text)
        return words if len(words) <= _MAX_COMPLEMENT else ""
    return ""


def _place(arguments: Arguments, linker: EntityLinker) -> str:
    if arguments.place is None or arguments.place_source is not FactOrigin.CLAUSE:
        return ""
    entity = linker.entities[arguments.place]
    return entity.name if entity.type is EntityType.PLACE else ""


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _words(text: str, parsed: ParsedBlock, noun: Token) -> str:
    start, end = phrase_range(noun)
    return _plain(parsed.span(parsed.doc[start:end]).slice(text))


def _preposition(verb: Token) -> str:
    return next((c.text for c in verb.rights if c.dep_ == "prep" and c.lower_ in {"on", "against", "at", "with", "to"}), "")


def _name(text: str, arguments: Arguments, role: ParticipantRole | None, linker: EntityLinker) -> str:
    for participant in arguments.participants:
        is_wanted = (
            participant.role is role if role else participant.role in {ParticipantRole.RECIPIENT, ParticipantRole.VICTIM}
        )
        if not is_wanted:
            continue
        words = participant.span.slice(text)
        if words.lower() in PRONOUNS or _is_name_of(participant.span, participant.entity, linker):
            if participant.entity is not None:
                return linker.entities[participant.entity].name
            return _SOMEBODY.get(words.lower(), "")
        return _plain(words)
    return ""


def _is_name_of(span: Span, entity: int | None, linker: EntityLinker) -> bool:
    """True when the words are little more than a mention of the entity, so that its full name says the same."""
    mention = linker.mention_at(span)
    if entity is None or mention is None or mention.entity != entity:
        return False
    return span.end - span.start <= mention.span.end - mention.span.start + 5


def _plain(words: str) -> str:
    lowered = words.lower()
    if lowered.startswith("many as "):
        return f"as {words}"
    return next((words[len(d) :] for d in _DROPPED if lowered.startswith(d)), words)
