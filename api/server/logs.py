"""How the server logs: lines for people, or one JSON object a line for machines."""

from __future__ import annotations

import logging
import logging.config
from datetime import UTC, datetime

import orjson

from api.settings import Settings

_STANDARD = frozenset(vars(logging.makeLogRecord({})))


class JsonFormatter(logging.Formatter):
    """A record as one JSON object: time, level, logger, message, and what was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: value for name, value in vars(record).items() if name not in _STANDARD and name != "message"}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(fields, default=str).decode()


class SocketFilter(logging.Filter):
    """Leaves out uvicorn's lines on WebSockets: they have the query string, in which clients may have put a key.

    A client's bad bytes are no failure of ours, so that they get no traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        if isinstance(record.exc_info, tuple) and isinstance(record.exc_info[1], UnicodeDecodeError):
            record.exc_info = None
        return '"WebSocket %s"' not in str(record.msg)


def set_up_logs(settings: Settings) -> None:
    """Log to standard error as ``settings`` say."""
    formatter: dict[str, object] = {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    if settings.log_format == "json":
        formatter = {"()": JsonFormatter}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"one": formatter},
            "filters": {"sockets": {"()": SocketFilter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one"}},
            "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
            "loggers": {
                # Our own line for each request has its id, and what was asked for.
                "uvicorn.access": {"level": "WARNING"},
                "uvicorn.error": {"filters": ["sockets"]},
                "alembic": {"level": "WARNING"},
                # It names each component of each search.
                "haystack": {"level": "WARNING"},
            },
        }
    )
