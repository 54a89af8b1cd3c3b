"""What every type stands on: ids, and pointers to characters."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from hashlib import sha256
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

import strawberry

from retrieval import ArchiveError, InputError, models
from retrieval.errors import ArchiveDamaged
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

Unit: TypeAlias = Annotated[OffsetUnit, strawberry.argument(description='What is counted, such as "troops".')]


@interface
class Node:
    """An object with a global id, which `Query.node` can load."""

    id: strawberry.ID = strawberry.field(
        description="A global id: opaque, unique across types, and stable for the lifetime of the object."
    )


@object_type
class TextSpan:
    """A half-open range `[start, end)` of positions in `Article.text`."""

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
    span: TextSpan = strawberry.field(description="The position of the words.")
    text: str = strawberry.field(description="The cited words, exactly as in the article.")
    prefix: str = strawberry.field(description="Up to 40 characters before them.")
    suffix: str = strawberry.field(description="Up to 40 characters after them.")
    article_revision: int = strawberry.field(description="The revision of the article to which the span refers.")
    text_sha256: str = strawberry.field(description="SHA-256 of the article's text as UTF-8, in hexadecimal.")
    verified: bool = strawberry.field(
        description=(
            "Whether the stored text still has its SHA-256 and the words are those from which the fact was extracted."
        )
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
        """The passage in which the words begin; null where they are outside the body, such as in the title."""
        return find(info.context, "Passage holding", (self.model.article_id, self.model.span))

    @resolver
    async def deep_link(self, info: Info) -> URI | None:
        """The article's URL with a text fragment (`#:~:text=`), so that a browser scrolls to the words; null unless the
        URL is http or https.
        """
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

    def cite_one(article_id: str, span: models.Span, expected: str | None) -> Citation:
        article = found[article_id].model
        try:
            return Citation.of(context.archive.cite(article, span, expected=expected))
        except InputError as error:  # nobody but the archive gave the span: it is of another text, or damaged
            if sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest() == article.sha256:
                raise ArchiveError(f"article {article_id} was revised while it was cited; ask again") from error
            raise ArchiveDamaged(f"article {article_id} is not as it was stored") from error

    def cite_each(places: list[CitedPlace]) -> list[Citation]:
        return [cite_one(*place) for place in places]

    return await context.run(cite_each, places)
