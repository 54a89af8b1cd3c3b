"""OpenTelemetry spans, one for each request and one for each of its stages; off unless `Settings.traces` is on.

Where they go, what is sampled and what the service is called are as the standard OTEL_* variables say.
"""

# ruff: noqa: PLC0415 -- OpenTelemetry comes with an extra

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware import request_id
from api.settings import SettingsError
from schema import Observe

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_SERVICE = "dateline"

_Headers: TypeAlias = Iterable[tuple[bytes, bytes]]


def require_extra() -> None:
    """Raise `SettingsError` where the extra `otel` is not installed."""
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError as error:
        raise SettingsError(f"DATELINE_TRACES=true takes an extra ({error}): pip install 'dateline[otel]'") from error


class Tracing:
    """Makes spans and sends them over HTTP, from a thread of its own.

    Raises:
        SettingsError: the extra is not installed.
    """

    def __init__(self) -> None:
        require_extra()
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        resource = Resource.create()
        if str(resource.attributes["service.name"]).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": _SERVICE}))
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(_SERVICE)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    @contextmanager
    def request(self, name: str, headers: _Headers) -> Iterator[Span]:
        """The span of a request: a child of the client's own where ``headers`` tell of one (W3C Trace Context).

        It is the running one within, but does not reset that at the end: an end may come in another task.
        """
        from opentelemetry import context, propagate
        from opentelemetry.trace import SpanKind, set_span_in_context

        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        parent = propagate.extract(given, context.Context())
        span = self._tracer.start_span(name, parent, SpanKind.SERVER, {"dateline.request_id": request_id.get()})
        context.attach(set_span_in_context(span, parent))
        try:
            yield span
        finally:
            span.end()

    def note(self, operation: str, outcome: str) -> None:
        """Tell the span of the running request what was run, and how that ended."""
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes({"graphql.operation.name": operation, "dateline.outcome": outcome})

    def stages(self) -> Observe:
        """What enters the stages of the running request."""
        from opentelemetry import context

        parent = context.get_current()

        def observe(stage: str, seconds: float, *, ago: float = 0.0) -> None:
            ended = time.time_ns() - int(ago * 1e9)
            self._tracer.start_span(stage, parent, start_time=ended - int(seconds * 1e9)).end(ended)

        return observe


class Traced:
    """Middleware: a span for each HTTP request to ``path``."""

    def __init__(self, app: ASGIApp, *, tracing: Tracing, path: str) -> None:
        self.app = app
        self.tracing = tracing
        self.path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["path"] != self.path:
            await self.app(scope, receive, send)
            return
        from opentelemetry.trace import StatusCode

        method = scope["method"] if scope["method"] in {"GET", "POST"} else "_OTHER"
        with self.tracing.request(f"{method} {self.path}", scope["headers"]) as span:
            span.set_attributes({"http.request.method": method, "http.route": self.path})

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self.app(scope, receive, noted)
