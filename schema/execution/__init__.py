"""Executing operations: the prepared documents, their limits and costs, and the executor."""
