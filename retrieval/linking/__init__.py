"""Comparisons across articles, as pure functions: event coreference, stories, near-duplicates."""
