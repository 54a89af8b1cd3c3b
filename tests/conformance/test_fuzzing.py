"""schemathesis makes operations from the schema; what comes back is data, or an error that has a client's code.

`schemathesis run` itself has no finding but refusals of input that fits the types; see schemathesis.toml. Its operations
are run by a rule of our own as well, with ids that the archive has among those that it has not.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from retrieval import Archive
from schema.ids import to_global
from tests.conftest import serving

HERE = Path(__file__).parent

# What a client may be told: its own mistakes. INTERNAL_SERVER_ERROR is none of them.
CODES = {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


@pytest.fixture(scope="session")
def fuzzed_address(archive_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of its own: the operations write. Its archive's ids are among those that are made up."""
    folder = tmp_path_factory.mktemp("fuzzing")
    shutil.copytree(archive_path.parent, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("bench", "*.log"))
    archive_path = folder / archive_path.name
    ids = ["", "nonsense", to_global("Article", "none"), to_global("Passage", "x"), to_global("Citation", "a:1:5:2")]
    with Archive.open(archive_path) as archive:
        ids += [to_global("Article", article.id) for article in archive.articles().items]
        ids += [to_global("Entity", entity.id) for entity in archive.entities().items]
        ids += [to_global("Event", event.id) for event in archive.events().items]
        ids += [to_global("Claim", claim.id) for claim in archive.claims().items]
        ids += [to_global("Passage", passage) for passage in range(1, 5)]
    schemathesis.graphql.scalar("ID", st.sampled_from(ids).map(nodes.String))
    schemathesis.graphql.scalar("URI", st.sampled_from(["https://news.example/1", "a b", ""]).map(nodes.String))
    # Where there is no model `mode: GENERATIVE` is refused; where it cannot be reached the answer is the extractive one.
    model = {"DATELINE_LLM_BASE_URL": "http://127.0.0.1:9/v1", "DATELINE_LLM_MODEL": "none"}
    with serving(archive_path, folder, **model) as address:
        yield f"{address}/graphql"


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=False)
@given(draw=st.data())
def check(operation: Any, draw: st.DataObject) -> None:
    """Run a made-up operation."""
    response = draw.draw(operation.as_strategy()).call()
    assert response.status_code in {200, 400}, response.text
    document = response.json()
    assert "data" in document or "errors" in document
    for error in document.get("errors", ()):
        assert error["extensions"]["code"] in CODES, error


def test_every_answer_is_data_or_a_coded_error(fuzzed_address: str) -> None:
    fuzzed: Any = schemathesis.graphql.from_url(fuzzed_address)
    operations = [found.ok() for found in fuzzed.get_all_operations()]
    assert len(operations) >= 14
    for operation in operations:
        check(operation)


@pytest.mark.parametrize("seed", ["1", "2", "3"] if os.environ.get("CI") == "true" else ["1"])
def test_its_own_run_has_no_finding(fuzzed_address: str, tmp_path: Path, seed: str) -> None:
    program, configuration = Path(sys.executable).with_name("schemathesis"), HERE / "schemathesis.toml"
    options = ["run", fuzzed_address, "--seed", seed, "--max-examples", "4"]
    command = [str(program), "--config-file", str(configuration), *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert re.search(r"\b([1-9]\d+) generated, \1 passed", done.stdout), done.stdout[-5000:]
