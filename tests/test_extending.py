"""docs/extending.md is followed: its patches apply, and what it shows after each holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_SECTION = re.compile(r"^## (?P<title>.+)\n(?P<body>(?:(?!^## )[^\n]*\n)*)", re.MULTILINE)
_FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
SECTIONS = {
    match["title"]: match["body"] for match in _SECTION.finditer((ROOT / "docs/extending.md").read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_does_what_it_says(title: str, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for package in ("retrieval", "schema", "api"):
        skipped = shutil.ignore_patterns("__pycache__", "weights", "static")
        shutil.copytree(ROOT / package, checkout / package, ignore=skipped)
    for large in ("retrieval/weights", "api/static"):
        (checkout / large).symlink_to(ROOT / large, target_is_directory=True)
    blocks = {match["language"]: match["code"] for match in _FENCE.finditer(SECTIONS[title])}
    patched = subprocess.run(
        ["git", "apply", "--verbose", "-"], input=blocks["diff"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert patched.returncode == 0, patched.stderr
    done = subprocess.run(
        [sys.executable, "-c", blocks["python"]],
        cwd=tmp_path,
        env={"PYTHONPATH": str(checkout), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
