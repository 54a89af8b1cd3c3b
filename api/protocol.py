"""uvicorn's HTTP protocol, with patience at the end."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_PATIENCE_SECONDS = 0.5


class PatientProtocol(HttpToolsProtocol):
    """When the server ends, a connection stays open a moment longer: a request may be on its way over it.

    uvicorn closes those that are idle at once, and with them what their clients have just sent.
    """

    def shutdown(self) -> None:
        """End the connection, after a moment or with the response to what it is at."""
        self.loop.call_later(_PATIENCE_SECONDS, super().shutdown)
