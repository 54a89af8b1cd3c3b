"""The search index: derived from the catalog, and never the truth."""
