from __future__ import annotations

import pytest

from retrieval.extraction.events.casualties import find_casualty_count, joined
from retrieval.models import CasualtyCount


def exactly(number: int) -> CasualtyCount:
    return CasualtyCount(number, number, number)


@pytest.mark.parametrize(
    ("sentence", "killed", "injured"),
    [
        ("A bomb killed at least 12 people and wounded 30 others in the market.", CasualtyCount(12, 12, None), exactly(30)),
        ("The blast left five dead and more than 20 injured.", exactly(5), CasualtyCount(20, 21, None)),
        ("Three officers were killed and up to eight were hurt.", exactly(3), CasualtyCount(8, None, 8)),
        ("Shells hit the town, killing two soldiers and injuring seventeen.", exactly(2), exactly(17)),
        ("The death toll rose to 1,204 on Monday.", exactly(1204), None),
        ("Police said 12 people, including two children, were killed.", exactly(12), None),
        ("The raid killed about 40 fighters.", CasualtyCount(40, None, None), None),
        ("Gunmen killed Judge Omar Haddad in 2019.", None, None),
        ("The attack killed a 45-year-old man.", None, None),
        ("The attack, the third in two weeks, killed nobody.", None, None),
        ("They killed him with 14 shots.", None, None),
    ],
)
def test_numbers_of_dead_and_injured_have_their_bounds(
    sentence: str, killed: CasualtyCount | None, injured: CasualtyCount | None
) -> None:
    assert (find_casualty_count(sentence, "killed"), find_casualty_count(sentence, "injured")) == (killed, injured)


def test_bounds_of_several_accounts_are_the_least_and_the_most() -> None:
    assert joined([exactly(5), exactly(7)]) == (5, 7)
    assert joined([CasualtyCount(12, 12, None), exactly(15)]) == (12, 15)
    assert joined([CasualtyCount(20, 20, None), exactly(15)]) == (15, None)
    assert joined([]) == (None, None)
