"""Stages that go wrong where an article asks for it: imported by the process that reads articles, in place of its own.

"Fault: claims hang" in a text makes the stage of claims hang on it.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from retrieval.extraction import extractor, process, reading
from retrieval.ingestion import pipeline

_FAULT = re.compile(r"Fault: (\w+) (\w+)")
_FUNCTIONS = {
    "parse": (extractor, "parse_articles"),
    "entities": (extractor, "find_entities"),
    "times": (extractor, "find_times"),
    "roles": (extractor, "find_roles"),
    "claims": (extractor, "find_claims"),
    "events": (extractor, "find_events"),
    "packing": (extractor, "pack_parses"),
}


def go_wrong(how: str) -> None:
    """Raise, recurse without end, never return and keep the interpreter's lock, ask for memory without end, or die."""
    if how == "raise":
        raise IndexError("an article's own words")
    if how == "recurse":
        go_wrong(how)
    if how == "hang":
        re.match(r"(a+)+$", "a" * 60 + "b")
    if how == "exhaust":
        taken = []
        while True:
            taken.append(bytearray(1 << 26))
    if how == "die":
        os.abort()


def make_extractor() -> Any:
    """The extractor, with every stage watching for faults."""
    made = process.make_extractor()
    for stage, (module, name) in _FUNCTIONS.items():
        function = getattr(module, name)
        if not hasattr(function, "is_faulty"):
            setattr(module, name, _faulty(stage, function))
    return made


def _faulty(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        for found in _FAULT.finditer(_text(args[0])):
            if found[1] == stage:
                go_wrong(found[2])
        return function(*args, **kwargs)

    run.is_faulty = True  # type: ignore[attr-defined]
    return run


def _text(first: Any) -> str:
    """The article's text, in the first argument of whichever stage."""
    if isinstance(first, str):
        return first
    if hasattr(first, "text"):
        return str(first.text)
    parts = [part.doc.text if hasattr(part, "doc") else part[0] for part in first]
    return "\n".join(parts)


if getattr(sys.modules["__main__"].__spec__, "name", "") == "retrieval.extraction.__main__":
    # Articles are cut before an extractor is asked for.
    vars(reading)["prepare_article"] = _faulty("blocks", pipeline.prepare_article)
