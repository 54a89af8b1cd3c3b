"""The closed sets. Those of the domain are served as they are; here they get their descriptions."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Any, cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from retrieval import models
from retrieval.jobs import JobState


class OffsetUnit(StrEnum):
    """Units of a TextSpan's positions."""

    CODE_POINT = "CODE_POINT"
    UTF16 = "UTF16"
    UTF8_BYTE = "UTF8_BYTE"


class DiscardReason(StrEnum):
    """The block kinds that carry no facts."""

    TITLE_REPEAT = "TITLE_REPEAT"
    READ_TIME = "READ_TIME"
    DATELINE = "DATELINE"
    BYLINE = "BYLINE"
    CAPTION = "CAPTION"
    RELATED_LINK = "RELATED_LINK"
    BOILERPLATE = "BOILERPLATE"


class OrderDirection(StrEnum):
    """Which end of an order comes first."""

    ASC = "ASC"
    DESC = "DESC"


class UserErrorCode(StrEnum):
    """What was wrong with a part of a mutation's input."""

    INVALID = "INVALID"
    TOO_LARGE = "TOO_LARGE"
    NOT_FOUND = "NOT_FOUND"


def _describe(kind: type[Enum], description: str, /, *, name: str | None = None, **values: str) -> None:
    """Make ``kind`` a GraphQL enum with a description for every value; one without is a KeyError."""
    strawberry.enum(kind, name=name, description=description)
    definition = cast("StrawberryEnumDefinition", cast("Any", kind).__strawberry_definition__)
    for value in definition.values:
        value.description = values.pop(value.name)
    if values:
        raise KeyError(f"{kind.__name__} has no {', '.join(values)}")


_describe(
    OffsetUnit,
    "What a text position counts. Pick the one that your language's strings are indexed by.",
    CODE_POINT="Unicode code points: Python, and the offsets that the archive stores.",
    UTF16="UTF-16 code units: JavaScript, Java, C#.",
    UTF8_BYTE="Bytes of the UTF-8 text: Go, Rust, C.",
)
_describe(
    DiscardReason,
    "Why a stretch of an article is kept but neither searched nor read for facts.",
    TITLE_REPEAT="The title once more.",
    READ_TIME="An estimate of how long reading takes.",
    DATELINE="The line that gives place or date of publication; the publication date is read from it.",
    BYLINE="The names of the authors.",
    CAPTION="The caption or credit of a picture.",
    RELATED_LINK="A pointer to another article.",
    BOILERPLATE="Words of the site, not of the article.",
)
_describe(
    OrderDirection, "Which end of an order comes first.", ASC="Smallest or earliest first.", DESC="Largest or latest first."
)
_describe(
    UserErrorCode,
    "What was wrong with a part of a mutation's input.",
    INVALID="It cannot be read as what it should be.",
    TOO_LARGE="It is larger than allowed.",
    NOT_FOUND="The archive has nothing by that name.",
)
_describe(
    models.DatePrecision,
    "The finest unit that the source of a date gives.",
    MINUTE="To the minute.",
    DAY="To the day.",
    WEEK="To the week.",
    MONTH="To the month.",
    YEAR="To the year.",
    UNKNOWN="No date is known.",
)
_describe(
    models.DateSource,
    "What a resolved time rests on.",
    EXPLICIT="The text names the date itself.",
    RELATIVE_TO_PUBLICATION='The text counts from the day of publication, as "last week" does.',
    PUBLICATION_DATE_FALLBACK="The text gives no time; this is the publication date, if known, and may be far off.",
)
_describe(
    models.EntityType,
    "The kinds of named thing.",
    PERSON="A human being.",
    ORGANIZATION="A body of people with a name and a structure: a ministry, company, agency, alliance.",
    PLACE="A country, region, city or natural feature.",
    GROUP="People named as a whole: a nation, faith, party or movement.",
    FACILITY="A building or installation: an airport, base, university campus.",
    OTHER="A named thing of another kind: a law, product, work, operation.",
)
_describe(
    models.MentionKind,
    "How a text refers to an entity.",
    NAME="By its name or a part of it.",
    ACRONYM="By its initials.",
    DEMONYM='By the word for what belongs to a place, such as "Iraqi".',
    NOMINAL='By a description, such as "the general".',
    PRONOUN="By a pronoun.",
)
_describe(
    models.EventType,
    "The sixteen event types of the PLOVER ontology, and OTHER.",
    AGREE="Agree to act, or sign an agreement.",
    CONSULT="Meet, call, visit or negotiate.",
    SUPPORT="Back, praise or endorse in words.",
    CONCEDE="Yield: ease a stance, accept a demand, release, apologise.",
    COOPERATE="Act together: share, join forces, sign into effect.",
    AID="Give material help.",
    RETREAT="Withdraw, surrender, cease fire.",
    REQUEST="Ask or demand that something be done.",
    ACCUSE="Blame, criticise, charge or investigate.",
    REJECT="Refuse or turn down.",
    THREATEN="Threaten or warn of harm.",
    PROTEST="Demonstrate, strike or riot.",
    SANCTION="Punish without violence: embargo, expel, suspend, boycott.",
    MOBILIZE="Ready or move forces.",
    COERCE="Use force short of assault: arrest, raid, seize, restrict.",
    ASSAULT="Attack people or property with violence.",
    OTHER="A happening of another kind.",
)
_describe(
    models.QuadClass,
    "PLOVER's four classes of event: words or deeds, together or against; NEUTRAL for what is neither.",
    VERBAL_COOPERATION="Words that bring sides together.",
    MATERIAL_COOPERATION="Deeds that help a side.",
    VERBAL_CONFLICT="Words against a side.",
    MATERIAL_CONFLICT="Deeds against a side.",
    NEUTRAL="Neither cooperation nor conflict.",
)
_describe(
    models.EventStatus,
    "How the archive vouches for an event.",
    ACTUAL="The articles tell it in their own voice as having happened.",
    ATTRIBUTED="A source says that it happened.",
    ALLEGED="A source alleges it.",
    DENIED="A source denies it.",
    DISPUTED="Sources hold opposite stances on it.",
    REQUESTED="It was asked for.",
    PLANNED="It is planned or announced.",
    HYPOTHETICAL='It is only supposed, as after "if".',
    NEGATED="The text says that it did not happen.",
)
_describe(
    models.ParticipantRole,
    "What a participant does in an event.",
    ACTOR="Does it.",
    RECIPIENT="Has it done to them, or is addressed by it.",
    INSTRUMENT="Is the means of it.",
    VICTIM="Is killed or hurt by it.",
    OTHER="Takes part in another way.",
)
_describe(
    models.ClaimStance,
    "What a speaker does with a statement. Declining to comment or having no information is not a denial.",
    ASSERTED="Says that it is so.",
    DENIED="Says that it is not so.",
    REPORTED="Passes on what others say.",
    ALLEGED="Says so without proof, or as an accusation.",
    REQUESTED="Asks or demands that it be so.",
    PROMISED="Undertakes that it will be so.",
    BELIEVED="Thinks, expects or fears that it is so.",
    DECLINED_TO_COMMENT="Would not say.",
    NO_INFORMATION="Says that they do not know.",
)
_describe(
    models.AttributionKind,
    "How the words of a source are given.",
    DIRECT_QUOTATION="In quotation marks.",
    INDIRECT_SPEECH="Retold by the article.",
    REPORTED_VIA="Taken over from another medium or source.",
    NARRATOR="In the article's own voice.",
)
_describe(
    models.ArticleOrder,
    "What articles are sorted by; ties fall to the id.",
    name="ArticleOrderField",
    PUBLISHED_AT="When they were published.",
    INGESTED_AT="When the archive took in their present text.",
)
_describe(
    models.EntityOrder,
    "What entities are sorted by; ties fall to the id.",
    name="EntityOrderField",
    MENTION_COUNT="How often they are mentioned.",
    NAME="Their name.",
    LAST_SEEN_AT="When an article last mentioned them.",
)
_describe(
    models.StoryOrder,
    "What stories are sorted by.",
    name="StoryOrderField",
    LAST_PUBLISHED_AT="By when the newest article was published; those without a date come last in either direction.",
    ARTICLE_COUNT="By how many articles are in them.",
    INDEPENDENT_SOURCES="By how many independent sources write about them.",
)
_describe(
    models.EventOrder,
    "What events are sorted by; ties fall to the id.",
    name="EventOrderField",
    TIME="When they begin.",
    CONFIDENCE="How sure the archive is of them.",
    INDEPENDENT_SOURCES="How many independent sources tell of them.",
)
_describe(
    models.AnswerMode,
    "Who words an answer.",
    EXTRACTIVE="The articles: it is given in their words.",
    GENERATIVE="A language model, held to the passages: what they do not support is left out.",
)
_describe(
    models.AskStep,
    "The work that answering a question is made of.",
    INTERPRETATION="What the question asks for.",
    SEARCH="The passages nearest to it.",
    FACTS="The mentions, claims and events of their articles.",
    READING="What the span reader finds in the passages.",
    PARSING="The grammar of the sentences that matter.",
    PROPOSALS="What in those sentences, claims and events may answer, and how surely.",
    ASSEMBLY="The answer from that: equal values together, sides against each other, citations.",
    GENERATION="The language model's wording, and the check of it.",
)
_describe(
    models.GenerationFailure,
    "Why what a language model wrote is not the answer.",
    NO_PASSAGES="There was no passage to write from, so it was not asked.",
    INSTRUCTED="A passage or the text that it wrote addresses language models; such a passage is not sent.",
    TIMED_OUT="It took too long.",
    UNREACHABLE="There was no connection to it.",
    ACCESS_DENIED="It does not take the server's key.",
    RATE_LIMITED="It takes no more questions for now.",
    SERVICE_ERROR="It answered with another error.",
    MALFORMED="What it wrote is not in the form that was asked for.",
    REFUSED="It would not answer.",
    EMPTY="It wrote nothing.",
    UNSUPPORTED="The passages support none of its statements, or it made none.",
    LESS_SURE="The archive is surer of the extractive answer, or the statements fell below `minConfidence`.",
)
_describe(
    models.AnswerStatus,
    "Whether the archive answers.",
    ANSWERED="It does.",
    CONFLICTING="Its sources contradict each other; see `accounts`.",
    NOT_FOUND="It does not say; see `abstentionReason` and `closestPassages`.",
)
_describe(
    models.AnswerType,
    "What a question asks for.",
    PERSON="Who.",
    ORGANIZATION="Which body.",
    PLACE="Where.",
    DATE="When, or since when.",
    QUANTITY="How many or how much.",
    YES_NO="Whether.",
    REASON="Why.",
    QUOTATION="What somebody said.",
    EVENT_LIST="What happened.",
    DEFINITION="Who or what something is.",
    OTHER="Something else.",
)
_describe(
    models.AbstentionReason,
    "Why there is no answer.",
    NO_MATCHING_PASSAGE="No passage has to do with the question.",
    LOW_CONFIDENCE="The best answer fell below `minConfidence`.",
    FILTER_EXCLUDES_ALL="No article passes the filter and `asOf`.",
    QUESTION_NOT_UNDERSTOOD="The question has no words to look for.",
    AMBIGUOUS_QUESTION="It fits several, who are no two sides of a dispute: the candidates say what tells them apart.",
)
_describe(
    models.RetrievalMode,
    "How passages are found.",
    LEXICAL="By the words of the query (BM25).",
    DENSE="By its meaning: the cosine of vectors.",
    HYBRID="By both, ranked together.",
)
_describe(
    models.IngestOutcome,
    "What became of an article that was given.",
    ADDED="It is new.",
    UNCHANGED="The archive has it already, with the same text.",
    REVISED="Its text replaced an earlier one, and so did the facts.",
    REJECTED="It was not taken in; see `userErrors`.",
)

_describe(
    JobState,
    "How far a job is.",
    QUEUED="It waits for others.",
    RUNNING="Its articles are being taken in.",
    SUCCEEDED="Each of its articles has an outcome; some may be rejected.",
    CANCELLED="It was stopped; what was taken in before stays.",
)
