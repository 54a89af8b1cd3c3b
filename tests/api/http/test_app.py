"""The application around the endpoint: pages, health, headers, hosts."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.cli.sample import SAMPLE_QUESTION
from api.http.app import create_app
from api.settings import Settings
from retrieval.archive import Archive
from retrieval.errors import ArchiveError

STATIC = Path(__file__).parents[3] / "api" / "static" / "graphiql"
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_health_needs_no_archive(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}


def test_ready_when_the_index_agrees_with_the_catalog(client: TestClient) -> None:
    response = client.get("/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_not_ready_with_a_closed_archive(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "news.db")
    with TestClient(create_app(Settings(allowed_hosts=("*",)), archive=archive)) as client:
        archive.close()
        response = client.get("/ready")
    assert response.status_code == 503
    assert response.json()["reason"]


def test_the_application_does_not_start_without_its_archive(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_bytes(b"no archive" * 1000)
    with pytest.raises(ArchiveError), TestClient(create_app(Settings(archive=str(path)))):
        pass


def test_threads_take_short_turns_while_serving(seed_archive: Path) -> None:
    usual = sys.getswitchinterval()
    with Archive.open(seed_archive) as archive:
        app = create_app(Settings(allowed_hosts=("*",), warm_up=False), archive=archive)
        with TestClient(app):
            assert sys.getswitchinterval() <= 0.001
    assert sys.getswitchinterval() == usual


@pytest.mark.parametrize(
    "path", ["/nothing", "/graphql/", "/static/graphiql/../../cli.py", "/static/graphiql/%2e%2e/vendor.py"]
)
def test_an_unknown_path_is_a_coded_error(client: TestClient, path: str) -> None:
    response = client.get(path, follow_redirects=False)
    assert response.status_code in {404, 307}
    if response.status_code == 404:
        assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("path", ["/", "/graphql"])
def test_a_browser_gets_graphiql_with_the_sample_question(client: TestClient, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.headers["content-type"].startswith("text/html")
    assert SAMPLE_QUESTION in response.text


def test_graphiql_names_no_outside_host_and_no_inline_script(client: TestClient) -> None:
    response = client.get("/", headers=BROWSER)
    policy = response.headers["content-security-policy"]
    assert "//" not in response.text.replace("<!doctype html>", "")
    assert re.findall(r"<script(?![^>]* src=\"/)", response.text) == []
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_file_of_the_page_is_served(client: TestClient) -> None:
    paths = re.findall(r"(?:src|href)=\"(/[^\"]+)\"", client.get("/").text)
    assert len(paths) == 6
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["x-content-type-options"] == "nosniff"


def test_the_nonce_of_the_page_is_new_each_time(client: TestClient) -> None:
    nonces = {client.get("/").headers["content-security-policy"].split("'nonce-")[1][:22] for _ in range(3)}
    assert len(nonces) == 3


def test_graphiql_can_be_turned_off(make_client: Callable[..., TestClient]) -> None:
    client = make_client(graphiql=False)
    assert client.get("/").status_code == 404
    assert client.get("/static/graphiql/page.js").status_code == 404
    assert client.get("/graphql", headers=BROWSER).headers["content-type"].startswith("application/json")


def test_the_vendored_files_are_as_published() -> None:
    for line in (STATIC / "VERSIONS").read_text(encoding="utf-8").splitlines():
        digest, name, _ = line.split()
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_a_request_keeps_its_id(client: TestClient) -> None:
    assert client.get("/health", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>"])
def test_a_malformed_request_id_is_replaced(client: TestClient, given: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", client.get("/health", headers={"x-request-id": given}).headers["x-request-id"])


def test_every_answer_has_safe_headers(client: TestClient) -> None:
    for path in ("/", "/health", "/nothing", "/graphql"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-request-id"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]"])
def test_a_name_that_is_not_ours_is_refused(make_client: Callable[..., TestClient], host: str) -> None:
    response = make_client(allowed_hosts=()).get("/health", headers={"host": host})
    assert response.status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "LOCALHOST:1", "[::1]:8000", "[::1]"])
def test_the_loopback_names_are_ours(make_client: Callable[..., TestClient], host: str) -> None:
    assert make_client(allowed_hosts=()).get("/health", headers={"host": host}).status_code == 200


def test_no_other_origin_may_call_unless_it_is_set(client: TestClient, make_client: Callable[..., TestClient]) -> None:
    preflight = {"origin": "https://a.example", "access-control-request-method": "POST"}
    assert "access-control-allow-origin" not in client.options("/graphql", headers=preflight).headers
    allowed = make_client(cors_origins="https://a.example").options("/graphql", headers=preflight)
    assert allowed.headers["access-control-allow-origin"] == "https://a.example"
