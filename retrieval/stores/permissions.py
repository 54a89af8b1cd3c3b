"""Who may read an archive's files: its owner."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def make_file(path: Path) -> None:
    """Make an empty file that its owner alone may read; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE_MODE))


def make_private(folder: Path) -> None:
    """Let the owner alone read what others put into a folder with modes of their own, such as a library's files."""
    for path in folder.rglob("*"):
        with suppress(OSError):  # a writer may have thrown it away meanwhile
            mode = FOLDER_MODE if path.is_dir() else FILE_MODE
            if path.stat().st_mode & 0o777 != mode:
                path.chmod(mode)
