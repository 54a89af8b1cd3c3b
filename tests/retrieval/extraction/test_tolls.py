from __future__ import annotations

import pytest

from retrieval.extraction.tolls import find_toll, joined
from retrieval.models import Toll


def exactly(number: int) -> Toll:
    return Toll(number, number, number)


@pytest.mark.parametrize(
    ("sentence", "killed", "injured"),
    [
        ("A bomb killed at least 12 people and wounded 30 others in the market.", Toll(12, 12, None), exactly(30)),
        ("The blast left five dead and more than 20 injured.", exactly(5), Toll(20, 21, None)),
        ("Three officers were killed and up to eight were hurt.", exactly(3), Toll(8, None, 8)),
        ("Shells hit the town, killing two soldiers and injuring seventeen.", exactly(2), exactly(17)),
        ("The death toll rose to 1,204 on Monday.", exactly(1204), None),
        ("Police said 12 people, including two children, were killed.", exactly(12), None),
        ("The raid killed about 40 fighters.", Toll(40, None, None), None),
        ("Gunmen killed Judge Omar Haddad in 2019.", None, None),
        ("The attack killed a 45-year-old man.", None, None),
        ("The attack, the third in two weeks, killed nobody.", None, None),
        ("They killed him with 14 shots.", None, None),
    ],
)
def test_numbers_of_dead_and_injured_have_their_bounds(sentence: str, killed: Toll | None, injured: Toll | None) -> None:
    assert (find_toll(sentence, "killed"), find_toll(sentence, "injured")) == (killed, injured)


def test_bounds_of_several_accounts_are_the_least_and_the_most() -> None:
    assert joined([exactly(5), exactly(7)]) == (5, 7)
    assert joined([Toll(12, 12, None), exactly(15)]) == (12, 15)
    assert joined([Toll(20, 20, None), exactly(15)]) == (15, None)
    assert joined([]) == (None, None)
