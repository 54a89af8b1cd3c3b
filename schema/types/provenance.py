"""What every type stands on: ids, and pointers to characters."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

import strawberry

from retrieval import models
from schema import ids
from schema.context import Context, Info
from schema.decorators import interface, object_type, resolver
from schema.enums import OffsetUnit
from schema.node_registry import find, loader
from schema.offsets import text_fragment, to_unit
from schema.scalars import URI
from schema.types.references import ArticleRef, Later, PassageRef

# An article's id, a span in it, and the text noted when a fact was read there (None where none was).
CitedPlace: TypeAlias = tuple[str, models.Span, str | None]

Unit: TypeAlias = Annotated[OffsetUnit, strawberry.argument(description="What is counted.")]


@interface
class Node:
    """Something with an id of its own, which `node` finds again."""

    id: strawberry.ID = strawberry.field(description="Opaque, unique among all types, stable while the thing is the same.")


@object_type
class TextSpan:
    """A stretch of `Article.text`: half-open, `[start, end)`."""

    article_id: strawberry.Private[str]
    span: strawberry.Private[models.Span]

    @resolver
    def start(self, info: Info, unit: Unit = OffsetUnit.CODE_POINT) -> Later[int]:
        """The position of the first character."""
        return self._position(info, self.span.start, unit)

    @resolver
    def end(self, info: Info, unit: Unit = OffsetUnit.CODE_POINT) -> Later[int]:
        """The position after the last character."""
        return self._position(info, self.span.end, unit)

    def _position(self, info: Info, position: int, unit: OffsetUnit) -> Later[int]:
        return position if unit is OffsetUnit.CODE_POINT else self._convert(info, position, unit)

    async def _convert(self, info: Info, position: int, unit: OffsetUnit) -> int:
        return to_unit((await find(info.context, "Article", self.article_id)).text, position, unit)


@object_type
class Citation(Node):
    """A checkable pointer: `text` is `article.text` from `span.start` to `span.end`, sliced again for this response."""

    model: strawberry.Private[models.Citation]
    span: TextSpan = strawberry.field(description="Where the words stand.")
    text: str = strawberry.field(description="The words, exactly as they stand in the article.")
    prefix: str = strawberry.field(description="Up to 40 characters before them.")
    suffix: str = strawberry.field(description="Up to 40 characters after them.")
    article_revision: int = strawberry.field(description="The revision of the article that the span counts in.")
    text_sha256: str = strawberry.field(description="SHA-256 of the article's text as UTF-8, in hexadecimal.")
    verified: bool = strawberry.field(
        description="Whether the stored text still has its SHA-256 and the words are those that the fact was read from."
    )

    @classmethod
    def of(cls, model: models.Citation) -> Citation:
        """From the library's value."""
        return cls(
            id=ids.citation_id(ids.CitationKey(model.article_id, model.revision, model.span)),
            model=model,
            span=TextSpan(article_id=model.article_id, span=model.span),
            text=model.text,
            prefix=model.prefix,
            suffix=model.suffix,
            article_revision=model.revision,
            text_sha256=model.text_sha256,
            verified=model.verified,
        )

    @resolver
    def article(self, info: Info) -> Later[ArticleRef]:
        """The article that is cited."""
        return find(info.context, "Article", self.model.article_id)

    @resolver
    def passage(self, info: Info) -> Later[PassageRef | None]:
        """The passage that the words begin in; null where they stand outside the body, in the title say."""
        return find(info.context, "Passage holding", (self.model.article_id, self.model.span))

    @resolver
    async def deep_link(self, info: Info) -> URI | None:
        """The article's URL with a text fragment that makes browsers show the words; null unless it is http or https."""
        article = await find(info.context, "Article", self.model.article_id)
        if article.url is None or urlsplit(article.url).scheme not in {"http", "https"}:
            return None
        # A context that the site sets apart would break the link, so give it only where the words alone are not enough.
        around = (self.prefix, self.suffix) if article.text.count(self.text) > 1 else ("", "")
        joint = "" if "#" in article.url else "#"
        return URI(f"{article.url}{joint}:~:text={text_fragment(self.text, *around)}")


def cite(info: Info, article_id: str, span: models.Span, expected: str | None) -> Awaitable[Citation]:
    """A checked citation of ``span``; ``expected`` is the text that was noted when the fact was read there."""
    context = info.context
    return context.loaders.many("citations", partial(_cite_all, context)).load((article_id, span, expected))


async def _cite_all(context: Context, places: list[CitedPlace]) -> list[Citation]:
    ids_ = list(dict.fromkeys(article_id for article_id, _, _ in places))
    found = dict(zip(ids_, await loader(context, "Article").load_many(ids_), strict=True))

    def cite_each(places: list[CitedPlace]) -> list[Citation]:
        return [
            Citation.of(context.archive.cite(found[article_id].model, span, expected=expected))
            for article_id, span, expected in places
        ]

    return await context.run(cite_each, places)
