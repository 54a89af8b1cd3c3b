"""Who does what to whom, where and when, in the words of agencies."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import ArticleInput, EventType, ParticipantRole
from retrieval.models.found_facts import Extraction, FoundEvent


def read(text: str) -> tuple[str, Extraction]:
    article = prepare_article(ArticleInput(text=f"News of the day\n\n{text}", url="u:1", published="2022-09-16"))
    return article.text, Extractor().extract(article)


def event(text: str, kind: EventType) -> tuple[str, Extraction, FoundEvent]:
    whole, facts = read(text)
    return whole, facts, next(e for e in facts.events if e.type is kind)


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("Police in Kampala arrested 14 students on Tuesday.", EventType.COERCE, "Kampala"),
        ("A tribunal in Lyon on Monday jailed two smugglers for seven years.", EventType.COERCE, "Lyon"),
        ("Insurgents attacked Maiduguri before dawn, residents said.", EventType.ASSAULT, "Maiduguri"),
        ("Gunboats shelled the harbour of Benghazi on Tuesday.", EventType.ASSAULT, "Benghazi"),
        ("Soldiers killed a nurse at a clinic in the town of Bamenda.", EventType.ASSAULT, "Bamenda"),
        ("Coastguards rescued nine swimmers from a cave near Palermo.", EventType.AID, "Palermo"),
    ],
)
def test_the_place_is_where_it_was_done(text: str, kind: EventType, place: str) -> None:
    _, facts, found = event(text, kind)
    assert found.place is not None
    assert facts.entities[found.place].name == place


def test_a_country_that_is_attacked_is_no_place() -> None:
    _, _, found = event("Iraq attacked Kuwait on Tuesday.", EventType.ASSAULT)
    assert found.place is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A tribunal in Lyon on Wednesday jailed two smugglers for seven years.", EventType.COERCE),
        ("The government in Tunis on Wednesday recalled its ambassador.", EventType.SANCTION),
        ("Rebels in the province on Wednesday also kidnapped three engineers.", EventType.ASSAULT),
    ],
)
def test_a_day_between_subject_and_verb_dates_the_verb(text: str, kind: EventType) -> None:
    _, facts, found = event(text, kind)
    assert found.time is not None
    assert facts.times[found.time].start == datetime(2022, 9, 14, tzinfo=UTC)


def test_a_day_between_subject_and_cue_says_when_it_was_said() -> None:
    _, facts = read("The ministry in Quito on Wednesday said that the talks had failed.")
    (claim,) = facts.claims
    assert claim.said_at is not None
    assert facts.times[claim.said_at].start == datetime(2022, 9, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind", "doer"),
    [
        ("Amnesty International accused the Syrian army of shelling a school.", EventType.ASSAULT, "the Syrian army"),
        ("Prosecutors charged the two brothers with murdering a judge.", EventType.ASSAULT, "the two brothers"),
    ],
)
def test_who_is_accused_of_it_is_who_is_said_to_have_done_it(text: str, kind: EventType, doer: str) -> None:
    whole, _, found = event(text, kind)
    assert [p.span.slice(whole) for p in found.participants if p.role is ParticipantRole.ACTOR] == [doer]


def test_what_is_hurled_is_not_who_is_hit() -> None:
    whole, _, found = event("Supporters hurled bottles at officers outside the stadium.", EventType.PROTEST)
    roles = {p.role: p.span.slice(whole) for p in found.participants}
    assert (roles[ParticipantRole.RECIPIENT], roles[ParticipantRole.INSTRUMENT]) == ("officers", "bottles")


def test_leaders_who_speak_by_phone_consult() -> None:
    _, _, found = event("The two presidents spoke by phone on Monday, the palace said.", EventType.CONSULT)
    assert found.mode == "phone"


def test_whether_he_would_resign_is_no_promise_to() -> None:
    _, facts = read('Asked whether he would resign, the governor, Hugo Paz, said: "I have done nothing wrong."')
    assert EventType.AGREE not in {e.type for e in facts.events}


def test_adding_goes_on_with_the_one_who_said_it() -> None:
    _, facts = read("Glencore said on Monday that it would shut the mine, adding that prices had fallen.")
    (said, added) = facts.claims
    assert (said.attribution.source_text, added.attribution.source_text) == ("Glencore", "Glencore")


def test_what_is_warned_of_is_a_claim() -> None:
    whole, facts = read("The meteorological office warned of floods in the delta.")
    (claim,) = facts.claims
    assert claim.span.slice(whole) == "floods in the delta"


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("Supporters hurled bottles at officers.", EventType.PROTEST, "Supporters hurled bottles at officers"),
        (
            "Norway imposed sanctions on two shipping firms on Monday.",
            EventType.SANCTION,
            "Norway imposed sanctions on two",
        ),
        ("The charity delivered 40 tons of rice to Khartoum.", EventType.AID, "Charity delivered 40 tons to Khartoum"),
        ("Police fired tear gas at the marchers.", EventType.COERCE, "Police fired tear gas at marchers"),
    ],
)
def test_the_title_tells_what_was_done_to_whom(text: str, kind: EventType, title: str) -> None:
    _, _, found = event(text, kind)
    assert found.title.startswith(title)
