"""Answering questions from passages and facts, and knowing when not to."""
