"""Whether two names may be names of one: "Harlan T. Moore" and "Hal Moore", "Tories" and "Conservatives".

A pair is a suggestion for people to decide on, never a merge by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from retrieval.extraction.entities.names import GIVEN_NAMES, PARTICLES, WORDS, name_key
from retrieval.models import EntityType, Likeness

_FORMS = frozenset(
    {"party", "movement", "front", "union", "alliance", "group", "company", "bank", "club", "airlines", "airways"}
)
_BODIES = frozenset({EntityType.ORGANIZATION, EntityType.GROUP})
_LITTLE = PARTICLES | {"of", "the", "and", "for", "in", "on"}
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


def _rows(name: str) -> Iterator[str]:
    text = (files("retrieval.extraction") / "lexicons" / name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _nicknames() -> dict[str, set[int]]:
    families: dict[str, set[int]] = {}
    for number, line in enumerate(_rows("nicknames.txt")):
        for name in line.split():
            families.setdefault(name, set()).add(number)
    return families


@lru_cache(maxsize=1)
def _bodies() -> dict[str, int]:
    return {name_key(name): number for number, line in enumerate(_rows("bodies.tsv")) for name in line.split("\t")}


def bucket_keys(kind: EntityType, key: str) -> list[str]:
    """Keys of which two names that may be one share at least one, so that only few pairs need a look."""
    words = key.split()
    if kind is EntityType.PERSON:
        return [word for word in words if word not in _SUFFIXES][-1:] if len(words) > 1 else []
    if kind not in _BODIES:
        return []
    keys = [words[0].removesuffix("s")]
    if len(words) > 1:
        keys.append("".join(word[0] for word in words if word not in _LITTLE))
    if (body := _bodies().get(key)) is not None:
        keys.append(f"body {body}")
    return keys


def likeness(kind: EntityType, one: str, other: str) -> Likeness | None:
    """Why the entities of two normal forms, of type ``kind``, may be one; None where nothing speaks for it."""
    first, second = one.split(), other.split()
    if kind is EntityType.PERSON:
        return _same_person(first, second)
    if kind not in _BODIES:
        return None
    if (body := _bodies().get(one)) is not None and body == _bodies().get(other):
        return Likeness.KNOWN_NAMES
    short, long = sorted((first, second), key=len)
    if len(short) == 1 and len(long) > 2 and "".join(word[0] for word in long if word not in _LITTLE) == short[0]:
        return Likeness.ACRONYM
    stem = short[0].removesuffix("s")
    is_short = len(short) == 1 and len(long) == 2 and long[0].removesuffix("s") == stem and len(stem) > 3
    return Likeness.SHORTER_NAME if is_short and (long[1] in _FORMS or long[1] in WORDS["name_suffix"]) else None


def _same_person(one: list[str], other: list[str]) -> Likeness | None:
    one = [word for word in one if word not in _SUFFIXES]
    other = [word for word in other if word not in _SUFFIXES]
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-1]:
        return None
    if not _middles_agree(one[1:-1], other[1:-1]) or not _sexes_agree(one[0], other[0]):
        return None
    if one[0] == other[0]:
        return Likeness.SHORTER_NAME
    return Likeness.GIVEN_NAME if _same_given(one[0], other[0]) else None


def _same_given(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return long.startswith(short)
    families = _nicknames()
    if families.get(short, set()) & families.get(long, set()):
        return True
    return len(short) > 2 and long.startswith(short)


def _middles_agree(one: list[str], other: list[str]) -> bool:
    """False for "John A. Moore" and "John B. Moore"; a missing middle name agrees with any."""
    return all(a.startswith(b) or b.startswith(a) for a, b in zip(one, other, strict=False))


def _sexes_agree(one: str, other: str) -> bool:
    sexes = {sex for name in (one, other) if (sex := GIVEN_NAMES.get(name.title()))}
    return len(sexes) < 2
