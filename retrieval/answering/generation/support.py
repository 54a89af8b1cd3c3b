"""Whether a statement is supported by the passages that it cites.

Each check can only refuse: a statement passes when its quotes stand in the passages, its numbers, names and dates do too,
it is as negative and no surer than the quoted words, and its words are theirs. What passes may still turn around who does
what to whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from retrieval.answering.evidence.sentences import parse, words_of
from retrieval.answering.generation.llm_prompt import DraftStatement, is_instruction
from retrieval.extraction.language.parsing import name_text
from retrieval.models import Hit, Span
from retrieval.questions.question import Question
from retrieval.text.quantities import iter_quantities
from retrieval.text.words import is_light, is_stop_word, similarity, word_set

# Set by hand: a paraphrase may take a third of its words from elsewhere, half where the quoted sentences are concerned.
_WORDS_IN_PASSAGES = 0.67
_WORDS_IN_SENTENCES = 0.5
_QUESTION_TERMS = 0.25
_SAME = 0.8  # of `similarity`: the words of one group and better

_NEGATORS = word_set("no not n't never neither nor none nobody nothing nowhere without cannot")
_REVERSERS = word_set("""deny denial refuse refusal reject rejection decline fail failure refute dispute lack avoid prevent
    doubt disprove unlikely impossible false untrue""")
_MODALS = word_set(
    "will 'll would may might could should shall if unless reportedly allegedly possibly perhaps maybe likely"
)
_EXPECTATIONS = word_set("""expect plan intend hope fear want propose threaten promise pledge vow urge demand request
    allege accuse suspect claim rumour rumor consider possible probable potential supposed purported set due""")
_OWN_CLAUSE = frozenset({"conj", "advcl", "relcl", "acl", "appos", "parataxis"})
_MODIFIERS = frozenset({"neg", "det", "advmod", "preconj", "aux", "mark"})
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_MONTHS_AND_DAYS = word_set("""january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday""")
_QUOTES = "\"'“”‘’`´«»"
_DASHES = "-–—‐‑"


@dataclass(frozen=True, slots=True)
class Quoted:
    """Quoted words where they stand in the article of a hit."""

    hit: Hit
    span: Span


@dataclass(frozen=True, slots=True)
class Supported:
    """A statement that passed; ``support`` (0 to 1) is the share of its words that cited sentences and passages have."""

    text: str
    quoted: tuple[Quoted, ...]
    support: float


def check_statement(statement: DraftStatement, question: Question, hits: Sequence[Hit]) -> Supported | None:
    """The statement with its quotes found, or None where it is not supported."""
    text = " ".join(statement.text.split())
    quoted = [_locate(citation.quote, citation.passage, hits) for citation in statement.citations]
    found = tuple(dict.fromkeys(place for place in quoted if place is not None))
    if not text or not found or None in quoted or is_instruction(text):
        return None
    doc = name_text(parse(text))
    contexts = [_Context.of(place) for place in found]
    sources = [" ".join(t.split()) for place in found for t in (place.hit.passage.text, place.hit.article.title)]
    if not _has_numbers(text, sources) or not _has_names(doc, sources):
        return None
    if any(map(_is_negative, doc)) != any(context.is_negative for context in contexts):
        return None
    if any(context.is_unreal for context in contexts) and not any(map(_is_unreal, doc)):
        return None
    near = {word for context in contexts for word in context.words}
    wide = near | {word for source in sources for word in words_of(source)}
    in_sentences, in_passages = _share(doc, near), _share(doc, wide)
    if in_sentences < _WORDS_IN_SENTENCES or in_passages < _WORDS_IN_PASSAGES or not _has_predicate(doc, near):
        return None
    titles = {word for place in found for word in words_of(place.hit.article.title)}
    if not _is_relevant(question, near | titles | set(words_of(text))):
        return None
    return Supported(text, found, round((in_sentences + in_passages) / 2, 4))


@dataclass(frozen=True, slots=True)
class _Context:
    """The words, as written and as lemmas, of the sentences that quoted ones stand in; whether those are denied, and
    whether they are only expected, possible or alleged.
    """

    words: frozenset[str]
    is_negative: bool
    is_unreal: bool

    @classmethod
    def of(cls, place: Quoted) -> _Context:
        passage = place.hit.passage
        doc = parse(passage.text)
        start, end = place.span.start - passage.span.start, place.span.end - passage.span.start
        tokens = [t for t in doc if t.idx < end and start < t.idx + len(t)]
        words = frozenset(word for t in tokens for near in t.sent for word in (near.text, near.lemma_) if near.is_alpha)
        governing = list(_governing(tokens))
        return cls(words, any(map(_is_negative, governing)), any(map(_is_unreal, governing)))


def _locate(quote: str, passage: int, hits: Sequence[Hit]) -> Quoted | None:
    """Where the quote stands; white space, kinds of quotation marks and dashes, and the marks around it do not matter."""
    words = quote.strip().strip(_QUOTES + "…").removesuffix("...").split()
    if not 1 <= passage <= len(hits) or not any(not is_stop_word(word) for word in words_of(" ".join(words))):
        return None
    hit = hits[passage - 1]
    pattern = r"\s+".join("".join(map(_any_mark, word)) for word in words)
    match = re.search(rf"(?<!\w){pattern}(?!\w)", hit.passage.text) if words else None
    if match is None:
        return None
    return Quoted(hit, Span(hit.passage.span.start + match.start(), hit.passage.span.start + match.end()))


def _any_mark(character: str) -> str:
    for marks in (_QUOTES, _DASHES):
        if character in marks:
            return f"[{re.escape(marks)}]"
    return re.escape(character)


def _has_numbers(text: str, sources: Sequence[str]) -> bool:
    known = [number for source in sources for number in _numbers(source)]
    return all(
        any(value == other and (unit == other_unit or None in (unit, other_unit)) for other, other_unit in known)
        for value, unit in _numbers(text)
    )


def _numbers(text: str) -> Iterator[tuple[float, str | None]]:
    """Every number with its unit; the parts of dates and ordinals too."""
    spans = []
    for quantity in iter_quantities(text):
        value = quantity.value
        spans.append(quantity.span)
        yield value.value, value.unit
        if value.high is not None:
            yield value.high, value.unit
    for match in _DIGITS.finditer(text):
        if not any(span.start <= match.start() < span.end for span in spans):
            yield float(match[0].replace(",", "")), None


def _has_names(doc: Doc, sources: Sequence[str]) -> bool:
    known = {word.lower().removesuffix("'s").removesuffix("’s") for source in sources for word in words_of(source)}
    return all(any(_is_same_name(name, word) for word in known) for name in _names(doc))


def _names(doc: Doc) -> Iterator[str]:
    """Capitalised words, months and days of the week among them; the first of a sentence only where it is a name."""
    for token in doc:
        if not token.is_alpha or not token.text[0].isupper() or is_stop_word(token.text):
            continue
        if not token.is_sent_start or token.pos_ == "PROPN" or token.ent_type_:
            yield token.lower_


def _is_same_name(name: str, word: str) -> bool:
    """Iraq for Iraqi, Jan for January."""
    if name == word:
        return True
    short, long = sorted((name, word), key=len)
    if long in _MONTHS_AND_DAYS:
        return len(short) >= 3 and long.startswith(short)
    return len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 3


def _is_negative(token: Token) -> bool:
    return token.dep_ == "neg" or token.lower_ in _NEGATORS or token.lemma_.lower() in _REVERSERS


def _is_unreal(token: Token) -> bool:
    return token.lower_ in _MODALS or token.lemma_.lower() in _EXPECTATIONS


def _governing(tokens: Sequence[Token]) -> Iterator[Token]:
    """The words themselves, those above them in the same clause, and what hangs on those: "denied that", "did not"."""
    yield from tokens
    inside = {token.i for token in tokens}
    for token in tokens:
        above = token
        while above.i in inside and above.head.i != above.i and above.dep_ not in _OWN_CLAUSE:
            above = above.head
        while above.i not in inside:
            yield above
            yield from (child for child in above.children if child.dep_ in _MODIFIERS)
            if above.head.i == above.i or above.dep_ in _OWN_CLAUSE:
                break
            above = above.head
        yield from (child for child in token.children if child.dep_ in _MODIFIERS)


def _content(doc: Doc) -> list[str]:
    return [t.text for t in doc if t.is_alpha and not is_stop_word(t.text) and not is_light(t.lemma_)]


def _share(doc: Doc, words: set[str]) -> float:
    content = _content(doc)
    return sum(_has(words, word) for word in content) / len(content) if content else 0.0


def _has(words: set[str], word: str) -> bool:
    return any(similarity(word, other) >= _SAME for other in words)


def _has_predicate(doc: Doc, words: set[str]) -> bool:
    """Whether the main verb is one of the quoted sentences'; "is" and "has" say nothing by themselves."""
    roots = [sentence.root for sentence in doc.sents]
    return all(is_stop_word(r.text) or is_light(r.lemma_) or _has(words, r.lemma_) for r in roots)


def _is_relevant(question: Question, words: set[str]) -> bool:
    weights = sum(term.weight for term in question.terms)
    shared = sum(t.weight for t in question.terms if any(_has(words, part) for part in (t.lemma, *t.text.split())))
    return not weights or shared / weights >= _QUESTION_TERMS
