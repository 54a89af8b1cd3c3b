from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from retrieval.extraction.claims.claims import find_claims
from retrieval.extraction.entities.entities import find_entities
from retrieval.extraction.entities.roles import find_roles
from retrieval.extraction.language.parsing import parse_blocks
from retrieval.models import (
    AttributionKind,
    Block,
    BlockKind,
    ClaimStance,
    DatePrecision,
    DateSource,
    EntityType,
    MentionKind,
    Span,
)
from retrieval.models.found_facts import FoundClaim, FoundEntity, FoundMention, FoundTime

STANCES = {
    "asserted": ClaimStance.ASSERTED,
    "denied": ClaimStance.DENIED,
    "reported": ClaimStance.REPORTED,
    "requested": ClaimStance.REQUESTED,
    "no_information": ClaimStance.NO_INFORMATION,
    "declined": ClaimStance.DECLINED_TO_COMMENT,
}
TYPES = {
    "PERSON": EntityType.PERSON,
    "ORG": EntityType.ORGANIZATION,
    "GPE": EntityType.PLACE,
    "FAC": EntityType.FACILITY,
}


def lines(text: str, kinds: dict[int, BlockKind] | None = None) -> list[Block]:
    blocks: list[Block] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            kind = (kinds or {}).get(start, BlockKind.BODY)
            blocks.append(Block(kind, Span(start, start + len(line))))
        start += len(line) + 1
    return blocks


def named(text: str, names: Sequence[tuple[str, EntityType]]) -> tuple[list[FoundEntity], list[FoundMention]]:
    entities = [FoundEntity(kind, name, name.lower(), "XX" if kind is EntityType.PLACE else None) for name, kind in names]
    mentions: list[FoundMention] = []
    for number, (name, _) in enumerate(names):
        at = text.find(name)
        while at >= 0:
            mentions.append(FoundMention(Span(at, at + len(name)), MentionKind.NAME, number))
            at = text.find(name, at + 1)
    return entities, sorted(mentions, key=lambda m: m.span)


def claims_of(
    text: str, names: Sequence[tuple[str, EntityType]] = (), times: Sequence[FoundTime] = ()
) -> tuple[list[FoundClaim], list[FoundEntity]]:
    entities, mentions = named(text, names)
    parsed = list(parse_blocks(text, lines(text)))
    return find_claims(text, parsed, entities=entities, mentions=mentions, times=times), entities


def told(text: str) -> list[tuple[str, str, str]]:
    claims, _ = claims_of(text)
    return [(c.stance.value, c.attribution.source_text, " | ".join(s.slice(text) for s in c.spans)) for c in claims]


def gold_facts(gold: dict[str, Any]) -> tuple[list[FoundEntity], list[FoundMention], list[FoundTime]]:
    entities: list[FoundEntity] = []
    mentions: list[FoundMention] = []
    for number, row in enumerate(gold["entities"]):
        entities.append(FoundEntity(TYPES[row["type"]], row["name"], row["id"], row.get("iso")))
        mentions += [FoundMention(Span(m["start"], m["end"]), MentionKind.NAME, number) for m in row["mentions"]]
    times = [
        FoundTime(
            Span(row["start"], row["end"]),
            datetime.fromisoformat(row["from_"]).replace(tzinfo=UTC),
            datetime.fromisoformat(row["to"] + "T23:59:59").replace(tzinfo=UTC),
            DatePrecision.DAY,
            DateSource.EXPLICIT,
        )
        for row in gold["times"]
    ]
    return entities, sorted(mentions, key=lambda m: m.span), times


def gold_blocks(text: str, gold: dict[str, Any]) -> list[Block]:
    kinds = {bounds[0]: BlockKind(name.upper()) for name, bounds in gold["blocks"].items()}
    return lines(text, kinds)


@pytest.fixture(scope="module")
def seed_claims(seed_text: str, seed_gold: dict[str, Any]) -> list[FoundClaim]:
    entities, mentions, times = gold_facts(seed_gold)
    parsed = list(parse_blocks(seed_text, gold_blocks(seed_text, seed_gold)))
    return find_claims(seed_text, parsed, entities=entities, mentions=mentions, times=times)


def matched(row: dict[str, Any], claims: Sequence[FoundClaim], text: str) -> FoundClaim | None:
    content = set(range(row["content"]["start"], row["content"]["end"]))
    source = Span(row["source"]["start"], row["source"]["end"])
    for claim in claims:
        found = {i for span in claim.spans for i in range(span.start, span.end)}
        said_by = claim.attribution.source
        right = said_by.overlaps(source) if said_by is not None else claim.attribution.source_text == source.slice(text)
        if right and claim.stance is STANCES[row["polarity"]] and len(content & found) >= 0.7 * len(content | found):
            return claim
    return None


def test_seed_claims_have_speaker_stance_and_content(
    seed_claims: list[FoundClaim], seed_text: str, seed_gold: dict[str, Any]
) -> None:
    right = [row for row in seed_gold["claims"] if matched(row, seed_claims, seed_text) is not None]
    assert len(right) >= 20
    assert len(seed_claims) - len(right) <= 2


def test_seed_claims_carry_the_time_of_saying(
    seed_claims: list[FoundClaim], seed_text: str, seed_gold: dict[str, Any]
) -> None:
    numbers = {row["id"]: number for number, row in enumerate(seed_gold["times"])}
    dated = [row for row in seed_gold["claims"] if "time" in row]
    right = 0
    for row in dated:
        claim = matched(row, seed_claims, seed_text)
        right += claim is not None and claim.said_at == numbers[row["time"]]
    assert right >= len(dated) - 1


def test_seed_nested_claim_keeps_its_parent(
    seed_claims: list[FoundClaim], seed_text: str, seed_gold: dict[str, Any]
) -> None:
    rows = {row["id"]: row for row in seed_gold["claims"]}
    inner = matched(rows["c:leaders"], seed_claims, seed_text)
    assert inner is not None
    assert inner.parent is not None
    assert seed_claims[inner.parent] == matched(rows["c:pompeo-1"], seed_claims, seed_text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Kenya denied claims that its troops had shelled the village, after aid workers fled the area.",
            [("DENIED", "Kenya", "its troops had shelled the village")],
            id="what-a-denial-presupposes-is-not-denied",
        ),
        pytest.param(
            "The Turkish foreign ministry declined to comment.",
            [("DECLINED_TO_COMMENT", "The Turkish foreign ministry", "to comment")],
            id="declining-is-no-denial",
        ),
        pytest.param(
            "Police said they had no information about the arrests.",
            [("NO_INFORMATION", "Police", "they had no information about the arrests")],
            id="having-no-information-is-no-denial",
        ),
        pytest.param(
            "The spokesman could not confirm the reports.",
            [("NO_INFORMATION", "The spokesman", "the reports")],
            id="could-not-confirm",
        ),
        pytest.param("Peter Jones is said to be the richest man in Wales.", [], id="is-said-to-has-no-speaker"),
        pytest.param("The minister did not say whether he would resign.", [], id="not-saying-is-no-claim"),
        pytest.param("Nobody wanted to say that the dam was unsafe.", [], id="wanting-to-say-is-no-claim"),
        pytest.param(
            "Sudan accused Ethiopia of arming the rebels.",
            [("ALLEGED", "Sudan", "Ethiopia of arming the rebels")],
            id="accuse-of",
        ),
        pytest.param(
            "Lawmakers called on the president to resign.",
            [("REQUESTED", "Lawmakers", "the president to resign")],
            id="call-on",
        ),
        pytest.param("The union called for a strike.", [("REQUESTED", "The union", "a strike")], id="call-for"),
        pytest.param(
            "The mayor vowed to rebuild the school.", [("PROMISED", "The mayor", "to rebuild the school")], id="vow"
        ),
        pytest.param(
            "According to the UN, at least 40 people drowned.",
            [("ASSERTED", "the UN", "at least 40 people drowned")],
            id="according-to",
        ),
        pytest.param(
            "The suspect, police said, had fled to Spain.",
            [("ASSERTED", "police", "The suspect | had fled to Spain")],
            id="a-parenthesis-splits-the-content",
        ),
        pytest.param(
            "Officials told Reuters the bridge was safe, adding that repairs would begin on Tuesday.",
            [("ASSERTED", "Officials", "the bridge was safe"), ("ASSERTED", "Officials", "repairs would begin on Tuesday")],
            id="a-participle-cue-begins-a-claim-of-its-own",
        ),
        pytest.param(
            "Lopez denied involvement in the robbery despite the video.",
            [("DENIED", "Lopez", "involvement in the robbery")],
            id="denied-noun",
        ),
        pytest.param("Canada denied the family entry at the border.", [], id="denying-somebody-something-is-no-denial"),
        pytest.param(
            "The ministry said that the ceasefire had been broken and urged the rebels to lay down their arms.",
            [
                ("ASSERTED", "The ministry", "the ceasefire had been broken"),
                ("REQUESTED", "The ministry", "the rebels to lay down their arms"),
            ],
            id="a-second-cue-has-the-same-speaker",
        ),
    ],
)
def test_indirect_claims(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(text) == expected


def test_a_paper_that_cites_officials_is_two_links() -> None:
    text = "The Daily Mail, citing three Turkish diplomats, reported on Monday that the talks had collapsed."
    claims, entities = claims_of(text, [("The Daily Mail", EntityType.ORGANIZATION), ("Turkish", EntityType.PLACE)])
    (claim,) = claims
    attribution = claim.attribution
    assert (claim.stance, attribution.kind) == (ClaimStance.REPORTED, AttributionKind.REPORTED_VIA)
    assert attribution.entity is not None
    assert entities[attribution.entity].name == "The Daily Mail"
    assert attribution.via is not None
    assert attribution.via.source_text == "three Turkish diplomats"


def test_the_claim_inside_a_claim_has_a_parent() -> None:
    claims, _ = claims_of("Brown said Smith told him that the deal was dead.")
    assert [(c.attribution.source_text, c.parent) for c in claims] == [("Brown", None), ("Smith", 0)]


def test_a_time_beside_the_cue_is_that_of_saying() -> None:
    text = "Norway said on March 3 that it would close the embassy on Friday."
    days = [Span(text.index(d), text.index(d) + len(d)) for d in ("March 3", "Friday")]
    times = [FoundTime(day, None, None, DatePrecision.DAY, DateSource.EXPLICIT) for day in days]
    claims, _ = claims_of(text, times=times)
    assert [c.said_at for c in claims] == [0]


def test_she_is_the_last_person_who_was_a_subject() -> None:
    text = "Marta Ruiz, the mayor, met the strikers on Friday.\nShe said the buses would run again."
    claims, entities = claims_of(text, [("Marta Ruiz", EntityType.PERSON)])
    assert [c.attribution.entity for c in claims] == [0]
    assert claims[0].attribution.source_text == "She"
    assert entities[0].name == "Marta Ruiz"


def test_a_spokesman_speaks_for_the_organisation_in_his_phrase() -> None:
    text = "A Kenyan army spokesman said the road was open. Trump's lawyer said the case was closed."
    names = [("Kenyan army", EntityType.ORGANIZATION), ("Trump", EntityType.PERSON)]
    claims, _ = claims_of(text, names)
    assert [c.attribution.entity for c in claims] == [0, None]


def test_two_unnamed_officials_of_one_article_are_one_speaker() -> None:
    text = "A senior Kenyan official said the road was open. The official said it was safe."
    claims, _ = claims_of(text, [("Kenyan", EntityType.PLACE)])
    assert [c.attribution.entity for c in claims] == [0, 0]


def test_a_spokesman_named_behind_a_comma_is_that_person() -> None:
    text = "A rebel spokesman, Ali Hassan, said the town had fallen."
    claims, entities = claims_of(text, [("Ali Hassan", EntityType.PERSON)])
    assert [c.attribution.entity for c in claims] == [0]
    assert entities[0].name == "Ali Hassan"


def speakers_of(text: str) -> list[tuple[str | None, str]]:
    """The name of each claim's speaker and the claim, with the entities and roles that extraction itself finds."""
    parsed = list(parse_blocks(text, lines(text)))
    entities, mentions = find_entities(text, parsed)
    roles = find_roles(parsed, entities=entities, mentions=mentions)
    claims = find_claims(text, parsed, entities=entities, mentions=mentions, times=[], roles=roles)
    number = [claim.attribution.entity for claim in claims]
    names = [None if one is None else entities[one].name for one in number]
    return list(zip(names, [claim.span.slice(text) for claim in claims], strict=True))


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Company co-founder Maria Lopez said the talks had failed.", "Maria Lopez"),
        ("According to the ambassador to Kenya Maria Lopez, the talks had failed.", "Maria Lopez"),
        ("Mayor Henry Adams met traders in Oslo. The mayor said the market would be rebuilt.", "Henry Adams"),
    ],
)
def test_a_long_phrase_or_a_title_names_its_speaker(text: str, speaker: str) -> None:
    assert [name for name, _ in speakers_of(text)] == [speaker]


def test_a_title_that_two_people_bear_names_nobody() -> None:
    text = "Mayor Henry Adams met Mayor Jane Moore in Oslo. The mayor said the market would be rebuilt."
    assert [name for name, _ in speakers_of(text)] == [None]


def test_a_quotation_after_a_colon_is_of_who_acts_before_it() -> None:
    text = 'Jane Moore said the vote was fair.\nHenry Adams took to the radio:\n"We will rebuild it. We will do it soon."'
    assert speakers_of(text)[-1][0] == "Henry Adams"


def test_who_is_told_something_does_not_say_it() -> None:
    text = 'Henry Adams "walked into the station and gave himself up", and told the police the rest.'
    assert all("police" not in claim.attribution.source_text for claim in claims_of(text)[0])


def test_a_pronoun_goes_by_the_given_name_of_the_person() -> None:
    text = "Peter Hale met Maria Lopez in Oslo. Maria Lopez left early. He said the talks had failed."
    assert speakers_of(text)[-1][0] == "Peter Hale"


def test_words_to_the_reader_are_no_claims() -> None:
    assert claims_of("You think that the war is over. We say that it goes on.")[0] == []
