"""Writes to the catalog, inside a transaction that the caller opened."""
