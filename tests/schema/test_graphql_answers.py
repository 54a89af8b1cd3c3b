"""Answers as GraphQL gives them. What the library answers is tested there; here it answers what it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from retrieval import (
    AbstentionReason,
    Account,
    Answer,
    AnswerCandidate,
    AnswerMode,
    AnswerStatement,
    AnswerStatus,
    AnswerType,
    AnswerValue,
    Archive,
    ArticleFilter,
    AskStep,
    BooleanValue,
    ClaimFilter,
    ClaimStance,
    DateValue,
    Diagnostics,
    EntityValue,
    EventListValue,
    Generation,
    GenerationFailure,
    Interpretation,
    QuantityValue,
    QuotationValue,
    StepTime,
)
from schema import Schema

Run = Callable[..., dict[str, Any]]

DAY = datetime(2020, 1, 3, tzinfo=UTC)


class Answering:
    """An archive that gives one answer and remembers what it was asked."""

    def __init__(self, archive: Archive, answer: Answer) -> None:
        self._archive = archive
        self._answer = answer
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, question: str, *, should_stop: Callable[[], bool], **options: Any) -> Answer:
        assert not should_stop()
        self.asked.append((question, options))
        return self._answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)


@pytest.fixture(scope="module")
def conflicting(archive: Archive) -> Answer:
    """Both sides of a dispute, from the archive's own claims."""
    asserted = archive.claims(ClaimFilter(stances=(ClaimStance.ASSERTED,))).items
    denied = archive.claims(ClaimFilter(stances=(ClaimStance.DENIED,))).items
    article = archive.load_articles([asserted[0].article_id])[0]
    assert article is not None
    citation = archive.cite(article, asserted[0].span, expected=asserted[0].text)
    utopia = archive.entity(name="Utopia")
    assert utopia is not None
    return Answer(
        question="Did they meet?",
        status=AnswerStatus.CONFLICTING,
        text="Carl Jones says so; Dora Smith denies it.",
        value=None,
        statements=(AnswerStatement("Carl Jones says so.", (citation,), 0.9),),
        candidates=tuple(
            AnswerCandidate(citation.text, BooleanValue(True), 0.5, citation, asserted[0].attribution, ClaimStance.ASSERTED)
            for _ in range(7)
        ),
        accounts=(
            Account(ClaimStance.ASSERTED, asserted[0].text, asserted, 1),
            Account(
                ClaimStance.DENIED, denied[0].text, denied, 1, BooleanValue(False), (citation,), superseded_by=citation
            ),
        ),
        confidence=0.8,
        abstention=None,
        closest_passages=(),
        interpretation=Interpretation(AnswerType.YES_NO, (utopia,), ("meet",), DAY, None, "after"),
        diagnostics=Diagnostics(3, 5, 1.5, 2.5, "rules", "7", (StepTime(AskStep.SEARCH, 1.5, 0.375),)),
    )


def test_both_sides_of_a_dispute_are_served(respond: Run, schema: Schema, archive: Archive, conflicting: Answer) -> None:
    document = """{ ask(question: "Did they meet?") {
      status text confidence abstentionReason
      statements { text supportScore citations { text verified article { title } } }
      accounts { stance proposition independentSourceCount claims { text attribution { sourceText source { name } } }
        value { ... on BooleanValue { value } } citations { text } supersededBy { text verified } }
      candidates { text value { ... on BooleanValue { value } } attribution { sourceText citation { text } } stance }
      interpretation { answerType entities { name } keywords from to temporalRelation }
      diagnostics { passagesConsidered articlesMatchingFilter model indexRevision steps { step milliseconds share } }
    } }"""
    response = respond(schema, Answering(archive, conflicting), document)
    assert response["errors"] == []
    answer = response["data"]["ask"]
    assert answer["status"] == "CONFLICTING"
    assert answer["abstentionReason"] is None
    assert [account["stance"] for account in answer["accounts"]] == ["ASSERTED", "DENIED"]
    speakers = [{claim["attribution"]["source"]["name"] for claim in account["claims"]} for account in answer["accounts"]]
    assert speakers == [{"Carl Jones"}, {"Dora Smith"}]
    standing, replaced = answer["accounts"]
    assert (standing["value"], standing["citations"], standing["supersededBy"]) == (None, [], None)
    assert replaced["value"] == {"value": False}
    assert replaced["supersededBy"] == {**replaced["citations"][0], "verified": True}
    (statement,) = answer["statements"]
    assert statement["citations"][0]["verified"]
    assert statement["supportScore"] == 0.9
    assert len(answer["candidates"]) == 5
    assert answer["candidates"][0]["value"] == {"value": True}
    assert answer["candidates"][0]["attribution"] == {"sourceText": "Carl Jones", "citation": {"text": "Carl Jones"}}
    assert answer["interpretation"] == {
        "answerType": "YES_NO",
        "entities": [{"name": "Utopia"}],
        "keywords": ["meet"],
        "from": "2020-01-03T00:00:00Z",
        "to": None,
        "temporalRelation": "after",
    }
    assert answer["diagnostics"]["indexRevision"] == "7"
    assert answer["diagnostics"]["steps"] == [{"step": "SEARCH", "milliseconds": 1.5, "share": 0.375}]


def values(archive: Archive) -> dict[str, AnswerValue]:
    """One value of each kind, from the archive's own facts."""
    entity = archive.entity(name="Carl Jones")
    assert entity is not None
    events = archive.events().items
    return {
        "EntityValue": EntityValue(entity),
        "DateValue": DateValue(events[0].time),
        "QuantityValue": QuantityValue(5200.0, low=5000.0, unit="troops", approximate=True),
        "BooleanValue": BooleanValue(False),
        "QuotationValue": QuotationValue(archive.claims().items[0]),
        "EventListValue": EventListValue(events[:2]),
    }


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("EntityValue", "entity { name type }", {"entity": {"name": "Carl Jones", "type": "PERSON"}}),
        ("DateValue", "time { start precision }", {"time": {"start": "2000-01-01T00:00:00Z", "precision": "YEAR"}}),
        (
            "QuantityValue",
            "number: value low high unit approximate",
            {"number": 5200.0, "low": 5000.0, "high": None, "unit": "troops", "approximate": True},
        ),
        ("BooleanValue", "value", {"value": False}),
        ("QuotationValue", "claim { stance }", {"claim": {"stance": "ASSERTED"}}),
        ("EventListValue", "events { type }", {"events": [{"type": "CONSULT"}, {"type": "CONSULT"}]}),
    ],
)
def test_an_answer_is_given_as_data(
    respond: Run, schema: Schema, archive: Archive, conflicting: Answer, kind: str, fields: str, expected: dict[str, Any]
) -> None:
    answering = Answering(archive, replace(conflicting, status=AnswerStatus.ANSWERED, value=values(archive)[kind]))
    document = f'{{ ask(question: "?") {{ value {{ __typename ... on {kind} {{ {fields} }} }} }} }}'
    response = respond(schema, answering, document)
    assert response["errors"] == []
    assert response["data"]["ask"]["value"] == {"__typename": kind} | expected


def test_no_answer_says_why_and_shows_what_is_closest(
    respond: Run, schema: Schema, archive: Archive, conflicting: Answer
) -> None:
    closest = tuple(hit.passage for hit in archive.search("met cold").hits)
    answer = replace(
        conflicting,
        status=AnswerStatus.NOT_FOUND,
        text=None,
        accounts=(),
        abstention=AbstentionReason.LOW_CONFIDENCE,
        closest_passages=closest,
    )
    document = (
        '{ ask(question: "?") { status text abstentionReason closestPassages(first: 2) { text article { title } } } }'
    )
    found = respond(schema, Answering(archive, answer), document)["data"]["ask"]
    assert (found["status"], found["text"], found["abstentionReason"]) == ("NOT_FOUND", None, "LOW_CONFIDENCE")
    assert [passage["text"] for passage in found["closestPassages"]] == [passage.text for passage in closest[:2]]


def test_the_question_reaches_the_library_with_its_options(
    respond: Run, schema: Schema, archive: Archive, conflicting: Answer
) -> None:
    answering = Answering(archive, conflicting)
    document = """{ ask(
        question: "Who?", mode: GENERATIVE, filter: {publishers: ["P"]}, asOf: "2020-01-03", minConfidence: 0.25
    ) { status } }"""
    assert respond(schema, answering, document)["errors"] == []
    options = {
        "mode": AnswerMode.GENERATIVE,
        "filter": ArticleFilter(publishers=("P",)),
        "as_of": DAY.replace(hour=23, minute=59, second=59),
        "min_confidence": 0.25,
    }
    assert answering.asked == [("Who?", options)]


def test_what_a_language_model_did_is_served(respond: Run, schema: Schema, archive: Archive, conflicting: Answer) -> None:
    generation = Generation("small", statement_count=3, dropped_count=2, failure=GenerationFailure.LESS_SURE)
    document = '{ ask(question: "Who?", mode: GENERATIVE) { generation { model statementCount droppedCount failure } } }'
    answering = Answering(archive, replace(conflicting, generation=generation))
    assert respond(schema, answering, document)["data"]["ask"]["generation"] == {
        "model": "small",
        "statementCount": 3,
        "droppedCount": 2,
        "failure": "LESS_SURE",
    }


def test_a_mode_that_is_not_set_up_has_its_code(respond: Run, schema: Schema, archive: Archive) -> None:
    document = '{ ask(question: "Who resigned?", mode: GENERATIVE) { status } }'
    [error] = respond(schema, archive, document)["errors"]
    assert error["extensions"] == {"code": "GENERATIVE_NOT_CONFIGURED"}
    assert "DATELINE_LLM_BASE_URL" in error["message"]
