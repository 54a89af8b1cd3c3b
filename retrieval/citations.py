"""Checked pointers into stored text."""

from __future__ import annotations

from hashlib import sha256

from retrieval.errors import InputError
from retrieval.models import Article, Citation, Span

CONTEXT_CHARACTERS = 40


def cite(article: Article, span: Span, *, expected: str | None = None, revision: int | None = None) -> Citation:
    """A citation of ``span`` that is sliced anew and checked.

    ``expected`` is the text that extraction noted for the span; ``verified`` is False when the stored text no longer has
    its sha256, when the slice differs from ``expected``, or when ``revision`` is another than the article's.

    Raises:
        InputError: the span is empty or reaches outside the text.
    """
    if not 0 <= span.start < span.end <= len(article.text):
        message = f"span {span.start}-{span.end} is not inside article {article.id} of {len(article.text)} characters"
        raise InputError(f"{message}; cite a span of its text")
    text = span.slice(article.text)
    is_unchanged = sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest() == article.sha256
    return Citation(
        article_id=article.id,
        revision=article.revision,
        span=span,
        text=text,
        prefix=article.text[max(0, span.start - CONTEXT_CHARACTERS) : span.start],
        suffix=article.text[span.end : span.end + CONTEXT_CHARACTERS],
        text_sha256=article.sha256,
        verified=is_unchanged and expected in (None, text) and revision in (None, article.revision),
    )
