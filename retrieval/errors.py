"""Every error the library raises on purpose.

RetrievalError
|-- InputError                 what was asked for makes no sense: the message names the value and the remedy
|   |-- CursorError            a cursor that this list did not make
|   `-- ArticleRejected        an article or file that cannot be taken in
|-- ArchiveError               the archive cannot be used
|   |-- ArchiveNotFound        there is no archive at that URL, and none was to be made
|   |-- ArchiveLocked          another writer held it longer than the time-out
|   |-- ArchiveTooNew          a newer Dateline made it
|   `-- ArchiveClosed          it was used after close()
|-- WeightsDamaged             a model's file is missing or is not the one that was released
`-- MissingDependency          an optional package is not installed: the message names the extra
"""

from __future__ import annotations


class RetrievalError(Exception):
    """The root of all errors that the library raises on purpose."""


class InputError(RetrievalError):
    """What was asked for makes no sense."""


class CursorError(InputError):
    """A cursor that this list did not make."""


class ArticleRejected(InputError):
    """An article or file that cannot be taken in."""


class ArchiveError(RetrievalError):
    """The archive cannot be used."""


class ArchiveNotFound(ArchiveError):
    """There is no archive at that URL, and none was to be made."""


class ArchiveLocked(ArchiveError):
    """Another writer held the archive longer than the time-out."""


class ArchiveTooNew(ArchiveError):
    """The archive was made by a newer Dateline."""


class ArchiveClosed(ArchiveError):
    """The archive was used after ``close()``."""


class WeightsDamaged(RetrievalError):
    """A model's file is missing or is not the one that was released."""


class MissingDependency(RetrievalError):
    """An optional package is not installed."""
