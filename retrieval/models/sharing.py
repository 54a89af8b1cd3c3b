"""Values that are never changed, and so are handed on as they are."""

from __future__ import annotations

from typing import Self


class Shared:
    """A value that `copy.deepcopy` gives back as it is: for what is frozen and refers to what is large, or is open."""

    __slots__ = ()

    def __deepcopy__(self, memo: object) -> Self:
        return self
