"""Text positions in other units than code points, and text fragments for links."""

from __future__ import annotations

import re
from urllib.parse import quote

from schema.enums import OffsetUnit

_LONGEST_WHOLE = 200
_END_WORDS = 6
_CONTEXT_WORDS = 3


def to_unit(text: str, position: int, unit: OffsetUnit) -> int:
    """``position``, counted in code points of ``text``, counted in ``unit``."""
    if unit is OffsetUnit.CODE_POINT or text.isascii():
        return position
    before = text[:position]
    if unit is OffsetUnit.UTF16:
        return len(before.encode("utf-16-le", "surrogatepass")) // 2
    return len(before.encode("utf-8", "surrogatepass"))


def text_fragment(words: str, prefix: str = "", suffix: str = "") -> str:
    """The value of a ``:~:text=`` directive that finds ``words`` between ``prefix`` and ``suffix`` (WICG, Text Fragments).

    Long words, and those that run over a line's end (browsers match an exact text inside one block only), are given by how
    they begin and end. Of prefix and suffix only whole words of the same line are used.
    """
    lines = [line.split() for line in words.splitlines() if line.strip()]
    if not lines:
        return ""
    start, end = lines[0], lines[-1]
    parts = [_escaped(start)]
    if len(lines) > 1 or (len(words) > _LONGEST_WHOLE and len(start) >= 2 * _END_WORDS):
        parts = [_escaped(start[:_END_WORDS]), _escaped(end[-_END_WORDS:])]
    if before := _last_line(prefix).split()[1:][-_CONTEXT_WORDS:]:
        parts.insert(0, _escaped(before) + "-")
    if after := _first_line(suffix).split()[:-1][:_CONTEXT_WORDS]:
        parts.append("-" + _escaped(after))
    return ",".join(parts)


def _last_line(text: str) -> str:
    return re.split(r"[\r\n]", text)[-1]


def _first_line(text: str) -> str:
    return re.split(r"[\r\n]", text)[0]


def _escaped(words: list[str]) -> str:
    # A hyphen marks a prefix or suffix in a directive, and quote() leaves it alone.
    return quote(" ".join(words), safe="", errors="replace").replace("-", "%2D")
