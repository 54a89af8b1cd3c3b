"""The words and names of a question that an answer's surroundings must cover."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from retrieval.extraction.language.parsing import parse_text
from retrieval.questions.lexicon import GENERIC_NOUNS
from retrieval.questions.question import Form, Role, Term
from retrieval.questions.shape import QuestionShape, is_passive
from retrieval.text.words import is_light, is_stop_word


class QuestionTerms(QuestionShape):
    """The terms, with the part that each plays beside the main verb."""

    def _focus_terms(self, wh: Token | None) -> tuple[Term, ...]:
        focus = self._focus(wh)
        if focus is None or wh is None:
            return ()
        found = []
        for token in self.doc[wh.i + 1 : focus.i + 1]:
            if is_stop_word(self._written(token)) or not token.text[0].isalnum():
                continue
            found.append(self._term(token, Role.OTHER, is_head=token == focus))
        return tuple(found)

    def _terms(self, root: Token | None, skip: set[int], form: Form) -> Iterator[Term]:
        named: set[int] = set()
        for span, entities in self.names:
            tokens = [t for t in self.doc if span.start <= t.idx < span.end]
            if not tokens or any(t.i in skip for t in tokens) or any(self._is_date(t) for t in tokens):
                continue
            named.update(t.i for t in tokens)
            head = next((t for t in tokens if t.head not in tokens), tokens[-1])
            ids = frozenset(entity.id for entity in entities)
            yield Term(span.slice(self.body), head.lemma_, self._role(head, root), 1.5, True, True, ids)
        for token in self.doc:
            if token.i in named or token.i in skip or self._is_date(token) or not token.text[0].isalnum():
                continue
            is_predicate = root is not None and token.i == root.i
            if is_stop_word(self._written(token)) or (token.pos_ == "AUX" and not is_predicate):
                continue
            if is_predicate and (is_light(token.lemma_) or token.lemma_ == "be"):
                continue
            if token.dep_ == "dobj" and is_light(token.head.lemma_) and token.lower_ == "place":
                continue  # "take place"
            if form is Form.SPEECH and token.lemma_ in {"say", "tell"} and not is_predicate:
                continue
            yield self._term(token, Role.PREDICATE if is_predicate else self._role(token, root))

    def _term(self, token: Token, role: Role, *, is_head: bool | None = None) -> Term:
        is_name = token.pos_ == "PROPN" and (token.i > 0 or self.is_polar) and not self.body.islower()
        weight = {"PROPN": 1.5, "NOUN": 1.0, "VERB": 1.0, "NUM": 1.2, "ADJ": 0.8, "ADV": 0.4}.get(token.pos_, 0.5)
        if role is Role.PREDICATE:
            weight = 1.4
        if token.lemma_.lower() in GENERIC_NOUNS:
            weight *= 0.5
        head = token.dep_ not in {"compound", "amod", "nmod", "poss", "det"} if is_head is None else is_head
        written = self._written(token)
        ids = next(
            (frozenset(e.id for e in found) for s, found in self.names if s.start <= token.idx < s.end), frozenset[str]()
        )
        lemma = written if is_name or written.isupper() else token.lemma_.lower()
        return Term(written, lemma, role, weight, is_name, head, ids)

    def _role(self, token: Token, root: Token | None) -> Role:
        if root is None:
            return Role.OTHER
        walk = token
        while walk.head != walk and walk.head.i != root.i:
            walk = walk.head
            if walk.dep_ in {"ccomp", "xcomp", "advcl", "relcl", "acl", "pcomp"}:
                return Role.EMBEDDED
        if walk.dep_ in {"ccomp", "xcomp", "advcl"}:
            return Role.EMBEDDED
        if walk.dep_ == "nsubjpass" or (walk.dep_ == "nsubj" and is_passive(root)):
            return Role.OBJECT
        if walk.dep_ in {"nsubj", "agent"}:
            return Role.SUBJECT
        return Role.OBJECT if walk.dep_ in {"dobj", "obj", "attr"} else Role.OTHER

    def _source_terms(self) -> tuple[Term, ...]:
        if not self.source:
            return ()
        doc = parse_text(self.source)
        names = self._find_names(doc, self.source)
        ids = frozenset(entity.id for _, found in names for entity in found)
        kept = [t for t in doc if t.text[0].isalnum() and not is_stop_word(t.text)]
        return tuple(Term(t.text, t.lemma_, Role.OTHER, 1.0, t.pos_ == "PROPN", t.dep_ == "ROOT", ids) for t in kept)
