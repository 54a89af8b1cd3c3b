"""Questions whose verb the parser misses, in the order of a clause: "why the court did halt" for "why did the court halt".

The small model is trained on few questions and takes a verb behind its noun for another noun ("the coalition pause") in
about every third question with "did".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from spacy.pipeline import Lemmatizer
from spacy.tokens import Doc, Token

from retrieval.extraction.language.parsing import load_language, parse_text
from retrieval.questions.lexicon import AUXILIARIES, WH_WORDS
from retrieval.text.words import is_stop_word, word_set

_SUBJECT_ENDS = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADV"})
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj"})
_PARTICIPLES = frozenset({"VBN", "VBG", "VBD"})
_BASE = frozenset({"VB", "VBP"})
# Of "is expected to" the verb that counts comes after.
_PLANS = word_set("going expected planned scheduled supposed set meant")
# As long, and never followed by a noun, so that a verb is taken for one.
_MODALS = {"did": "can", "does": "must"}


def put_in_order(body: str, doc: Doc) -> tuple[str, Doc, int] | None:
    """The question as a clause, its parse, and where its wh-phrase ends; None where the parse has found its verb.

    >>> put_in_order("why did the court halt work?", parse("why did the court halt work?"))[0]
    'why the court did halt work?'
    """
    auxiliary = _auxiliary(doc)
    if auxiliary is None or _has_verb(auxiliary):
        return None
    for verb in _candidates(doc, auxiliary):
        before, subject = body[: auxiliary.idx], body[auxiliary.idx + len(auxiliary) : verb.idx].strip()
        text = f"{before}{subject} {auxiliary.lower_} {body[verb.idx :]}"
        start = len(before)
        end = start + len(subject) + 1
        for word in (auxiliary.lower_, _MODALS.get(auxiliary.lower_)):
            if word is None:
                continue
            parsed = parse_text(f"{text[:end]}{word}{text[end + len(word) :]}")
            if _is_clause(parsed, start, end):
                return text, parsed, start
    return None


def _auxiliary(doc: Doc) -> Token | None:
    """The auxiliary behind the wh-phrase."""
    for token in doc:
        if token.lower_ in AUXILIARIES:
            has_wh = any(t.lower_ in WH_WORDS for t in doc[: token.i])
            follows = doc[token.i + 1].lower_ if token.i + 1 < len(doc) else ""
            return token if has_wh and follows not in {"not", "n't"} else None
        if token.pos_ == "VERB" and token.tag_ != "VBG":
            return None
    return None


def _has_verb(auxiliary: Token) -> bool:
    """Whether the parse has a verb for the auxiliary, with the subject between them."""
    verb = auxiliary.head
    if verb == auxiliary or verb.pos_ != "VERB" or verb.i < auxiliary.i:
        return False
    if AUXILIARIES[auxiliary.lower_] not in {"do", "modal"}:
        return True
    has_subject = any(t.dep_ in _SUBJECTS for t in verb.children)
    return has_subject and verb.tag_ in _BASE


def _candidates(doc: Doc, auxiliary: Token) -> Iterator[Token]:
    """Tokens that may be the verb, the last first: what follows it is shorter than what its subject may be."""
    kind = AUXILIARIES[auxiliary.lower_]
    is_object = doc[auxiliary.i - 1].lower_ in {"who", "what", "whom"}
    last = next((t for t in reversed(doc) if t.text[0].isalnum()), auxiliary)
    for token in reversed(doc[auxiliary.i + 2 :]):
        subject = doc[auxiliary.i + 1 : token.i]
        if subject[-1].pos_ not in _SUBJECT_ENDS or is_stop_word(token.text):
            continue
        if kind in {"do", "modal"}:
            if token.text.islower() and token.lower_ in _verbs():
                yield token
        elif (
            kind == "be"
            and (token.tag_ in _PARTICIPLES or _is_gerund(token))
            and token.lower_ not in _PLANS
            and subject[-1].pos_ != "PRON"
        ):
            # "who is the man charged with it" asks for the man, "what was he charged with" for the charge
            is_plain = token.text.endswith("ing") and not any(t.pos_ in {"ADP", "VERB", "ADV"} for t in subject)
            if not is_object or is_plain or last.pos_ in {"ADP", "ADV"} or token.i == last.i:
                yield token


def _is_gerund(token: Token) -> bool:
    return token.tag_ == "NN" and token.dep_ == "attr" and token.text.endswith("ing")


def _is_clause(doc: Doc, start: int, end: int) -> bool:
    """Whether the verb behind the auxiliary at ``end`` is the main one, and all from ``start`` to there its subject."""
    moved = next((t for t in doc if t.idx == end), None)
    if moved is None or moved.i + 1 >= len(doc):
        return False
    root = doc[moved.i + 1]
    if root.dep_ != "ROOT" or root.pos_ != "VERB":
        return False
    subject = next((t for t in root.children if t.dep_ in _SUBJECTS and start <= t.idx < end), None)
    if subject is None:
        return False
    held = {t.i for t in subject.subtree}
    return all(t.i in held for t in doc if start <= t.idx < end and t.pos_ != "ADV" and not t.is_punct)


@cache
def _verbs() -> frozenset[str]:
    """The base forms of the model's lemmatizer."""
    lemmatizer = load_language().get_pipe("lemmatizer")
    if not isinstance(lemmatizer, Lemmatizer) or not lemmatizer.lookups.has_table("lemma_index"):
        return frozenset()
    return frozenset(lemmatizer.lookups.get_table("lemma_index")["verb"])
