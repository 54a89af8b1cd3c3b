"""Quotations, paired by character, over the blocks of an article."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retrieval.models import Block, Span

_DOUBLE_OPEN = "“„«"
_DOUBLE_CLOSE = "”»"
_SENTENCE_END = ".,!?…;:"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation with its marks. ``continues`` is True where it goes on from the block before (a mark may be missing)."""

    span: Span
    continues: bool = False
    is_open: bool = False


def find_quotations(text: str, blocks: Iterable[Block]) -> list[Quotation]:
    """Quotations in reading order.

    One left open ends with its block; the next block then goes on with it where it opens with a quotation mark (the usual
    way of the press) or closes one that it did not open.
    """
    found: list[Quotation] = []
    pending = False
    for block in blocks:
        in_block = _in_block(text, block.span, pending=pending)
        found.extend(in_block)
        pending = bool(in_block) and in_block[-1].is_open
    return found


def _in_block(text: str, span: Span, *, pending: bool) -> list[Quotation]:
    found: list[Quotation] = []
    start: int | None = None
    single = False
    continues = False
    for position in range(span.start, span.end):
        character = text[position]
        if start is not None and single:
            if character in "'’" and _closes_single(text, position, span.end):
                found.append(Quotation(Span(start, position + 1)))
                start, single = None, False
            elif character in '"“”':
                start, single = None, False  # an apostrophe after all
            else:
                continue
            if character in "'’":
                continue
        if character == '"':
            side = _side_of_straight(text, position, span, is_inside=start is not None)
        elif character in _DOUBLE_OPEN:
            side = "open"
        elif character in _DOUBLE_CLOSE:
            side = "close"
        elif start is None and character in "'‘" and _opens_single(text, position, span):
            start, single = position, True
            continue
        else:
            continue
        if side == "open" and start is None:
            start = position
            continues = pending and not text[span.start : position].strip()
        elif side == "close" and start is not None:
            found.append(Quotation(Span(start, position + 1), continues=continues))
            start, continues = None, False
        elif side == "close" and not found and pending:
            found.append(Quotation(Span(span.start, position + 1), continues=True))
    if start is not None and not single:
        found.append(Quotation(Span(start, span.end), continues=continues, is_open=True))
    return found


def _side_of_straight(text: str, position: int, span: Span, *, is_inside: bool) -> str:
    before = text[position - 1] if position > span.start else " "
    after = text[position + 1] if position + 1 < span.end else " "
    if is_inside:
        # A mark that clearly opens, inside an open one, means that the first was a stray; the reader closes there too.
        return "close"
    if before.isspace() or before in "([-–—/:":
        return "open" if not after.isspace() else "close"
    return "close" if after.isspace() or after in _SENTENCE_END + ")" else "open"


def _opens_single(text: str, position: int, span: Span) -> bool:
    before = text[position - 1] if position > span.start else " "
    after = text[position + 1] if position + 1 < span.end else " "
    if not (before.isspace() or before in "([") or not after.isalnum():
        return False
    # 'tis, '90s: a close must follow that looks like the end of words quoted.
    for end in range(position + 2, min(span.end, position + 600)):
        if text[end] in "'’" and _closes_single(text, end, span.end):
            return " " in text[position:end]
        if text[end] in '"“”':
            return False
    return False


def _closes_single(text: str, position: int, end: int) -> bool:
    after = text[position + 1] if position + 1 < end else " "
    before = text[position - 1]
    return not after.isalnum() and not before.isspace() and (before in _SENTENCE_END or before != "s")
