"""The programs of docs/haystack.md run one after the other, and its command too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "docs/haystack.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_every_program_and_command_of_the_page_runs(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATELINE_", "HAYSTACK_"))}
    environment = kept | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    programs = blocks("python")
    assert len(programs) == 6
    (tmp_path / "page.py").write_text("\n".join(programs))
    done = subprocess.run(
        [sys.executable, "page.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    mayor = "Anna Peeters, the mayor of Ghent, resigned on Monday after a vote on the tunnel."
    assert lines[0] == f"2 {mayor}"
    assert lines[1].startswith("A brewery burned down in Bruges")
    assert lines[2] == mayor
    assert lines[3].startswith("Anna Peeters")
    assert "ANSWERED" in lines[4]
    assert any(line.startswith("DENIED ['Police']") for line in lines[5:-1])
    assert lines[-1].startswith("Anna Peeters")
    (command,) = blocks("sh")
    found = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.index("Mayor resigns") < found.stdout.index("Fire in Bruges"), "the newest first"
