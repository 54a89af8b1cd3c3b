"""The vectors of the search index: one snapshot of its segments, searched exactly or by graph.

An exact scan of half-precision vectors takes 3.4 ms for 100,000 (two shared cores); above `GRAPH_FROM` passages large
segments get graphs. A filtered query always scans what passes the filter: a graph under a filter loses a quarter of the
neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import orjson
from numpy.typing import NDArray

from retrieval.stores.index.local.vector_segments import (
    UNDATED,
    Segment,
    SegmentNote,
    VectorRow,
    build_graph,
    digest,
    find_graph,
    merge_segments,
    open_segment,
    write_segment,
)

# Above this many vectors a scan takes longer than about 7 ms.
GRAPH_FROM = 200_000
# A segment this large gets a graph; one never grows above the other, so that merging it stays within 400 MB.
GRAPH_SEGMENT_FROM = 60_000
MAX_SEGMENT = 262_144
_EF_SEARCH = 96
_faiss: Any = faiss  # its stubs lack the parameters of searches
# Articles that are gone slow a search; above this share of a segment it is written again.
_GONE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class VectorFilter:
    """Which articles: any of each group's labels, and the range of dates in seconds."""

    groups: tuple[tuple[tuple[str, str], ...], ...] = ()
    published_from: int | None = None
    published_to: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether everything passes."""
        return not self.groups and self.published_from is None and self.published_to is None


@dataclass(frozen=True, slots=True)
class VectorHit:
    """A passage found, with the cosine of the angle between its vector and the query's."""

    passage_id: int
    score: float


class VectorSnapshot:
    """The vectors as they stood at one commit. Reads only, from many threads."""

    def __init__(self, folder: Path, notes: Sequence[SegmentNote], *, before: VectorSnapshot | None = None) -> None:
        """Open the segments; those that ``before`` has open are shared with it.

        Raises:
            ValueError: a file is missing or damaged.
            OSError: a file cannot be read.
        """
        self._folder = folder
        opened = {segment.note.name: segment for segment in before.segments} if before else {}
        self.segments: tuple[Segment, ...] = tuple(
            replace(opened[note.name], note=note) if note.name in opened else open_segment(folder, note) for note in notes
        )
        self.size = sum(segment.note.rows for segment in self.segments)

    @property
    def dimensions(self) -> int | None:
        """The length of a vector; None where there is none."""
        return self.segments[0].note.dimensions if self.segments else None

    def wants_graphs(self) -> bool:
        """Whether a segment is large enough for a graph and has none on disk."""
        return any(True for _ in self._graphless())

    def build_graphs(self) -> int:
        """Write the graphs that are missing; their number. Searches use them once the snapshot is opened again."""
        built = 0
        for segment in self._graphless():
            build_graph(self._folder, segment)
            built += 1
        return built

    def _graphless(self) -> Iterable[Segment]:
        if self.size < GRAPH_FROM:
            return ()
        large = (segment for segment in self.segments if segment.note.rows >= GRAPH_SEGMENT_FROM and not segment.has_graph)
        return (segment for segment in large if find_graph(self._folder, segment.note.name) is None)

    def search(self, query: NDArray[np.float32], *, limit: int, filter_: VectorFilter | None = None) -> list[VectorHit]:
        """The passages whose vectors are nearest to the query's, best first, ties in order of id."""
        vector = np.ascontiguousarray(query, np.float32).reshape(1, -1)
        # One thread scans one query in any case; a team of them only waits for each other. (A setting of the thread.)
        faiss.omp_set_num_threads(1)
        found: list[VectorHit] = []
        for segment in self.segments:
            found.extend(_search_segment(segment, vector, limit, filter_))
        found.sort(key=lambda hit: (-hit.score, hit.passage_id))
        return found[:limit]

    def similarities(self, query: NDArray[np.float32], passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """The cosine of each of the passages; NaN for one that has no vector."""
        vectors = self.vectors(passage_ids)
        scores: NDArray[np.float32] = vectors @ np.ascontiguousarray(query, np.float32)
        return scores

    def vectors(self, passage_ids: Sequence[int]) -> NDArray[np.float32]:
        """The vector of each of the passages; NaN for one that has none."""
        wanted = np.asarray(passage_ids, np.int64)
        found = np.full((len(wanted), self.dimensions or 0), np.nan, np.float32)
        for segment in self.segments:
            places = np.searchsorted(segment.passage_ids, wanted)
            places[places == len(segment.passage_ids)] = 0
            here = np.flatnonzero(segment.passage_ids[places] == wanted)
            live = segment.live_passages()
            if live is not None:
                here = here[live[places[here]]]
            if len(here):
                found[here] = _storage(segment).reconstruct_batch(places[here].astype(np.int64))
        return found


class VectorWriter:
    """Brings the segments from one commit to the next; the files of the one before stay until `collect_garbage`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def update(
        self, before: VectorSnapshot, *, sequence: int, article_ids: Iterable[str], rows: Iterable[VectorRow]
    ) -> tuple[SegmentNote, ...]:
        """Take the articles' vectors out, and the rows in; the notes of the segments that hold the result."""
        ids = list(article_ids)
        segments: list[Segment] = []
        for segment in before.segments:
            gone = segment.find_articles(ids)
            note = segment.without(gone) if len(gone) else segment.note
            if len(note.gone) == len(segment.articles):
                continue
            segments.append(replace(segment, note=note))
        fresh = write_segment(self._folder, f"{sequence}-0", rows)
        if fresh:
            segments.append(open_segment(self._folder, fresh))
        segments = self._merge(segments, sequence)
        return tuple(segment.note for segment in segments)

    def _merge(self, segments: list[Segment], sequence: int) -> list[Segment]:
        """Merge small segments into larger ones, so that their number grows with the logarithm of the vectors'."""
        kept = sorted(segments, key=lambda segment: -segment.note.rows)
        merged: list[Segment] = []
        tail: list[Segment] = []
        rows = 0
        for segment in reversed(kept):
            wasteful = len(segment.note.gone) > _GONE_SHARE * len(segment.articles)
            small = not tail or segment.note.rows < 2 * rows
            if wasteful or (small and rows + segment.note.rows <= MAX_SEGMENT):
                tail.append(segment)
                rows += segment.note.rows
            else:
                merged.append(segment)
        if len(tail) > 1 or any(len(s.note.gone) > _GONE_SHARE * len(s.articles) for s in tail):
            note = merge_segments(self._folder, f"{sequence}-1", tail)
            tail = [open_segment(self._folder, note)] if note else []
        return merged + tail

    def collect_garbage(self, notes: Iterable[SegmentNote]) -> None:
        """Delete the files of segments that are not among the notes. Readers that have them open keep them."""
        kept = {note.name for note in notes}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name.split(".")[0] not in kept:
                    path.unlink(missing_ok=True)


def pack_notes(notes: Sequence[SegmentNote]) -> str:
    """The notes as text, for the index to keep."""
    return orjson.dumps([asdict(note) for note in notes]).decode()


def unpack_notes(packed: str) -> tuple[SegmentNote, ...]:
    """The notes again.

    Raises:
        ValueError: the text is no such list.
    """
    try:
        return tuple(SegmentNote(**{**note, "gone": tuple(note["gone"])}) for note in orjson.loads(packed))
    except (TypeError, KeyError) as error:
        raise ValueError(f"the index's list of segments is damaged: {error!r}") from error


def _storage(segment: Segment) -> Any:
    return faiss.downcast_index(segment.vectors.storage) if segment.has_graph else segment.vectors


def _search_segment(
    segment: Segment, vector: NDArray[np.float32], limit: int, filter_: VectorFilter | None
) -> Iterable[VectorHit]:
    mask = segment.live_passages()
    index, parameters = segment.vectors, None
    if filter_ is not None and not filter_.is_open:
        articles = _find_articles(segment, filter_)
        passing = articles[segment.article_rows]
        mask = passing if mask is None else passing & mask
        if not mask.any():
            return
        index = _storage(segment)
    selector = None
    if mask is not None:
        bits = np.packbits(mask, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(mask), faiss.swig_ptr(bits))
    if index is segment.vectors and segment.has_graph:
        parameters = _faiss.SearchParametersHNSW(efSearch=max(_EF_SEARCH, 2 * limit))
        if selector:
            parameters.sel = selector
    elif selector:
        parameters = _faiss.SearchParameters(sel=selector)
    scores, places = index.search(vector, min(limit, segment.note.rows), params=parameters)
    for score, place in zip(scores[0], places[0], strict=True):
        if place >= 0:
            yield VectorHit(int(segment.passage_ids[place]), float(score))


def _find_articles(segment: Segment, filter_: VectorFilter) -> NDArray[np.bool_]:
    passing = np.ones(len(segment.articles), bool)
    for group in filter_.groups:
        some = np.zeros(len(segment.articles), bool)
        for field, value in group:
            if field == "article":
                some |= segment.articles == digest(field, value)
            else:
                some[segment.find_labelled(digest(field, value))] = True
        passing &= some
    if filter_.published_from is not None or filter_.published_to is not None:
        passing &= segment.published != UNDATED
        if filter_.published_from is not None:
            passing &= segment.published >= filter_.published_from
        if filter_.published_to is not None:
            passing &= segment.published <= filter_.published_to
    return passing
