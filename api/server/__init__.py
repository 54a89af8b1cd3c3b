"""The server process: uvicorn, logs, traces and the worker beside it."""
