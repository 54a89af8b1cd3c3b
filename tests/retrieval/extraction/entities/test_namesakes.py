from __future__ import annotations

import pytest

from retrieval.extraction.entities.namesakes import bucket_keys, likeness
from retrieval.models import EntityType, Likeness

PERSON, ORGANIZATION = EntityType.PERSON, EntityType.ORGANIZATION


@pytest.mark.parametrize(
    ("kind", "one", "other", "expected"),
    [
        (PERSON, "harlan t moore", "hal moore", Likeness.GIVEN_NAME),
        (PERSON, "h moore", "hal moore", Likeness.GIVEN_NAME),
        (PERSON, "bill quint", "william quint", Likeness.GIVEN_NAME),
        (PERSON, "john moore", "john b moore", Likeness.SHORTER_NAME),
        (PERSON, "john a moore", "john b moore", None),
        (PERSON, "anna moore", "john moore", None),
        (PERSON, "hal moore", "hal mohr", None),
        (ORGANIZATION, "tories", "conservatives", Likeness.KNOWN_NAMES),
        (ORGANIZATION, "conservative party", "tories", Likeness.KNOWN_NAMES),
        (ORGANIZATION, "norvia", "norvia airlines", Likeness.SHORTER_NAME),
        (ORGANIZATION, "greens", "green party", Likeness.SHORTER_NAME),
        (ORGANIZATION, "llc", "league of lake cities", Likeness.ACRONYM),
        (ORGANIZATION, "norvia", "nordia", None),
        (EntityType.PLACE, "san jose", "jose", None),
    ],
)
def test_names_that_may_be_those_of_one(kind: EntityType, one: str, other: str, expected: Likeness | None) -> None:
    assert likeness(kind, one, other) is likeness(kind, other, one) is expected
    if expected is not None:
        assert set(bucket_keys(kind, one)) & set(bucket_keys(kind, other))
