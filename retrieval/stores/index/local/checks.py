"""Whether the search index is what the catalog says, and its files as they were written."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson

from retrieval.stores.index.local.snapshot import IndexSnapshot

# What tantivy ends each file of a segment with: the footer as JSON, its length, and this number.
_MAGIC = 1337
_CHUNK = 1 << 20


def find_differences(snapshot: IndexSnapshot, passage_ids: Sequence[int], vector_ids: Sequence[int]) -> Iterator[str]:
    """How a snapshot differs from the catalog's passages and vectors, one thing a line; nothing where it does not.

    Raises:
        IndexDamaged: the index cannot be read.
    """
    parts = ("passages", snapshot.passage_ids(), passage_ids), ("vectors", snapshot.vector_ids(), vector_ids)
    for name, indexed, stored in parts:
        wanted = np.asarray(stored, np.int64)
        missing, surplus = np.setdiff1d(wanted, indexed), np.setdiff1d(indexed, wanted)
        if len(missing):
            yield f"the index lacks {len(missing)} of {len(wanted)} {name}"
        if len(surplus):
            yield f"the index holds {len(surplus)} {name} that are not in the catalog"
        if len(np.unique(indexed)) != len(indexed):
            yield f"the index holds {name} twice"


def find_damaged_files(folder: Path) -> Iterator[str]:
    """The files of tantivy's segments that are not as their checksums say. (Those of vectors are checked when opened.)"""
    meta = orjson.loads((folder / "meta.json").read_bytes())
    names = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name.partition(".")[0] in names and not _is_whole(path):
            yield f"{path.name} is damaged"


def _is_whole(path: Path) -> bool:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < 8:
            return False
        file.seek(size - 8)
        length, magic = struct.unpack("<II", file.read(8))
        end = size - 8 - length
        if magic != _MAGIC or end < 0:
            return False
        file.seek(end)
        try:
            wanted = orjson.loads(file.read(length))["crc"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return False
        file.seek(0)
        found, left = 0, end
        while left and (part := file.read(min(_CHUNK, left))):
            found, left = zlib.crc32(part, found), left - len(part)
    return bool(found == wanted)
