"""What every process of a server needs, taken in once: importing this module is all that the process does that the others
are forked from.

Nothing here may open a file that stays open, or start a thread: neither would survive the fork whole.
"""

from __future__ import annotations

import gc
from contextlib import suppress

gc.disable()  # what is imported is no garbage

import onnxruntime  # noqa: E402, F401
import tokenizers  # noqa: E402, F401

import api.http.app  # noqa: E402, F401
import retrieval.answering.answerer  # noqa: E402
import retrieval.search.pipeline  # noqa: E402, F401
from api.settings import load_settings  # noqa: E402
from retrieval.errors import MissingDependency  # noqa: E402
from retrieval.extraction.language.parsing import load_language  # noqa: E402

if load_settings().warm_up:
    with suppress(MissingDependency):  # whoever asks is told
        load_language()
gc.freeze()
gc.enable()
