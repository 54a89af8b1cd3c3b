"""The snippets of docs/clients.md do what they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from tests.conftest import ROOT, missing

Node = Callable[..., str]

TEXT = (ROOT / "docs/clients.md").read_text()
SNIPPETS = re.findall(r"^```(\w+)( relay)?\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


def snippets(language: str, *, is_relay: bool = False) -> list[str]:
    return [text for name, relay, text in SNIPPETS if name == language and bool(relay) == is_relay]


def at(address: str, snippet: str) -> str:
    """The snippet for the server under test."""
    return snippet.replace("127.0.0.1:8000", address.removeprefix("http://"))


@pytest.mark.parametrize("snippet", snippets("sh"))
def test_curl(address: str, snippet: str) -> None:
    if shutil.which("curl") is None:
        missing("curl")
    done = subprocess.run(["sh", "-c", at(address, snippet)], capture_output=True, text=True, timeout=60, check=True)
    assert '"errors"' not in done.stdout
    assert (
        "event: complete" in done.stdout if "event-stream" in snippet else json.loads(done.stdout)["data"]["ask"]["status"]
    )


@pytest.mark.parametrize("snippet", snippets("python"))
def test_python(address: str, snippet: str) -> None:
    command = [sys.executable, "-c", at(address, snippet)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() not in {"", "0", "[]"}


@pytest.mark.parametrize("snippet", snippets("js"))
def test_javascript(node: Node, bench: Path, address: str, snippet: str) -> None:
    (bench / "snippet.mjs").write_text(at(address, snippet))
    printed = node("snippet.mjs")
    assert printed.strip()
    assert "rror" not in printed


def test_relay(node: Node, bench: Path) -> None:
    (source,) = snippets("js", is_relay=True)
    (config,) = snippets("json")
    assert json.loads(config) == json.loads((bench / "relay.config.json").read_text())
    (bench / "relay/Snippet.js").write_text(source)
    node("node_modules/relay-compiler/cli.js")


def test_graphql() -> None:
    schema = build_schema((ROOT / "schema/schema.graphql").read_text())
    for snippet in snippets("graphql"):
        assert validate(schema, parse(snippet)) == []


def test_every_code_of_errors_is_listed() -> None:
    sources = [path.read_text() for name in ("api", "schema") for path in (ROOT / name).rglob("*.py")]
    coded = {code for text in sources for code in re.findall(r'code(?:"[:=] |=)"([A-Z_]+)"', text)}
    assert coded <= set(re.findall(r"`([A-Z_]{6,})`", TEXT))
