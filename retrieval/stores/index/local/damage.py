"""What goes wrong with the index's files, as tantivy and faiss tell it: errors of Python's, and panics of Rust's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from retrieval.errors import IndexDamaged

# What tantivy, faiss and the reading of their files raise.
_ERRORS = (ValueError, OSError, RuntimeError, LookupError)


def is_index_fault(error: BaseException) -> bool:
    """Whether it is a fault of the index's files or of the disk, and none of the caller's."""
    # A panic is an exception of a class that cannot be imported, and no `Exception`: nothing else catches it.
    return isinstance(error, _ERRORS) or type(error).__name__ == "PanicException"


@contextmanager
def reading_index() -> Iterator[None]:
    """Where the index is read.

    Raises:
        IndexDamaged: its files are not as they were written.
    """
    try:
        yield
    except BaseException as error:
        if not is_index_fault(error):
            raise
        raise IndexDamaged(f"the search index is damaged and has to be built again ({error})") from error
