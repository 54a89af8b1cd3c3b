"""Every command, query and program of the README does what the README shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


@dataclass(frozen=True)
class Block:
    language: str
    text: str


BLOCKS = [Block(*match.groups()) for match in re.finditer(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]


def blocks(language: str) -> list[str]:
    found = [block.text for block in BLOCKS if block.language == language]
    assert found
    return found


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's commands expect, where they run one after the other."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    (folder / "news").mkdir()
    (folder / "news/one.txt").write_text("Fire in Bruges\n\nA brewery burned down on Tuesday, the mayor said.\n")
    (folder / "more").mkdir()
    (folder / "more/2020-01.txt").write_text("Storm in Ostend\n\nA storm hit the pier on Friday, police said.\n")
    (folder / "letter.txt").write_text("A letter\n\nThe minister said on Thursday that talks had failed.\n")
    return folder


def run(command: str, folder: Path) -> str:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "100"}
    environment = {name: value for name, value in environment.items() if not name.startswith("DATELINE_")}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_readme_opens_with_two_commands_and_a_question() -> None:
    assert [block.language for block in BLOCKS[:2]] == ["sh", "console"]
    assert [line.split("#")[0].strip() for line in BLOCKS[0].text.splitlines()] == ["make run", "make test"]


def test_every_command_prints_what_is_shown(sandbox: Path) -> None:
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = step.partition("\n")
            printed = run(command, sandbox)
            assert lines(printed) == lines(shown), command


def lines(output: str) -> list[str]:
    """Without what differs from machine to machine: ids follow from the path of a file, times from the weather."""
    for pattern, name in ((r"\b[0-9a-f]{16}\b", "ID"), (r"--after \S+", "--after CURSOR"), (r"\b[0-9.]+ s\b", "N s")):
        output = re.sub(pattern, name, output)
    return [line.rstrip() for line in output.strip().splitlines()]


def test_every_query_runs_without_an_error(sandbox: Path) -> None:
    run("dateline ingest seeds", sandbox)
    for document in blocks("graphql"):
        (sandbox / "document.graphql").write_text(document)
        response = json.loads(run("dateline query @document.graphql", sandbox))
        assert "errors" not in response
        assert all(response["data"].values())


def test_every_program_runs(sandbox: Path) -> None:
    for number, program in enumerate(blocks("python")):
        path = sandbox / f"program{number}.py"
        path.write_text(program)
        printed = run(f"python {path.name}", sandbox)
        assert "Peeters" in printed


def test_every_other_command_runs(sandbox: Path) -> None:
    for block in blocks("sh")[1:]:
        for command in block.splitlines():
            run(command, sandbox)


def test_the_front_matter_that_is_shown_is_read(sandbox: Path) -> None:
    shown = next(text for text in blocks("text") if text.startswith("---"))
    (sandbox / "flood.md").write_text(shown)
    run("dateline ingest flood.md", sandbox)
    query = "dateline query '{ article(url: \"https://example.org/flood\") { title publishedAt publisher { name } } }'"
    assert json.loads(run(query, sandbox))["data"]["article"] == {
        "title": "Flood in Ghent",
        "publishedAt": "2020-05-04T06:30:00Z",
        "publisher": {"name": "The Daily Post"},
    }


def test_the_settings_table_is_current(sandbox: Path) -> None:
    table = re.search(r"<!-- settings: (.+?) -->\n(.*?)<!-- end of settings -->", README, re.DOTALL)
    assert table is not None
    command, shown = table.groups()
    assert shown.strip() == run(f"cd {ROOT} && {command}", sandbox).strip()


def test_every_command_of_the_program_is_in_the_table(sandbox: Path) -> None:
    commands = set(re.findall(r"^│ (\w+) ", run("dateline --help", sandbox).partition("Commands")[2], re.MULTILINE))
    assert commands
    shown = set(re.findall(r"`(?:dateline )?(\w+)[^`]*`", README.partition("| Command |")[2].partition("\n\n")[0]))
    assert commands <= shown


def test_make_run_serves_and_shows_the_sample(tmp_path: Path) -> None:
    command = ["make", "-C", str(ROOT), "run", f"ARCHIVE={tmp_path / 'run.db'}", "PORT=0"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "MAKE", "MFLAGS"))
    }
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            printed = ""
            for line in process.stdout:
                printed += line
                if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            assert address, printed
            assert "CONFLICTING" in printed
            body = json.dumps({"query": "{ corpus { articleCount } }"}).encode()
            request = urllib.request.Request(f"{address.group()}/graphql", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                assert json.load(response) == {"data": {"corpus": {"articleCount": 1}}}
        finally:
            os.killpg(process.pid, signal.SIGTERM)
