"""Haystack's reports of usage to its makers."""

from __future__ import annotations

import os


def switch_off_telemetry() -> None:
    """Keep Haystack, which is imported after this, from reporting; who wants its reports sets the variable."""
    os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "false")
