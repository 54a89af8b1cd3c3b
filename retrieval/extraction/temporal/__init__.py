"""Time expressions and the calendar intervals that they stand for."""
