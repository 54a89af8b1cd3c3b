"""Made-up news in `tests/cases`: what must be served of claims, names and datelines, one case a line.

``claims`` rows want or forbid a claim by ``content`` and ``speaker`` (words in them), ``stance``, ``on_behalf_of``,
``inside`` (words of the claim that it is told in), ``text`` (the whole of it); ``names`` rows an entity by name and type,
and give the ``authors``; ``dateline`` rows the parts of the dateline that a report opens with.
"""

from __future__ import annotations

import json
import string
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.ingestion.datelines import find_dateline
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import ArticleInput
from retrieval.models.found_facts import Extraction, FoundClaim
from retrieval.models.prepared import PreparedArticle

CASES = Path(__file__).parents[3] / "cases"
ROWS = [
    (name, json.loads(line))
    for name in ("claims", "claims_unseen")
    for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]
_LOOSE = str.maketrans("", "", string.punctuation + "’“”‘")


def plain(text: str) -> str:
    return " ".join(text.translate(_LOOSE).casefold().split())


@lru_cache(maxsize=1)
def extractor() -> Extractor:
    return Extractor()


def read(article: dict[str, Any]) -> tuple[PreparedArticle, Extraction]:
    text = f"{article['title']}\n\n{article['text']}\n"
    given = ArticleInput(text=text, title=article["title"], published_at=article.get("published"))
    prepared = prepare_article(given)
    return prepared, extractor().extract(prepared)


def is_claim(wanted: dict[str, Any], claim: FoundClaim, text: str, facts: Extraction) -> bool:
    spoken = " ".join(span.slice(text) for span in claim.spans)
    entity = claim.attribution.entity
    speaker = claim.attribution.source_text + " " + (facts.entities[entity].name if entity is not None else "")
    principal = claim.attribution.on_behalf_of
    behalf = principal.text if principal is not None else ""
    if principal is not None and principal.entity is not None:
        behalf += " " + facts.entities[principal.entity].name
    inside = "" if claim.parent is None else " ".join(s.slice(text) for s in facts.claims[claim.parent].spans)
    return (
        plain(wanted.get("content", "")) in plain(spoken)
        and plain(wanted.get("speaker", "")) in plain(speaker)
        and wanted.get("stance", claim.stance) == claim.stance
        and plain(wanted.get("on_behalf_of", "")) in plain(behalf)
        and plain(wanted.get("inside", "")) in plain(inside)
        and ("text" not in wanted or plain(wanted["text"]) == plain(spoken))
    )


def served(row: dict[str, Any]) -> str | None:
    """What is wrong, None where the case holds."""
    prepared, facts = read(row["articles"][0])
    if row["kind"] == "dateline":
        text = row["articles"][0]["text"]
        found = find_dateline(text)
        wanted = row["dateline"]
        if wanted is None:
            return None if found is None else f"took {found} for a dateline"
        if found is None:
            return "no dateline"
        got = {"text": found.span.slice(text), "places": [place.slice(text) for place in found.places]}
        if found.agency is not None:
            got["agency"] = found.agency.slice(text)
        if prepared.published.at is not None:
            got["date"] = prepared.published.at.date().isoformat()
        body = [block for block in prepared.blocks if block.kind == "BODY"]
        opening = " ".join(block.span.slice(prepared.text) for block in body)
        return None if got == wanted and found.span.slice(text) not in opening else f"{got}; body {opening!r}"
    if row["kind"] == "names":
        names = {(entity.name, entity.type.value) for entity in facts.entities}
        wrong = [e for e in row.get("want", ()) if (e["name"], e["type"]) not in names]
        wrong += [e for e in row.get("forbid", ()) if (e["name"], e["type"]) in names]
        if "authors" in row and list(prepared.authors) != row["authors"]:
            wrong.append({"authors": list(prepared.authors)})
        return f"{wrong} of {sorted(names)}" if wrong else None
    missing = [w for w in row.get("want", ()) if not any(is_claim(w, c, prepared.text, facts) for c in facts.claims)]
    there = [w for w in row.get("forbid", ()) if any(is_claim(w, c, prepared.text, facts) for c in facts.claims)]
    if not missing and not there:
        return None
    claims = [
        f"{c.attribution.source_text} [{c.attribution.on_behalf_of and c.attribution.on_behalf_of.text}]"
        f" {c.stance}: {[s.slice(prepared.text) for s in c.spans]}"
        for c in facts.claims
    ]
    return f"missing {missing} forbidden {there} in {claims}"


# Cases of the unseen half that do not hold, by file and id: the parser loses the noun or the model the name.
_MISSED = {
    ("claims_unseen", "pronoun-3"),
    ("claims_unseen", "aides-2"),
    ("claims_unseen", "team-2"),
    ("claims_unseen", "firm-1"),
}


def _param(name: str, row: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True)] if (name, row["id"]) in _MISSED else []
    return pytest.param(row, id=f"{name}-{row['id']}", marks=marks)


@pytest.mark.parametrize("row", [_param(name, row) for name, row in ROWS])
def test_case(row: dict[str, Any]) -> None:
    assert served(row) is None
