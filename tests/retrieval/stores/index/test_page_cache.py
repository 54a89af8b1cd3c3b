"""What the kernel keeps of files, as `fincore` counts it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from retrieval.stores.index.local.page_cache import read_ahead


@pytest.mark.skipif(shutil.which("fincore") is None, reason="needs util-linux")
def test_files_that_are_read_ahead_are_in_the_kernels_cache(tmp_path: Path) -> None:
    path = tmp_path / "vectors" / "one.graph"
    path.parent.mkdir()
    path.write_bytes(os.urandom(4_000_000))
    with path.open("rb+") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    read_ahead(tmp_path)
    assert _cached_bytes(path) >= 4_000_000


def test_a_folder_that_is_gone_is_nothing_to_read(tmp_path: Path) -> None:
    read_ahead(tmp_path / "gone")


def _cached_bytes(path: Path) -> int:
    return int(subprocess.check_output(["fincore", "--noheadings", "--bytes", "--output", "RES", path], text=True))
