from __future__ import annotations

import pytest

from retrieval.extraction.entities.geography import locate


def test_a_city_has_its_geoname_coordinates_and_country() -> None:
    place = locate("Nairobi").settled
    assert place is not None
    assert (place.geoname_id, place.country) == (184745, "KE")
    assert place.latitude == pytest.approx(-1.28, abs=0.1)
    assert place.longitude == pytest.approx(36.82, abs=0.1)


def test_a_country_is_found_by_its_code() -> None:
    place = locate("whatever it is called", country="GE").settled
    assert place is not None
    assert (place.name, place.latitude) == ("Georgia", None)


def test_a_name_that_one_far_larger_city_bears_is_settled_and_keeps_its_candidates() -> None:
    found = locate("London")
    assert found.settled is not None
    assert found.settled.country == "GB"
    assert {place.country for place in found.candidates} == {"GB", "CA"}


def test_a_name_of_cities_of_like_size_stays_open() -> None:
    found = locate("Valencia")
    assert found.settled is None
    assert {place.country for place in found.candidates} >= {"ES", "VE"}


def test_accents_and_case_are_no_matter() -> None:
    assert locate("Medellin") == locate("MEDELLÍN")
    assert locate("Medellin").settled is not None


def test_an_unknown_name_is_nowhere() -> None:
    assert locate("Nowhereville") == locate("Atlantis", country="QQ")
