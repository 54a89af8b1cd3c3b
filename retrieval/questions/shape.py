"""The shape of a question: its wh-word, what that stands for, the main verb, and so the form and type of answer."""

from __future__ import annotations

import re

from spacy.tokens import Token

from retrieval.models import AnswerType
from retrieval.questions.lexicon import (
    AUXILIARIES,
    CLAIM_VERBS,
    FOCUS_TYPES,
    HOW_ADJECTIVES,
    SPEAKING_NOUNS,
    SPEECH_VERBS,
    WH_WORDS,
)
from retrieval.questions.parse import QuestionParse
from retrieval.questions.question import Form, Role

_REASON = re.compile(r"(?:for )?what (?:reason|caused|cause)\b|how come\b|what (?:is|was) the (?:reason|cause)\b")
_EVENTS = re.compile(
    r"^(?:what (?:else )?(?:events? )?(?:has |had |have )?(?:happened|happens|occurred|took place)"
    r"|what events? (?:are|were|is|was|have|had|has|followed|preceded)\b"
    r"|list (?:all )?(?:the )?events)",
    re.IGNORECASE,
)


def is_passive(verb: Token) -> bool:
    """Whether a verb is in the passive; in a question the parser often takes its subject and auxiliary for active ones."""
    if any(child.dep_ == "auxpass" for child in verb.children):
        return True
    return verb.tag_ in {"VBN", "VBD"} and any(c.dep_ in {"aux", "advcl"} and c.lemma_ == "be" for c in verb.lefts)


class QuestionShape(QuestionParse):
    """What is asked for, by the place of the wh-word in the parse."""

    def _wh_token(self) -> Token | None:
        for token in self.doc:
            if token.lower_ in WH_WORDS:
                is_relative = token.i > 0 and token.dep_ != "ROOT" and token.head.dep_ == "relcl"
                if not is_relative or token.i <= 2:
                    return token
        return None

    def _form_and_type(self, wh: Token | None) -> tuple[Form, AnswerType]:
        body = self.body.lower()
        if self.is_polar and self._choices():
            return Form.ARGUMENT, AnswerType.OTHER
        if self.is_polar:
            return Form.YES_NO, AnswerType.YES_NO
        if _EVENTS.match(body):
            return Form.EVENTS, AnswerType.EVENT_LIST
        if wh is None:
            return Form.KEYWORDS, AnswerType.OTHER
        if wh.lower_ == "why" or _REASON.match(body):
            return Form.REASON, AnswerType.REASON
        if wh.lower_ == "when":
            return Form.ARGUMENT, AnswerType.DATE
        if wh.lower_ == "where":
            return Form.ARGUMENT, AnswerType.PLACE
        if wh.lower_ == "how":
            return self._how(wh)
        return self._who_or_what(wh)

    def _choices(self) -> tuple[str, ...]:
        """The lemmas of the two things one of which is so: "did prices rise or fall", "is he alive or dead"; else none."""
        for token in self.doc:
            is_or = token.lower_ == "or" and token.dep_ == "cc"
            other = next((c for c in token.head.children if c.dep_ == "conj" and c.i > token.i), None) if is_or else None
            if other is not None and token.head.dep_ in {"ROOT", "acomp", "attr", "xcomp", "prep", "advmod"}:
                is_one = other.lower_ not in {"not", "so"} and token.head.pos_ == other.pos_
                return (token.head.lemma_.lower(), other.lemma_.lower()) if is_one else ()
        return ()

    def _how(self, wh: Token) -> tuple[Form, AnswerType]:
        following = self.doc[wh.i + 1].lower_ if wh.i + 1 < len(self.doc) else ""
        if following in HOW_ADJECTIVES:
            return Form.ARGUMENT, AnswerType.QUANTITY
        return Form.ARGUMENT, AnswerType.OTHER

    def _who_or_what(self, wh: Token) -> tuple[Form, AnswerType]:
        focus = self._focus(wh)
        root = self._main_verb(wh, Form.ARGUMENT)
        kind = FOCUS_TYPES.get(focus.lemma_.lower(), AnswerType.OTHER) if focus is not None else AnswerType.OTHER
        if wh.lower_ in {"who", "whom", "whose"}:
            kind = AnswerType.PERSON
        if root is None:
            return Form.ARGUMENT, kind
        role = self._asked_role(wh, root)
        if root.lemma_.lower() in SPEECH_VERBS:
            has_clause = any(child.dep_ in {"ccomp", "xcomp"} for child in root.children)
            is_speech = has_clause or root.lemma_.lower() in CLAIM_VERBS
            can_speak = focus is None or kind is not AnswerType.OTHER or focus.lemma_.lower() in SPEAKING_NOUNS
            if role is Role.SUBJECT and is_speech and can_speak and root.dep_ != "relcl":
                return Form.SPEAKER, kind if kind is not AnswerType.OTHER else AnswerType.PERSON
            has_subject = any(child.dep_ == "nsubj" and child.i > wh.i for child in root.children)
            is_naming = root.lemma_ == "call" and any(
                c.dep_ in {"dobj", "ccomp", "oprd"} and c != wh for c in root.children
            )
            if has_subject and not is_passive(root) and not is_naming and focus is None and wh.lower_ == "what":
                return Form.SPEECH, AnswerType.QUOTATION
        if root.lemma_ == "do" and wh.lower_ == "what" and role is Role.OBJECT:
            return Form.ARGUMENT, AnswerType.OTHER
        return self._copular(wh, root, kind)

    def _copular(self, wh: Token, root: Token, kind: AnswerType) -> tuple[Form, AnswerType]:
        if root.lemma_ != "be" or wh.dep_ not in {"attr", "nsubj"} or wh.head != root:
            return Form.ARGUMENT, kind
        noun = next((t for t in root.children if t != wh and t.dep_ in {"nsubj", "attr"}), None)
        if noun is None or any(t.pos_ in {"VERB", "ADJ", "ADP"} and t.i > max(c.i for c in noun.subtree) for t in self.doc):
            return Form.ARGUMENT, kind
        named = any(span.start <= noun.idx < span.end for span, _ in self.names) or noun.pos_ == "PROPN"
        is_described = any(child.dep_ in {"prep", "relcl", "acl", "poss", "compound", "amod"} for child in noun.children)
        if named and noun.pos_ == "PROPN" and not any(child.dep_ in {"prep", "relcl"} for child in noun.children):
            return Form.DEFINITION, AnswerType.DEFINITION
        if kind is AnswerType.PERSON or (is_described and FOCUS_TYPES.get(noun.lemma_.lower()) is AnswerType.PERSON):
            return Form.HOLDER, AnswerType.PERSON
        if not is_described and not any(child.dep_ == "prep" for child in noun.children):
            return Form.DEFINITION, AnswerType.DEFINITION
        return Form.ARGUMENT, FOCUS_TYPES.get(noun.lemma_.lower(), kind)

    def _attribute(self, wh: Token | None, root: Token | None) -> str | None:
        """The noun on the other side of "is"; of "the name of the X" the X."""
        if wh is None or root is None or root.lemma_ != "be" or self._focus(wh) is not None:
            return None
        noun = next(
            (t for t in root.children if t != wh and t.dep_ in {"nsubj", "attr"} and t.pos_ in {"NOUN", "PROPN"}), None
        )
        if noun is not None and noun.lemma_.lower() in {"name", "type", "kind", "title", "term"}:
            below = [c for p in noun.children if p.lower_ == "of" for c in p.children if c.dep_ == "pobj"]
            noun = below[0] if below else noun
        return str(noun.lemma_.lower()) if noun is not None else None

    def _focus(self, wh: Token | None) -> Token | None:
        """The noun that "which", "what" or "how many" stands before."""
        found = self._noun_after(wh) if wh is not None else None
        return found if found is not None and found.idx < self.asked_end else None

    def _noun_after(self, wh: Token) -> Token | None:
        for token in (wh, self.doc[wh.i + 1] if wh.i + 1 < len(self.doc) else wh):
            if (
                token.dep_ in {"det", "amod", "nummod", "poss"}
                and token.head.i > wh.i
                and token.head.pos_ in {"NOUN", "PROPN"}
            ):
                if token is not wh and token.lower_ not in {"many", "much"}:
                    continue
                return token.head
        if wh.lower_ in {"which", "what"} or (wh.i + 1 < len(self.doc) and self.doc[wh.i + 1].lower_ in {"many", "much"}):
            for token in self.doc[wh.i + 1 : wh.i + 6]:
                if token.pos_ in {"AUX", "VERB", "ADP", "DET", "PRON"}:
                    return None
                following = self.doc[token.i + 1] if token.i + 1 < len(self.doc) else None
                if token.pos_ in {"NOUN", "PROPN"} and (following is None or following.pos_ not in {"NOUN", "PROPN"}):
                    return token
        return None

    def _wh_phrase(self, wh: Token | None) -> set[int]:
        if wh is None:
            return set()
        focus = self._focus(wh)
        return set(range(wh.i, focus.i + 1)) if focus is not None else {wh.i, wh.i + 1} if self._is_how(wh) else {wh.i}

    def _is_how(self, wh: Token) -> bool:
        return wh.lower_ == "how" and wh.i + 1 < len(self.doc) and self.doc[wh.i + 1].lower_ in HOW_ADJECTIVES

    def _main_verb(self, wh: Token | None, form: Form) -> Token | None:
        if form is Form.YES_NO:
            return self._stated_verb()
        root = next((token for token in self.doc if token.dep_ == "ROOT"), None)
        if root is not None and root.pos_ in {"VERB", "AUX"}:
            return root
        after = [t for t in self.doc if (wh is None or t.i > wh.i) and t.pos_ == "VERB" and t.dep_ not in {"relcl", "acl"}]
        return after[0] if after else next((t for t in self.doc if t.lemma_ == "be"), None)

    def _stated_verb(self) -> Token | None:
        root = next((t for t in self.doc if t.dep_ == "ROOT"), None)
        if self.doc[0].lower_ in AUXILIARIES or root is None or root.pos_ not in {"VERB", "AUX"}:
            return None
        return root

    def _is_negated(self, root: Token) -> bool:
        """Whether the main verb is denied; of "who did the regime not harbour" the parse hangs "not" on the auxiliary."""
        verbs = {root, *(t for t in root.children if t.dep_ == "aux")}
        return any(token.dep_ == "neg" and token.head in verbs for token in self.doc)

    def _is_past(self, root: Token) -> bool:
        """Whether it asks what has taken place: "was", "did", "has" or a past form, and no "would" or "could"."""
        auxiliaries = {t.lower_ for t in self.doc if t.head == root and t.dep_ in {"aux", "auxpass"}}
        if auxiliaries & {"will", "would", "may", "might", "could", "should", "can", "must", "is", "are", "does", "do"}:
            return False
        return root.tag_ == "VBD" or bool(auxiliaries & {"did", "was", "were", "has", "have", "had"})

    def _asked_role(self, wh: Token | None, root: Token | None) -> Role:
        if wh is None or root is None:
            return Role.OTHER
        if self._opening_preposition(wh) is not None:
            return Role.OTHER
        focus = self._focus(wh)
        token = focus if focus is not None else wh
        roles = {
            "nsubj": Role.SUBJECT,
            "csubj": Role.SUBJECT,
            "nsubjpass": Role.OBJECT,
            "dobj": Role.OBJECT,
            "obj": Role.OBJECT,
        }
        if token.dep_ in roles and token.head.i == root.i:
            has_subject = any(c.dep_ in {"nsubj", "nsubjpass"} and c.i > token.i for c in root.children)
            return Role.OBJECT if has_subject else roles[token.dep_]
        has_subject = any(c.dep_ in {"nsubj", "nsubjpass"} and c.i > token.i for c in root.children)
        if wh.lower_ in {"who", "what", "which", "whom"} and token.dep_ != "pobj":
            if has_subject:
                return Role.OBJECT if self._preposition(wh) is None else Role.OTHER
            return Role.OBJECT if is_passive(root) else Role.SUBJECT if token.i < root.i else Role.OTHER
        return Role.OTHER

    def _opening_preposition(self, wh: Token) -> str | None:
        """The preposition right before the wh-word: "in" of "in which city", wherever the parse hangs the city."""
        before = self.doc[wh.i - 1] if wh.i > 0 else None
        return str(before.lower_) if before is not None and before.pos_ == "ADP" else None

    def _preposition(self, wh: Token | None) -> str | None:
        """The preposition that the wh-phrase hangs on: "with" of "with whom", "who did she meet with"."""
        if wh is None:
            return None
        if (opening := self._opening_preposition(wh)) is not None:
            return opening
        token = self._focus(wh) or wh
        if token.dep_ == "pobj":
            return str(token.head.lower_)
        words = [t for t in self.doc if t.text[0].isalnum()]
        if words and words[-1].pos_ == "ADP" and not any(c.dep_ == "pobj" for c in words[-1].children):
            return str(words[-1].lower_)
        return None
