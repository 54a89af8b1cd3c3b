from __future__ import annotations

import pytest

from retrieval.models import QuantityValue
from retrieval.text.quantities import iter_quantities

CASES = [
    ("killed 25 Iraqi fighters", "25", QuantityValue(25)),
    ("include around 5,200 US troops", "around 5,200", QuantityValue(5200, approximate=True)),
    ("between 20 and 25 people", "between 20 and 25", QuantityValue(20, low=20, high=25)),
    ("more than two hundred and six people", "more than two hundred and six", QuantityValue(206, low=206)),
    ("up to 30% of them", "up to 30%", QuantityValue(30, high=30, unit="%")),
    ("a $3.5bn deal", "$3.5bn", QuantityValue(3.5e9, unit="USD")),
    ("two to three million euros", "two to three million euros", QuantityValue(2e6, low=2e6, high=3e6, unit="EUR")),
    ("about 3 per cent", "about 3 per cent", QuantityValue(3, unit="%", approximate=True)),
    ("dozens of people", "dozens", QuantityValue(24, low=24, approximate=True)),
    ("twenty-five people", "twenty-five", QuantityValue(25)),
    ("at least 1.5 million", "at least 1.5 million", QuantityValue(1.5e6, low=1.5e6)),
]


@pytest.mark.parametrize(("text", "words", "value"), CASES, ids=[case[0] for case in CASES])
def test_number_is_read_with_its_bounds_and_unit(text: str, words: str, value: QuantityValue) -> None:
    [found] = iter_quantities(text, offset=7)
    assert text[found.span.start - 7 : found.span.end - 7] == words
    assert found.value == value


@pytest.mark.parametrize(
    "text", ["the 19th century", "a 12-year-old boy", "at 10:30", "F-16 jets", "Covid-19", "one of them"]
)
def test_what_is_no_quantity_is_left_alone(text: str) -> None:
    assert list(iter_quantities(text)) == []


def test_joined_numbers_are_two() -> None:
    assert [q.value.value for q in iter_quantities("18 and 20 goals")] == [18, 20]
