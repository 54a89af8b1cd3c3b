"""Natural spacing for text that a data set stores tokenised, with the offsets carried along."""

from __future__ import annotations

import re

_EDIT = re.compile(
    r"(?P<opening>`` ?)"
    r"|(?P<closing> ?'')"
    r"|(?P<range>(?<=\d) (?:--|–) (?=\d))"
    r"|(?P<dash>(?<= )--(?= ))"
    r"|(?P<hyphen>(?<=\w) - (?=\w))"
    r"|(?P<before> (?=[,;:?!)\]%](?:\s|$|[.,;)\]'])|(?:'(?:s|re|ve|ll|d|m)|n't)\b))"
    r"|(?P<after>(?<=[(\[$£€#]) )"
    r"|(?P<stop>(?<=[\w)\]%'\"]) (?=\.(?:\s|$|[)'])))"
)


def detokenise(text: str) -> tuple[str, list[int]]:
    """The text with natural spacing, and for each old offset (0 to ``len(text)``) the offset it has now.

    Undoes the Penn Treebank habits of the Natural Questions texts: blanks around punctuation, paired back-quotes and
    apostrophes as quotation marks, blanks around hyphens.
    """
    pieces: list[str] = []
    moved: list[int] = []
    length = 0
    position = 0
    for edit in _EDIT.finditer(text):
        pieces.append(text[position : edit.start()])
        moved.extend(range(length, length + edit.start() - position))
        length += edit.start() - position
        replacement = _replacement(edit)
        moved.extend([length] * (edit.end() - edit.start()))
        pieces.append(replacement)
        length += len(replacement)
        position = edit.end()
    pieces.append(text[position:])
    moved.extend(range(length, length + len(text) - position + 1))
    return "".join(pieces), moved


def _replacement(edit: re.Match[str]) -> str:
    match edit.lastgroup:
        case "opening" | "closing":
            return '"'
        case "range" | "dash":
            return "–"
        case "hyphen":
            return "-"
        case _:
            return ""
