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
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one"}},
            "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
            "loggers": {
                # Our own line for each request has its id, and what was asked for.
                "uvicorn.access": {"level": "WARNING"},
                "alembic": {"level": "WARNING"},
                # It names each component of each search.
                "haystack": {"level": "WARNING"},
            },
        }
    )
