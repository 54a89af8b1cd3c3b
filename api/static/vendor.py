"""Fetch GraphiQL and React from the npm registry into ``graphiql/``; see ``make vendor``.

The files are copied as published. VERSIONS records each with its package and sha256; LICENSES.txt holds the licence of
every package that the GraphiQL bundle is built from, as its source map names them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = {"graphiql": "4.1.2", "react": "18.3.1", "react-dom": "18.3.1"}
FILES = {
    "graphiql": ("graphiql.min.js", "graphiql.min.css"),
    "react": ("umd/react.production.min.js",),
    "react-dom": ("umd/react-dom.production.min.js",),
}
WORKSPACES = {  # the bundle's source map names these by their folder in GraphiQL's own repository
    "graphiql-react": "@graphiql/react",
    "graphiql-toolkit": "@graphiql/toolkit",
    "graphiql-plugin-history": "@graphiql/plugin-history",
    "graphiql-plugin-doc-explorer": "@graphiql/plugin-doc-explorer",
}
FONTS = "The stylesheet embeds the fonts Roboto (Apache-2.0) and Fira Code (SIL Open Font License 1.1).\n"
TARGET = Path(__file__).parent / "graphiql"


def main() -> None:
    """Install the packages in a temporary folder, copy their files and licences, write VERSIONS."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed; it is needed only to vendor GraphiQL again")
    with tempfile.TemporaryDirectory() as folder:
        install = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder]
        _run([*install, *(f"{name}@{version}" for name, version in PACKAGES.items())])
        modules = Path(folder) / "node_modules"
        bundled = _bundled_packages(modules)
        # what GraphiQL was built from may have left its tree of dependencies since
        _run([*install, *(name for name in bundled if not (modules / name).is_dir())])
        _copy_files(modules)
        _copy_licenses(modules, bundled)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a fixed command


def _copy_files(modules: Path) -> None:
    lines = []
    for package, names in FILES.items():
        for name in names:
            content = (modules / package / name).read_bytes()
            (TARGET / Path(name).name).write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            lines.append(f"{digest}  {Path(name).name}  {package}@{PACKAGES[package]}\n")
    (TARGET / "VERSIONS").write_text("".join(lines))


def _bundled_packages(modules: Path) -> list[str]:
    source_map = json.loads((modules / "graphiql/graphiql.min.js.map").read_text())
    return sorted({_package_of(source) for source in source_map["sources"]} | PACKAGES.keys())


def _copy_licenses(modules: Path, packages: list[str]) -> None:
    parts = [FONTS]
    for package in packages:
        about = json.loads((modules / package / "package.json").read_text())
        texts = sorted(path for path in (modules / package).iterdir() if path.name.lower().startswith(("licen", "notice")))
        body = "\n".join(path.read_text().strip() for path in texts) or f"Licence: {about['license']}"
        parts.append(f"{'=' * 78}\n{package} ({about['license']})\n{'=' * 78}\n{body}\n")
    (TARGET / "LICENSES.txt").write_text("\n".join(parts))


def _package_of(source: str) -> str:
    _, found, rest = source.rpartition("node_modules/")
    if found:
        first, second = [*rest.split("/"), ""][:2]
        return f"{first}/{second}" if first.startswith("@") else first
    folder = source.removeprefix("../../").split("/")[0]
    return "graphiql" if folder == ".." else WORKSPACES.get(folder, folder)


if __name__ == "__main__":
    main()
