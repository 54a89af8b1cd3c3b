"""The span reader: a small neural model that finds answers in passages."""
