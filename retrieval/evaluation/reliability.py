"""A reliability diagram: how often answers are right, by how sure they were (DeGroot & Fienberg 1983)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

Bins = Sequence[tuple[float, float, int]]

_SIZE, _LEFT, _TOP = 360, 60, 30
_STYLE = 'style="font-family:sans-serif;font-size:13px"'
_COLOURS = ("#1f5f8b", "#b3541e", "#3c7a3c", "#7a3c6e")


def write_diagram(series: Mapping[str, Bins], path: Path) -> None:
    """Write an SVG with a line for each of ``series``: (mean confidence, share right, count) of each bin.

    A point's area grows with the answers in its bin.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIZE + 220}" height="{_SIZE + 80}" {_STYLE}>',
        f'<rect width="{_SIZE + 220}" height="{_SIZE + 80}" fill="white"/>',
    ]
    for tenth in range(0, 11, 2):
        x, y = _place(tenth / 10, tenth / 10)
        parts += [
            f'<line x1="{_LEFT}" x2="{_LEFT + _SIZE}" y1="{y:.0f}" y2="{y:.0f}" stroke="#dddddd"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{tenth / 10:.1f}</text>',
            f'<text x="{x:.0f}" y="{_TOP + _SIZE + 18}" text-anchor="middle">{tenth / 10:.1f}</text>',
        ]
    (x1, y1), (x2, y2) = _place(0, 0), _place(1, 1)
    parts += [
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="#888888" stroke-dasharray="4 4"/>',
        f'<text x="{_LEFT + _SIZE / 2:.0f}" y="{_TOP + _SIZE + 40}" text-anchor="middle">confidence</text>',
        f'<text x="{_LEFT}" y="{_TOP - 12}">share that is right</text>',
    ]
    for number, (name, bins) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        largest = max(count for *_, count in bins)
        places = [_place(sure, right) for sure, right, _ in bins]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 6 * (count / largest) ** 0.5:.1f}" fill="{colour}"/>'
            for (x, y), (*_, count) in zip(places, bins, strict=True)
        ]
        parts.append(f'<text x="{_LEFT + _SIZE + 16}" y="{_TOP + 20 + 20 * number}" fill="{colour}">{name}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", "utf-8")


def _place(sure: float, right: float) -> tuple[float, float]:
    return _LEFT + _SIZE * sure, _TOP + _SIZE * (1 - right)
