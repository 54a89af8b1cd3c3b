from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from retrieval.evaluation.reliability import write_diagram

_SVG = "{http://www.w3.org/2000/svg}"


def test_every_bin_is_a_point_in_its_place_with_an_area_by_its_count(tmp_path: Path) -> None:
    path = tmp_path / "diagram.svg"
    write_diagram({"news": [(0.5, 0.25, 100), (1.0, 1.0, 25)], "quiz": [(0.0, 0.0, 7)]}, path)
    circles = ElementTree.parse(path).getroot().findall(f"{_SVG}circle")
    # The square is 360 wide from (60, 30); a radius is 2, and 6 times the root of the share of the largest bin.
    found = [tuple(float(circle.attrib[name]) for name in ("cx", "cy", "r")) for circle in circles]
    assert found == [(240, 300, 8), (420, 30, 5), (60, 390, 8)]
    assert len({circle.attrib["fill"] for circle in circles}) == 2


def test_every_series_has_its_line_and_its_name(tmp_path: Path) -> None:
    path = tmp_path / "diagram.svg"
    write_diagram({"news": [(0.5, 0.25, 100), (1.0, 1.0, 25)], "quiz": [(0.0, 0.0, 7)]}, path)
    root = ElementTree.parse(path).getroot()
    assert [line.attrib["points"] for line in root.findall(f"{_SVG}polyline")] == ["240.0,300.0 420.0,30.0", "60.0,390.0"]
    assert [text.text for text in root.findall(f"{_SVG}text")][-2:] == ["news", "quiz"]
