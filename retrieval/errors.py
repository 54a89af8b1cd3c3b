"""Every error the library raises on purpose.

RetrievalError
|-- InputError                 what was asked for makes no sense: the message names the value and the remedy
|   |-- CursorError            a cursor that this list did not make
|   |-- ArticleRejected        an article or file that cannot be taken in
|   `-- EvidenceError          a file that is no evidence of an answer
|-- ArchiveError               the archive cannot be used
|   |-- ArchiveNotFound        there is no archive at that URL, and none was to be made
|   |-- ArchiveLocked          another writer held it longer than the time-out
|   |-- ArchiveTooNew          a newer Dateline made it
|   |-- ArchiveClosed          it was used after close()
|   |-- ArchiveDamaged         its files hold what Dateline did not write so
|   |   `-- IndexDamaged       those of its search index, which is built again
|   `-- EmbedderMismatch       its vectors are another embedder's
|-- EmbedderError              texts cannot be turned into vectors
|   `-- WeightsError           a model's files are missing or damaged
|-- GeneratorMissing           mode GENERATIVE was asked for, and no language model is set
|-- GeneratorError             a language model gave no text; it becomes an answer's `GenerationFailure`
|-- AskCancelled               the caller of `ask` wanted its answer no longer
`-- MissingDependency          an optional package is not installed: the message names the extra
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.models import GenerationFailure


class RetrievalError(Exception):
    """The root of all errors that the library raises on purpose."""


class InputError(RetrievalError):
    """What was asked for makes no sense."""


class CursorError(InputError):
    """A cursor that this list did not make."""


class ArticleRejected(InputError):
    """An article or file that cannot be taken in."""


class EvidenceError(InputError):
    """A file that is no evidence of an answer, or of a version that is not read here."""


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


class ArchiveDamaged(ArchiveError):
    """The archive's files hold what Dateline did not write so."""


class IndexDamaged(ArchiveDamaged):
    """The files of the search index are damaged. It is derived, and built again."""


class EmbedderMismatch(ArchiveError):
    """The archive's vectors were made by another embedder than the one that was given."""


class EmbedderError(RetrievalError):
    """Texts cannot be turned into vectors."""


class WeightsError(EmbedderError):
    """A model's files are missing, damaged, or of another kind."""


class GeneratorMissing(RetrievalError):
    """Mode GENERATIVE was asked for, and no language model is set."""


class GeneratorError(RetrievalError):
    """A language model gave no text; ``failure`` says why. Its own words are not passed on: they may repeat the key."""

    def __init__(self, failure: GenerationFailure) -> None:
        super().__init__(f"the language model gave no text: {failure.value.lower().replace('_', ' ')}")
        self.failure = failure


class AskCancelled(RetrievalError):
    """The caller of ``ask`` wanted its answer no longer: its ``should_stop`` said so."""


class MissingDependency(RetrievalError):
    """An optional package is not installed."""
