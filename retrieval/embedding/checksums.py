"""Checking weights against their SHA256SUMS before they are loaded."""

from __future__ import annotations

import hashlib
from pathlib import Path

from retrieval.errors import WeightsError

SUMS = "SHA256SUMS"


def check_sums(folder: Path) -> str:
    """Check every file that SHA256SUMS names; the digest of the list, which tells one model from another.

    Raises:
        WeightsError: a file or the list is missing, or a file is not the one that was listed.
    """
    try:
        listed = (folder / SUMS).read_text()
    except OSError as error:
        raise WeightsError(f"weights {folder} cannot be read: {SUMS}: {error.strerror}; install dateline again") from error
    for line in listed.splitlines():
        expected, _, name = line.partition("  ")
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(
                f"weights {folder} cannot be read: {name}: {error.strerror}; install dateline again"
            ) from error
        if found != expected:
            raise WeightsError(
                f"weights {folder / name} are damaged: SHA-256 {found} is not {expected}; install dateline again"
            )
    return hashlib.sha256(listed.encode()).hexdigest()
