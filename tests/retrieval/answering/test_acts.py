"""How a sentence vouches for an act, by what governs its verb."""

from __future__ import annotations

import pytest

from retrieval.answering.evidence.acts import read_act
from retrieval.extraction.language.parsing import parse_text
from retrieval.models import EventStatus

ACTUAL, NEGATED = EventStatus.ACTUAL, EventStatus.NEGATED
REQUESTED, PLANNED, HYPOTHETICAL = EventStatus.REQUESTED, EventStatus.PLANNED, EventStatus.HYPOTHETICAL


@pytest.mark.parametrize(
    ("text", "word", "status"),
    [
        ("The minister was sacked on Monday.", "sacked", ACTUAL),
        ("Unions marched to demand that the minister be sacked.", "sacked", REQUESTED),
        ("The opposition has urged Ames to resign.", "resign", REQUESTED),
        ("Leaders called for the arrest of the mayor.", "arrest", REQUESTED),
        ("The crowd condemned the arrest of the mayor.", "arrest", ACTUAL),
        ("Residents fear that the dam has been damaged.", "damaged", HYPOTHETICAL),
        ("There are fears that the dam was damaged.", "damaged", HYPOTHETICAL),
        ("She was asked whether the mine would be closed.", "closed", HYPOTHETICAL),
        ("She may have been poisoned.", "poisoned", HYPOTHETICAL),
        ("If convicted, Ames would lose her passport.", "convicted", HYPOTHETICAL),
        ("They threatened to sink it.", "sink", HYPOTHETICAL),
        ("The bank is expected to cut the rate.", "cut", PLANNED),
        ("Pupils plan to strike on Friday.", "strike", PLANNED),
        ("He will resign and leave the country.", "leave", PLANNED),
        ("The official said that talks would resume.", "resume", PLANNED),
        ("The navy had continued patrolling the strait.", "patrolling", ACTUAL),
        ("Rescuers kept drilling on Monday.", "drilling", ACTUAL),
        ("His troops had stopped firing at dawn.", "firing", NEGATED),
        ("The disease was no longer confined to the harbour.", "confined", NEGATED),
        ("Green members refused to back the treaty.", "back", NEGATED),
        ("Parliament has yet to ratify the treaty.", "ratify", NEGATED),
        ("The firm did not fail to pay.", "pay", ACTUAL),
        ("No one was killed.", "killed", NEGATED),
        ("Was the minister sacked?", "sacked", HYPOTHETICAL),
    ],
)
def test_what_governs_the_verb_gives_the_status(text: str, word: str, status: EventStatus) -> None:
    token = next(token for token in parse_text(text) if token.text == word)
    assert read_act(token).outcome is status
