"""When two answers are one value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.answering.reconciliation.values import Likeness, compare_entities, compare_quantities, compare_times
from retrieval.extraction.temporal.times import parse_time_expressions
from retrieval.models import DatePrecision, DateSource, Entity, EntityType, QuantityValue, TimeRef
from retrieval.text.quantities import iter_quantities

SAME, DIFFERENT, UNCLEAR = Likeness.SAME, Likeness.DIFFERENT, Likeness.UNCLEAR


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("about 30", "30", SAME),
        ("about 30", "31", SAME),
        ("about 30", "40", DIFFERENT),
        ("25", "31", DIFFERENT),
        ("twenty-five", "25", SAME),
        ("at least 25", "31", SAME),
        ("at least 25", "500", UNCLEAR),
        ("more than 35", "31", DIFFERENT),
        ("between 20 and 25", "22", SAME),
        ("between 20 and 25", "31", DIFFERENT),
        ("1,523,000", "1.5 million", SAME),
        ("1,523", "1,528", DIFFERENT),
        ("20%", "20 km", UNCLEAR),
        ("$20", "€25", UNCLEAR),
    ],
)
def test_quantities(one: str, other: str, likeness: Likeness) -> None:
    (first,), (second,) = iter_quantities(one), iter_quantities(other)
    assert compare_quantities(first.value, second.value) is likeness
    assert compare_quantities(second.value, first.value) is likeness


def test_quantities_of_other_things_are_not_compared() -> None:
    of_people, of_soldiers, of_days = (
        QuantityValue(n, unit=unit) for n, unit in ((31, "people"), (25, "soldier"), (3, "day"))
    )
    assert compare_quantities(of_people, of_soldiers) is UNCLEAR
    assert compare_quantities(of_people, of_days) is UNCLEAR
    assert compare_quantities(of_people, QuantityValue(25)) is DIFFERENT


def time(text: str) -> TimeRef:
    (found,) = parse_time_expressions(text, anchor=datetime(2020, 2, 1, tzinfo=UTC))
    return TimeRef(found.start, found.end, DatePrecision.DAY, DateSource.EXPLICIT, "a", found.span, text)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("January 2020", "17 January 2020", SAME),
        ("2020", "January 2020", SAME),
        ("16 January 2020", "17 January 2020", DIFFERENT),
        ("1996", "March 1998", DIFFERENT),
    ],
)
def test_times(one: str, other: str, likeness: Likeness) -> None:
    assert compare_times(time(one), time(other)) is likeness
    assert compare_times(time(other), time(one)) is likeness


def test_a_time_that_only_publication_gives_says_nothing() -> None:
    known = time("17 January 2020")
    fallback = TimeRef(known.start, known.end, DatePrecision.DAY, DateSource.PUBLICATION_DATE_FALLBACK)
    assert compare_times(fallback, time("16 January 2020")) is UNCLEAR


def entity(name: str, kind: EntityType, country: str | None = None) -> Entity:
    return Entity(f"{kind}:{name}", kind, name, 1, 1, None, None, country)


@pytest.mark.parametrize(
    ("kind", "one", "other", "likeness"),
    [
        (EntityType.PERSON, "Qassem Soleimani", "Soleimani", SAME),
        (EntityType.PERSON, "President Marta Ruiz", "Marta Ruiz", SAME),
        (EntityType.PERSON, "Anna Berg", "Karl Linde", DIFFERENT),
        (EntityType.PERSON, "Anna Berg", "Karl Berg", DIFFERENT),
        (EntityType.PERSON, "J. Berg", "Anna Berg", UNCLEAR),
        (EntityType.PLACE, "Baghdad", "Baghdad, Iraq", SAME),
        (EntityType.PLACE, "Vienna", "Geneva", DIFFERENT),
        (EntityType.PLACE, "Vienna", "the old harbour", UNCLEAR),
        (EntityType.ORGANIZATION, "United Nations", "UN", SAME),
        (EntityType.ORGANIZATION, "Ministry of Defence", "Third Brigade", UNCLEAR),
    ],
)
def test_entities(kind: EntityType, one: str, other: str, likeness: Likeness) -> None:
    first, second = entity(one, kind), entity(other, kind)
    assert compare_entities(first, second, None, (one, other)) is likeness
    assert compare_entities(second, first, None, (other, one)) is likeness


def test_a_city_and_its_country_are_one_place() -> None:
    city, country = entity("Baghdad", EntityType.PLACE), entity("Iraq", EntityType.PLACE, "IQ")
    elsewhere = entity("Austria", EntityType.PLACE, "AT")
    assert compare_entities(city, country, None, ("Baghdad", "Iraq")) is SAME
    assert compare_entities(city, elsewhere, None, ("Baghdad", "Austria")) is DIFFERENT


def test_clubs_exclude_one_another_where_a_club_is_asked_for() -> None:
    first, second = (entity(name, EntityType.ORGANIZATION) for name in ("Harbourg Rovers", "Tollin United"))
    assert compare_entities(first, second, "team", ("Rovers", "United")) is DIFFERENT
    assert compare_entities(first, second, None, ("Rovers", "United")) is UNCLEAR


def test_a_span_without_words_is_no_name() -> None:
    person = entity("Anna Berg", EntityType.PERSON)
    assert compare_entities(person, entity("--", EntityType.PERSON), None, ("Anna Berg", "--")) is UNCLEAR
