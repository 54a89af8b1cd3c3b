"""The settings: the only place that reads the environment.

Run ``python -m api.settings`` for the table of the README.
"""

from __future__ import annotations

import ipaddress
import json
import os
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

if TYPE_CHECKING:
    from retrieval.answering.generation.generator import Generator
    from retrieval.archive import Archive

PREFIX = "DATELINE_"
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
_PARENT = "DATELINE_PARENT"

Names = Annotated[tuple[str, ...], NoDecode]


class SettingsError(ValueError):
    """A setting that makes no sense; the message names it, its value and what it must be."""


class Settings(BaseSettings):
    """Everything that can be set: each field from ``DATELINE_`` and its name in capitals, lists split at commas."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    archive: str = Field(
        default="dateline.db", min_length=1, description="Archive: a path, or a URL such as `sqlite:///news.db`."
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    insecure_bind: bool = Field(
        default=False,
        description="Allow an address other machines can reach without API keys: anyone there may then read and write.",
    )
    allowed_hosts: Names = Field(
        default=(),
        description="Names the server answers to, against DNS rebinding; `*` for any. "
        "Empty: the loopback names, or any under `insecure_bind`.",
    )
    cors_origins: Names = Field(default=(), description="Origins of web pages that may call the server; `*` for any.")
    graphiql: bool = Field(default=True, description="Serve GraphiQL at `/` and answer introspection.")
    allow_writes: bool = Field(default=True, description="Accept mutations.")
    anonymous_read: bool = Field(
        default=True,
        description="Where the archive has API keys: whether to read takes none. Writing always takes one.",
    )
    worker: bool = Field(
        default=True, description="Run a worker process beside the server, for `ingestArticles(wait: false)`."
    )
    documents: str = Field(
        default="", description="Folder of trusted documents: `*.graphql`, or `*.json` that map ids to them."
    )
    trusted_only: bool = Field(default=False, description="Run documents of that folder only.")
    max_body_bytes: int = Field(
        default=262_144, ge=1024, description="Largest request body; raise it to ingest long articles by mutation."
    )
    max_tokens: int = Field(default=2000, ge=1, description="Most tokens in a GraphQL document.")
    max_depth: int = Field(default=12, ge=1, description="Deepest nesting of a GraphQL operation.")
    max_fields: int = Field(
        default=500, ge=1, description="Most fields in a GraphQL operation, fragments counted at each spread."
    )
    max_aliases: int = Field(default=30, ge=0, description="Most aliases in a GraphQL operation.")
    max_root_fields: int = Field(default=20, ge=1, description="Most root fields in a GraphQL operation.")
    max_cost: int = Field(
        default=2000,
        ge=1,
        description="Most points a GraphQL operation may cost: 1, one for each 100 nodes its lists may hold, 100 an `ask`.",
    )
    rate_limit: int = Field(
        default=600_000, ge=0, description="Points a client (a key, else an address) has in a minute; 0 for no limit."
    )
    max_concurrent_requests: int = Field(
        default=64, ge=1, description="Most GraphQL operations at once; beyond it the answer is 503 with `Retry-After`."
    )
    execution_timeout_seconds: float = Field(
        default=10.0, gt=0, description="Longest run of a GraphQL operation; then the answer is 504."
    )
    defer: bool = Field(
        default=False,
        description="Offer `@defer`: clients that accept `multipart/mixed` or `text/event-stream` get parts. "
        "Experimental: the specification is a draft.",
    )
    max_sockets: int = Field(default=1000, ge=1, description="Most WebSockets at once, idle ones too, in each process.")
    max_subscriptions: int = Field(default=1000, ge=1, description="Most operations at once over WebSockets and streams.")
    max_subscriptions_per_connection: int = Field(
        default=20, ge=1, description="Most operations at once over one WebSocket."
    )
    receive_timeout_seconds: float = Field(
        default=30.0, gt=0, description="Longest wait for a request, head and body; then the answer is 408."
    )
    send_timeout_seconds: float = Field(
        default=10.0, gt=0, description="A client that takes nothing in for so long is dropped."
    )
    lock_timeout_seconds: float = Field(default=30.0, ge=0, description="Longest wait for another writer of the archive.")
    warm_up: bool = Field(
        default=True,
        description="Load the models before the first request is taken; the first `ask` takes seconds otherwise.",
    )
    threads: int = Field(default=8, ge=1, le=256, description="Threads that read and write the archive for the server.")
    slow_threads: int = Field(
        default=2, ge=1, le=256, description="Threads for `ask` and searches, beside those: lists do not wait behind them."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer.")
    embedder: str = Field(
        default="minilm",
        description="What makes the vectors of search by meaning: `minilm`, a folder with another ONNX model, or an "
        "OpenAI-compatible endpoint such as `https://host/v1?model=NAME`; empty for none. An archive keeps to one: "
        "`dateline reindex --embed` changes it.",
    )
    embedder_key: SecretStr = Field(
        default=SecretStr(""), description="The key to that endpoint, where it takes one; never shown or logged."
    )
    embedder_threads: int = Field(default=0, ge=0, le=256, description="Threads of that model; 0: as many as cores.")
    llm_base_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="OpenAI-compatible endpoint for `ask` in mode `GENERATIVE`, such as `http://localhost:11434/v1`; "
        "empty for none.",
    )
    llm_model: str = Field(default="", description="The model to ask there.")
    llm_key: SecretStr = Field(
        default=SecretStr(""), description="The key to it, where it takes one; never shown or logged."
    )
    llm_timeout_seconds: float = Field(
        default=8.0,
        gt=0,
        description="Longest wait for the model, then the answer is the extractive one; keep it below "
        "`execution_timeout_seconds`.",
    )
    traces: bool = Field(
        default=False,
        description="Send OpenTelemetry spans over OTLP/HTTP, as the `OTEL_*` variables say; takes the extra `otel`.",
    )
    log_format: Literal["text", "json"] = Field(default="text", description="Log lines for people, or JSON objects.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much the server logs.")

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def load_settings(**overrides: object) -> Settings:
    """The settings of the environment, with every override that is not None in place of its own.

    Raises:
        SettingsError: a value makes no sense.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        problems = [f"{PREFIX}{str(p['loc'][0]).upper()}={p['input']!s}: {p['msg']}" for p in error.errors()]
        raise SettingsError("; ".join(problems)) from error


def export_settings(settings: Settings) -> None:
    """Put ``settings`` into the environment, for the processes that this one starts."""
    for name, value in settings:
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
        else:
            text = ",".join(value) if isinstance(value, tuple) else str(value)
        os.environ[f"{PREFIX}{name.upper()}"] = text


def archive_of(settings: Settings, *, create: bool = True) -> Archive:
    """The archive of the settings, opened as they say.

    Raises:
        RetrievalError: see `retrieval.archive.Archive.open` and `retrieval.embedding.open_embedder`.
    """
    from retrieval.archive import Archive  # noqa: PLC0415 -- settings are read without it
    from retrieval.embedding import open_embedder  # noqa: PLC0415 -- as above

    embedder = None
    if settings.embedder:
        key = settings.embedder_key.get_secret_value() or None
        embedder = open_embedder(settings.embedder, threads=settings.embedder_threads or None, key=key)
    return Archive.open(
        settings.archive,
        create=create,
        lock_timeout_seconds=settings.lock_timeout_seconds,
        embedder=embedder,
        generator=generator_of(settings),
    )


def generator_of(settings: Settings) -> Generator | None:
    """The language model of the settings, if they name one; nothing is imported or sent before it is asked."""
    if not (settings.llm_base_url and settings.llm_model):
        return None
    from retrieval.answering.generation.generator import ChatGenerator  # noqa: PLC0415 -- asyncio

    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"  # Haystack looks when it is imported
    return ChatGenerator(
        settings.llm_base_url,
        settings.llm_model,
        settings.llm_key.get_secret_value() or None,
        settings.llm_timeout_seconds,
    )


def join_processes(folder: str) -> None:
    """Tell the processes that this one starts of their parent, and that they count into ``folder``.

    Prometheus' client looks for that variable itself, when it is imported.
    """
    os.environ[_FIGURES] = folder
    os.environ[_PARENT] = str(os.getpid())


def figures_folder() -> str | None:
    """The folder of `join_processes`; None in a process that is alone."""
    return os.environ.get(_FIGURES)


def parent_process() -> int | None:
    """The process that called `join_processes`; None in one that is alone."""
    return int(os.environ[_PARENT]) if _PARENT in os.environ else None


def settings_table() -> str:
    """The settings as a Markdown table: variable, type, default, meaning."""
    lines = ["| Variable | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _shown(field.default)
        lines.append(f"| `{PREFIX}{name.upper()}` | {_type_name(field.annotation)} | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default == ():
        return "(empty)"
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _type_name(annotation: object) -> str:
    names: dict[object, str] = {str: "text", SecretStr: "text", int: "integer", float: "number", bool: "true or false"}
    if annotation in names:
        return names[annotation]
    values = getattr(annotation, "__args__", ())
    return "list" if values == (str, ...) else ", ".join(f"`{value}`" for value in values)


if __name__ == "__main__":
    print(settings_table(), end="")  # noqa: T201 - the table is what is asked for
