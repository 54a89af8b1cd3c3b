"""Dateline's parts in other frameworks."""

from retrieval.telemetry import switch_off_telemetry

# Haystack looks when it is imported, which the packages in here do.
switch_off_telemetry()
