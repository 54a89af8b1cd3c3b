"""What is told of each operation when it is over: figures, a log line, and its span where spans are made."""

from __future__ import annotations

import logging
import re

from api.http.metrics import Metrics
from api.http.middleware import request_id
from api.server.tracing import Tracing
from schema import Schema

logger = logging.getLogger("dateline.server")

_NAME = re.compile("[A-Za-z_][A-Za-z_0-9]{0,99}", re.ASCII)


class RequestLog:
    """Of the operations that are run on ``schema``."""

    def __init__(self, schema: Schema, metrics: Metrics, tracing: Tracing | None = None) -> None:
        self.metrics = metrics
        self.tracing = tracing
        self._preparation = schema.preparation

    def note(self, operation: str | None, outcome: str, seconds: float) -> None:
        """Enter an operation by name: ``outcome`` is `ok`, `error`, `cancelled`, `refused` or the code of a refusal."""
        # A name that GraphQL would not take is the client's text: it does not get into logs.
        name = operation if operation and _NAME.fullmatch(operation) else "anonymous"
        self.metrics.count(name, outcome, seconds)
        self.metrics.count_lookups(self._preparation)
        if self.tracing is not None:
            self.tracing.note(name, outcome)
        if logger.isEnabledFor(logging.INFO):
            fields = {"operation": name, "outcome": outcome, "ms": round(seconds * 1000, 3), "request_id": request_id.get()}
            logger.info("%s %s in %.1f ms", name, outcome, seconds * 1000, extra=fields)
