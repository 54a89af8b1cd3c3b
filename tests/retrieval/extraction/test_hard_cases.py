"""The hard cases of the extraction design, one by one, on text that is not the seed's, through the whole extraction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from retrieval.extraction.extractor import Extractor
from retrieval.models import (
    Block,
    BlockKind,
    ClaimStance,
    DatePrecision,
    EntityType,
    EventStatus,
    EventType,
    MentionKind,
    PublicationDate,
    PublicationSource,
    Span,
)
from retrieval.models.found_facts import Extraction, FoundClaim, FoundEvent


@dataclass(frozen=True)
class Story:
    text: str
    blocks: tuple[Block, ...]
    published: PublicationDate


@dataclass(frozen=True)
class Facts:
    """An extraction beside the text it is of."""

    text: str
    found: Extraction

    def names(self) -> list[tuple[str, str]]:
        return [(m.span.slice(self.text), self.found.entities[m.entity].name) for m in self.found.mentions]

    def times(self) -> dict[str, tuple[date, date]]:
        return {t.span.slice(self.text): (t.start.date(), t.end.date()) for t in self.found.times if t.start and t.end}

    def claims(self) -> list[tuple[ClaimStance, str, str]]:
        return [(c.stance, c.attribution.source_text, self.content(c)) for c in self.found.claims]

    def content(self, claim: FoundClaim) -> str:
        return " ".join(span.slice(self.text) for span in claim.spans)

    def events(self) -> list[tuple[EventType, list[str]]]:
        return [(e.type, self.triggers(e)) for e in self.found.events]

    def triggers(self, event: FoundEvent) -> list[str]:
        return [t.span.slice(self.text) for t in event.triggers]

    def event(self, word: str) -> FoundEvent:
        (event,) = [e for e in self.found.events if word in self.triggers(e)]
        return event

    def time_of(self, word: str) -> str | None:
        number = self.event(word).time
        return None if number is None else self.found.times[number].span.slice(self.text)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


def read(extractor: Extractor, *lines: tuple[BlockKind, str] | str, published: date = date(2021, 6, 18)) -> Facts:
    """The facts of an article of these lines, body text unless said otherwise. 18 June 2021 was a Friday."""
    blocks, parts, start = [], [], 0
    for line in lines:
        kind, words = (BlockKind.BODY, line) if isinstance(line, str) else line
        blocks.append(Block(kind, Span(start, start + len(words))))
        parts.append(words)
        start += len(words) + 1
    text = "\n".join(parts)
    at = PublicationDate(datetime(published.year, published.month, published.day, tzinfo=UTC), DatePrecision.DAY)
    story = Story(text, tuple(blocks), PublicationDate(at.at, at.precision, PublicationSource.OPTION))
    return Facts(text, extractor.extract(story))


def test_is_the_group_and_is_the_verb(extractor: Extractor) -> None:
    facts = read(extractor, "Fighters of IS took the town of Palmyra. The road is closed. It IS true, the mayor said.")
    assert [name for name in facts.names() if name[0] == "IS"] == [("IS", "Islamic State")]


def test_anti_is_names_the_group(extractor: Extractor) -> None:
    facts = read(extractor, "Danish jets joined the anti-IS campaign in Syria on Monday.")
    assert ("IS", "Islamic State") in facts.names()


def test_a_repeated_title_carries_names_but_no_facts(extractor: Extractor) -> None:
    title = "Kenya says Somalia attacked its soldiers"
    facts = read(
        extractor,
        (BlockKind.TITLE, title),
        (BlockKind.TITLE_REPEAT, title),
        "Kenya said on Monday that Somalia attacked its soldiers.",
    )
    repeat = Span(len(title) + 1, 2 * len(title) + 1)
    assert any(repeat.contains(mention.span) for mention in facts.found.mentions)
    assert not any(repeat.overlaps(claim.span) for claim in facts.found.claims)
    assert not any(repeat.overlaps(t.span) for event in facts.found.events for t in event.triggers)


def test_a_caption_carries_names_but_no_facts(extractor: Extractor) -> None:
    caption = "Chad said on Monday that Niger attacked its soldiers [File: Getty]"
    facts = read(extractor, (BlockKind.CAPTION, caption), "The weather was fine.")
    assert {name for _, name in facts.names()} >= {"Chad", "Niger"}
    assert (facts.found.claims, facts.found.events, facts.found.times) == ((), (), ())


def test_a_related_link_names_nobody(extractor: Extractor) -> None:
    facts = read(
        extractor,
        "Peru closed the border with Chile on Monday.",
        (BlockKind.RELATED_LINK, "Read also: Brazil and France signed a treaty"),
    )
    assert {name for _, name in facts.names()} == {"Peru", "Chile"}
    assert {event.type for event in facts.found.events} <= {EventType.COERCE, EventType.SANCTION}


def test_what_a_denial_presupposes_is_not_denied(extractor: Extractor) -> None:
    facts = read(
        extractor,
        "The ministry denied that Ghana had resumed talks with Togo after soldiers attacked a border post in May.",
    )
    assert facts.event("attacked").status is not EventStatus.DENIED
    assert facts.event("talks").status is EventStatus.DENIED


def test_a_paper_citing_officials_is_a_chain(extractor: Extractor) -> None:
    facts = read(
        extractor, "The Guardian reported on Tuesday, citing two Turkish officials, that Greece had closed the port."
    )
    claim = next(c for c in facts.found.claims if c.attribution.via)
    assert claim.attribution.source_text == "The Guardian"
    assert claim.attribution.via is not None
    assert claim.attribution.via.source_text == "two Turkish officials"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        pytest.param("The airline declined to comment on the crash.", ClaimStance.DECLINED_TO_COMMENT, id="declined"),
        pytest.param("The embassy had no information about the arrests.", ClaimStance.NO_INFORMATION, id="no-information"),
    ],
)
def test_silence_is_no_denial(extractor: Extractor, text: str, stance: ClaimStance) -> None:
    assert [claim[0] for claim in read(extractor, text).claims()] == [stance]


def test_a_quotation_without_cue_is_carried_from_the_last_speaker(extractor: Extractor) -> None:
    facts = read(
        extractor,
        '"The dam is safe," Mayor Rosa Quispe said on Monday.',
        '"We will open the gates tomorrow and everybody can go home."',
    )
    claim = facts.found.claims[-1]
    assert facts.content(claim).strip('"').startswith("We will open")
    assert claim.attribution.entity is not None
    assert facts.found.entities[claim.attribution.entity].name == "Rosa Quispe"


def test_a_quotation_whose_cue_comes_later_takes_it_from_there(extractor: Extractor) -> None:
    facts = read(extractor, '"The bridge fell. Nobody was on it. We were lucky," said Tomas Novak, an engineer.')
    assert {claim[1] for claim in facts.claims()} == {"Tomas Novak"}
    assert any("The bridge fell" in claim[2] for claim in facts.claims())


def test_yesterday_inside_a_quotation_counts_from_the_publication(extractor: Extractor) -> None:
    facts = read(extractor, '"They came yesterday," Anna Kowalska said.')
    assert facts.times()["yesterday"] == (date(2021, 6, 17), date(2021, 6, 17))


def test_the_first_and_the_second_point_at_the_plural_before(extractor: Extractor) -> None:
    facts = read(
        extractor,
        "Two attacks hit the port this year. The first was a bombing that killed four people on 3 March. "
        "The second was a raid by gunmen on 9 May.",
    )
    assert facts.event("bombing") is not facts.event("raid")
    assert (facts.time_of("bombing"), facts.time_of("raid")) == ("3 March", "9 May")


def test_one_killing_told_three_ways_is_one_event(extractor: Extractor) -> None:
    facts = read(
        extractor,
        "Gunmen killed Judge Omar Haddad in Tripoli on Monday.",
        "The killing of Haddad shocked the city. Haddad was shot outside his home on Monday, police said.",
    )
    assert len({id(facts.event(word)) for word in ("killed", "killing", "shot")}) == 1


def test_an_undated_event_beside_a_dated_one_stays_undated(extractor: Extractor) -> None:
    facts = read(extractor, "Police arrested a suspect. Rebels attacked the village on 3 May.")
    assert (facts.time_of("arrested"), facts.time_of("attacked")) == (None, "3 May")


def test_what_goes_on_while_it_is_said_has_the_time_of_saying(extractor: Extractor) -> None:
    facts = read(extractor, "Norway said on June 5 that it was suspending aid to Mali.")
    assert facts.time_of("suspending") == "June 5"


@pytest.mark.parametrize(
    ("text", "words", "day", "published"),
    [
        pytest.param("He fled on Thursday.", "Thursday", date(2021, 6, 17), date(2021, 6, 18), id="thursday-on-a-friday"),
        pytest.param("He fled on Friday.", "Friday", date(2021, 6, 18), date(2021, 6, 18), id="friday-on-a-friday"),
        pytest.param(
            "He fled on December 30.", "December 30", date(2021, 12, 30), date(2022, 1, 8), id="december-in-january"
        ),
    ],
)
def test_a_date_without_a_year_or_week_is_the_nearest(
    extractor: Extractor, text: str, words: str, day: date, published: date
) -> None:
    assert read(extractor, text, published=published).times() == {words: (day, day)}


def test_late_december_read_in_january_is_last_years(extractor: Extractor) -> None:
    facts = read(extractor, "Soldiers left the base in late December.", published=date(2022, 1, 8))
    assert facts.times() == {"late December": (date(2021, 12, 21), date(2021, 12, 31))}


def test_a_strike_told_as_the_second_has_its_own_date(extractor: Extractor) -> None:
    facts = read(
        extractor,
        "Two raids followed in Mali this year. The first was a French air strike on March 2. "
        "The second was a Russian drone strike that killed six people on May 3.",
    )
    assert [facts.found.times[e.time].span.slice(facts.text) for e in facts.found.events if e.time is not None][
        -1
    ] == "May 3"
    assert [e.killed.number for e in facts.found.events if e.killed] == [6]


def test_a_capital_is_a_city_and_its_government_is_another_thing(extractor: Extractor) -> None:
    facts = read(extractor, "A bomb exploded in Nairobi on Monday. The Kenyan government condemned the attack.")
    kinds = {entity.name: entity.type for entity in facts.found.entities}
    assert kinds["Nairobi"] is EntityType.PLACE
    assert any(kind is EntityType.ORGANIZATION and "government" in name for name, kind in kinds.items())


def test_a_capital_that_speaks_is_still_the_place_by_that_name(extractor: Extractor) -> None:
    facts = read(extractor, "Ankara said on Monday that it would open the border. Protesters marched in Ankara.")
    assert {name for text, name in facts.names() if text == "Ankara"} == {"Ankara"}
    assert ("Ankara",) in {(claim[1],) for claim in facts.claims()}


def test_two_unnamed_officials_are_one_speaker_within_an_article_only(extractor: Extractor) -> None:
    text = "A senior official said the port was closed. The senior official said it would open in May."
    one, other = read(extractor, text), read(extractor, "A senior official said the strike was over.")
    assert [claim.attribution.entity for claim in (*one.found.claims, *other.found.claims)] == [None, None, None]


def test_a_number_of_troops_is_no_year(extractor: Extractor) -> None:
    facts = read(extractor, "The United States has 5,200 troops in Iraq and 2014 soldiers in Kuwait, 25 of them medics.")
    assert facts.found.times == ()


def test_is_said_to_has_no_speaker(extractor: Extractor) -> None:
    assert read(extractor, "The general is said to be the richest man in the country.").found.claims == ()


def test_we_inside_a_quotation_is_no_name(extractor: Extractor) -> None:
    facts = read(extractor, '"We have suspended all flights," the airport said on Monday. "We are sorry."')
    assert not any(text.lower() == "we" and kind is not MentionKind.PRONOUN for text, kind in pairs(facts))


def pairs(facts: Facts) -> list[tuple[str, MentionKind]]:
    return [(mention.span.slice(facts.text), mention.kind) for mention in facts.found.mentions]
