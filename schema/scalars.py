"""The scalars: instants, calendar days given as instants, and URIs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from graphql import GraphQLError

URI = NewType("URI", str)

_LONGEST_URI = 2048


class CalendarDay(datetime):
    """The first second of a day that a client named without a time; as the end of a range it means the whole day."""


def last_second(moment: datetime) -> datetime:
    """``moment`` as the end of a range: the last second of a day that was named whole, else the moment itself."""
    if not isinstance(moment, CalendarDay):
        return moment
    return datetime(moment.year, moment.month, moment.day, 23, 59, 59, tzinfo=UTC)


def parse_datetime(value: object) -> datetime:
    """The UTC instant that ISO-8601 text names; without an offset it is read as UTC.

    Raises:
        GraphQLError: it is not ISO-8601 text of the years 1 to 9999.
    """
    problem = (
        f"DateTime cannot represent {str(value)[:80]!r}; give ISO-8601 text such as 2020-01-03T10:00:00Z or 2020-01-03"
    )
    if not isinstance(value, str):
        raise GraphQLError(problem)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        pass
    else:
        return CalendarDay(day.year, day.month, day.day, tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(problem) from error


def format_datetime(value: datetime) -> str:
    """``value`` in UTC with a Z: "2020-01-03T00:00:00Z"; fractions of a second only where there are some."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def parse_uri(value: object) -> URI:
    """``value`` as a URI.

    Raises:
        GraphQLError: it is not text, is empty or too long, or holds white space or control characters.
    """
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_URI or not value.isprintable() or " " in value:
        shown = str(value)[:80]
        raise GraphQLError(f"URI cannot represent {shown!r}; give 1 to {_LONGEST_URI} characters without white space")
    return URI(value)


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description=(
        "An instant as ISO-8601 text. Output is always UTC: `2020-01-03T00:00:00Z`. Input may carry any offset; without "
        "one it is read as UTC. A bare date (`2020-01-03`) is that day's first second, or its last where it ends a range."
    ),
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    serialize=format_datetime,
    parse_value=parse_datetime,
)

URI_SCALAR = strawberry.scalar(
    name="URI",
    description="A URI (RFC 3986) as text, without white space.",
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc3986",
    parse_value=parse_uri,
)
