"""What of the index's files is in memory: read ahead where it will be wanted, given back where it is too much.

What a search reads of a mapped file, and what lies around it, counts as the process' memory from then on. Giving pages back
costs no more than mapping them again: they stay in the kernel's cache, which all processes share.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import lru_cache
from mmap import PAGESIZE
from pathlib import Path
from typing import Any

# Linux' number. Other systems have no /proc, and nothing is given back there.
_DONTNEED = 4
_CHUNK = 1 << 20


def read_ahead(folder: Path) -> None:
    """Read the files in a folder once, so that they are in the kernel's cache, which is no process' memory.

    A graph's search reads from all over its file: each of the first would wait for the disk a thousand times. (The advice
    POSIX_FADV_WILLNEED reads no more of a file than one readahead.)
    """
    buffer = bytearray(_CHUNK)
    for path in folder.rglob("*"):
        # A writer may throw one away meanwhile.
        with suppress(OSError), path.open("rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def mapped_bytes() -> int:
    """How much of all mapped files is in this process' memory; 0 where that is not known."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[2]) * PAGESIZE
    except OSError:
        return 0


def give_back(folder: Path) -> None:
    """Unmap what is in memory of the files in a folder that are open read-only. Who reads them next maps it again."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return
    folder = folder.resolve()
    for line in lines:
        span, access, _, _, _, *path = line.split(maxsplit=5)
        if path and access.startswith("r--") and Path(path[0]).parent == folder:
            start, end = (int(part, 16) for part in span.split("-"))
            _madvise()(start, end - start, _DONTNEED)


@lru_cache(maxsize=1)
def _madvise() -> Any:
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return advise
