"""Candidate answers, by rule and by the span reader."""
