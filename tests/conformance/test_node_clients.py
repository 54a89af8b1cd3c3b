"""Clients and tools from npm get on with the server and its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.conftest import serving

Node = Callable[..., str]


def test_the_audit_of_graphql_http_is_passed_in_full(node: Node, address: str) -> None:
    assert node("audits.mjs", DATELINE_URL=f"{address}/graphql") == "61 of 61\n"


CLIENTS = ["urql", "apollo", "apollo_persisted", "graphql_request", "graphql_ws", "graphql_sse"]


@pytest.mark.parametrize("client", CLIENTS)
def test_clients_run_queries_and_see_errors(node: Node, address: str, client: str) -> None:
    node(f"{client}.mjs", DATELINE_URL=f"{address}/graphql")


def test_graphql_inspector_finds_the_served_schema_in_the_checked_in_one(node: Node, address: str) -> None:
    node("inspector.mjs", "schema.graphql", DATELINE_URL=f"{address}/graphql")


def test_codegen_makes_typed_documents(node: Node, tmp_path: Path) -> None:
    node("codegen.mjs", "schema.graphql", str(tmp_path / "generated"))
    assert (tmp_path / "generated/gql.ts").is_file()


def test_what_codegen_persists_is_a_folder_of_trusted_documents(node: Node, archive_path: Path, tmp_path: Path) -> None:
    node("codegen.mjs", "schema.graphql", str(tmp_path))
    manifest = json.loads((tmp_path / "persisted-documents.json").read_text())
    id_ = next(id_ for id_, document in manifest.items() if document.startswith("query Timeline"))
    settings = {"DATELINE_DOCUMENTS": str(tmp_path), "DATELINE_TRUSTED_ONLY": "true"}
    with serving(archive_path, tmp_path, **settings) as address:
        timeline = httpx2.post(f"{address}/graphql", json={"documentId": id_, "variables": {}}, timeout=30).json()
        other = httpx2.post(f"{address}/graphql", json={"query": "{ corpus { articleCount } }"}, timeout=30)
    assert timeline["data"]["events"]["totalCount"] > 0
    assert other.status_code == 403


def test_relay_compiles_connections_refetching_and_updates(node: Node) -> None:
    node("node_modules/relay-compiler/cli.js")


def test_graphql_eslint_has_no_finding(node: Node) -> None:
    assert node("node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "schema.graphql", "operations") == ""
