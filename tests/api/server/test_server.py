"""``dateline serve``: a real uvicorn on loopback."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from api.cli.sample import SAMPLE_QUESTION
from api.settings import SettingsError, load_settings
from tests.conftest import serving

Dateline = Callable[..., Any]


@pytest.fixture(scope="module")
def server(
    seed_archive: Path, tmp_path_factory: pytest.TempPathFactory, command_environment: dict[str, str]
) -> Iterator[str]:
    """The address of a running server."""
    command = [sys.executable, "-m", "api.cli.main", "serve", "--port", "0", "--archive", str(seed_archive)]
    folder = tmp_path_factory.mktemp("server")
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=folder, env=command_environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert found, f"it printed {line!r}; {(folder / 'log').read_text()}"
            yield found[0]
        finally:
            process.terminate()
    assert process.returncode in {0, -15}


@pytest.fixture
def http(server: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=server, timeout=30) as client:
        yield client


def test_it_answers_over_http(http: httpx2.Client) -> None:
    response = http.post("/graphql", json={"query": "{ corpus { articleCount } }"})
    assert response.json() == {"data": {"corpus": {"articleCount": 1}}}
    assert "server" not in response.headers


def test_a_huge_body_is_refused_and_the_server_goes_on(http: httpx2.Client) -> None:
    address = (http.base_url.host, http.base_url.port or 0)
    head = (
        b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 125829120\r\n\r\n"
    )
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(head + b" " * 1024)
        assert connection.recv(64).startswith(b"HTTP/1.1 413")
    assert http.get("/health").status_code == 200


def test_a_body_that_never_ends_is_refused(http: httpx2.Client) -> None:
    address = (http.base_url.host, http.base_url.port or 0)
    head = (
        b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(head + chunk * 17)
        assert connection.recv(64).startswith(b"HTTP/1.1 413")
    assert http.get("/health").status_code == 200


def test_a_taken_port_is_a_clear_error(command: Dateline, seed_archive: Path, server: str) -> None:
    port = server.rpartition(":")[2]
    done = command("serve", "--port", port, "--archive", seed_archive)
    assert done.returncode == 2
    assert f"port {port} of 127.0.0.1 is taken; choose another with --port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "no.such.host.invalid"])
def test_an_address_others_can_reach_needs_leave(dateline: Dateline, seed_archive: Path, host: str) -> None:
    done = dateline("serve", "--host", host, "--port", "0", "--archive", seed_archive)
    assert done.returncode == 2
    assert "--insecure-bind" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_leave_it_listens_there() -> None:
    from api.server.server import bind  # noqa: PLC0415 - uvicorn

    with bind(load_settings(host="0.0.0.0", port=0, insecure_bind=True)) as listener:
        assert listener.getsockname()[0] == "0.0.0.0"
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        bind(load_settings(host="192.0.2.1", port=0, insecure_bind=True))


def test_an_archive_that_is_none_is_a_clear_error(dateline: Dateline, tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_bytes(b"no archive" * 1000)
    done = dateline("serve", "--port", "0", "--archive", path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "news.db" in done.stderr


def test_several_processes_answer_and_end_together(
    seed_archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    with serving(seed_archive, tmp_path, "--workers", "2", DATELINE_LOG_FORMAT="json") as address:
        for _ in range(20):
            response = httpx2.post(f"{address}/graphql", json={"query": "{ corpus { articleCount } }"}, timeout=30)
            assert response.json() == {"data": {"corpus": {"articleCount": 1}}}
    records = [orjson.loads(line) for line in (tmp_path / "server.log").read_text().splitlines()]
    answered = [record for record in records if record["logger"] == "dateline.server"]
    assert len(answered) == 20
    assert answered[0]["outcome"] == "ok"
    assert len(answered[0]["request_id"]) == 32
    assert answered[0]["ms"] > 0


def test_a_server_that_is_told_to_end_answers_what_it_has_begun(seed_archive: Path, tmp_path: Path) -> None:
    document = {"query": f'{{ ask(question: "{SAMPLE_QUESTION}") {{ status }} }}'}
    with ThreadPoolExecutor(1) as pool:
        with serving(seed_archive, tmp_path, DATELINE_EXECUTION_TIMEOUT_SECONDS="60") as address:
            assert httpx2.get(f"{address}/health", timeout=30).status_code == 200
            answer = pool.submit(httpx2.post, f"{address}/graphql", json=document, timeout=60)
            time.sleep(0.3)  # the first question takes longer: the language model loads
        assert answer.result(60).json()["data"]["ask"]["status"] == "CONFLICTING"
