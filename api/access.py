"""Who calls: by API key or by address, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` tells callers apart in budgets and logs: `key:ID` or `address:HOST`."""

    name: str
    can_write: bool = False
    is_admin: bool = False
