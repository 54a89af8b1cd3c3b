from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.integrations.haystack import DatelineDocumentStore


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run Haystack's own asynchronous tests, which are marked for a plugin that we do not have."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def document_store(tmp_path: Path) -> Iterator[DatelineDocumentStore]:
    """An empty store that makes no vectors and looks for no facts."""
    store = DatelineDocumentStore(str(tmp_path / "news.db"), embedder=None, extract_facts=False)
    yield store
    store.close()
