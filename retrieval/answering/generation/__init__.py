"""Answers that a language model words and the passages must support."""
