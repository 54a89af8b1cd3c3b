"""What ``dateline verify`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from api.cli.rendering import clean
from retrieval.answer_evidence import CitationState, Verification

_STYLES = {CitationState.OK: "green", CitationState.CHANGED: "bold yellow", CitationState.MISSING: "bold red"}


def verification_document(verification: Verification) -> Mapping[str, Any]:
    """``question``, ``checks`` (citation, state, detail), ``is_unedited`` and ``ok``."""
    return {
        "question": verification.evidence.question,
        "checks": verification.checks,
        "is_unedited": verification.is_unedited,
        "ok": verification.is_ok,
    }


def verification_view(verification: Verification) -> RenderableType:
    """The citations, one a row."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("State", "Where", "Words"):
        table.add_column(name, overflow="fold")
    for check in verification.checks:
        cited = check.citation
        words = Text(clean(cited.text))
        if check.detail:
            words.append(f"\n{check.detail}", "yellow")
        state = Text(check.state.value, _STYLES[check.state])
        table.add_row(state, f"{cited.article_id} [{cited.span.start}:{cited.span.end}]", words)
    parts: list[RenderableType] = [Text(clean(verification.evidence.question), "bold")]
    if verification.checks:
        parts.append(table)
    if not verification.is_unedited:
        parts.append(Text("The file was edited after it was written: its sha256 is another.", "bold red"))
    ok = sum(check.state is CitationState.OK for check in verification.checks)
    parts.append(Text(f"{ok} of {len(verification.checks)} citations stand as they were", "dim"))
    return Group(*parts)
