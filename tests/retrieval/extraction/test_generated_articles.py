"""No text makes a stage raise: articles made of sentences that are cut, joined, repeated and mixed with signs."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from retrieval.extraction.extractor import Extractor
from tests.retrieval.extraction.generated_articles import SENTENCES, articles, find_faults


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


@pytest.mark.parametrize(
    "text",
    [
        "That was more than the teachers hoped for.",
        "It is the only thing they had ever wished for.",
        "What the tenants had been calling for.",
        "Soldiers shot scores of them near the border.",
        "Voters rejected half of it on Sunday.",
        "The army freed three of those it had seized.",
        "A number of dozens of hundreds of them arrested a group of them.",
        "They said, of some of these, that those of them who freed them seized part of it.",
    ],
)
def test_pronouns_and_stranded_prepositions_are_no_fault(extractor: Extractor, text: str) -> None:
    assert find_faults(extractor, text) == ()


@seed(13)
@settings(
    max_examples=150,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(text=articles(SENTENCES))
def test_generated_articles_make_no_stage_fail(extractor: Extractor, text: str) -> None:
    assert find_faults(extractor, text) == ()
