"""Every package that the code imports is declared in pyproject.toml, and constraints.txt pins it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OURS = ("api", "retrieval", "schema")


def names(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in requirements}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> Iterator[tuple[Path, str]]:
    for folder in OURS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((path, alias.name.partition(".")[0]) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield path, node.module.partition(".")[0]


def test_every_imported_package_is_declared() -> None:
    declared = names(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        declared |= names(extra)
    distributions = packages_distributions()
    undeclared = {
        (package, str(path.relative_to(ROOT)))
        for path, package in imported()
        if package not in sys.stdlib_module_names
        and package not in OURS
        and package in distributions
        and not declared & {_normal(name) for name in distributions[package]}
    }
    assert undeclared == set()


def test_every_dependency_is_pinned_in_the_constraints() -> None:
    pinned = names((ROOT / "constraints.txt").read_text("utf-8").splitlines())
    assert names(PROJECT["dependencies"]) - pinned == set()
