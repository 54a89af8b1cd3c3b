"""What of the index's files is in memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

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
