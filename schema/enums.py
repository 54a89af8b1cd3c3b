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
    """The direction of an order."""

    ASC = "ASC"
    DESC = "DESC"


class UserErrorCode(StrEnum):
    """An error in a part of a mutation's input."""

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
    "The unit of text positions. Choose the one by which your language indexes strings.",
    CODE_POINT="Unicode code points: Python, and the offsets that the archive stores.",
    UTF16="UTF-16 code units: JavaScript, Java, C#.",
    UTF8_BYTE="Bytes of the UTF-8 text: Go, Rust, C.",
)
_describe(
    DiscardReason,
    "The reason why a part of an article is neither indexed nor used for extraction.",
    TITLE_REPEAT="A repetition of the title.",
    READ_TIME="The estimated reading time.",
    DATELINE="The dateline: a line with the place or date of publication.",
    BYLINE="The names of authors, editors or photographers.",
    CAPTION="The caption or credit of an image.",
    RELATED_LINK="A reference to another article.",
    BOILERPLATE="Text of the site rather than of the article.",
)
_describe(OrderDirection, "The direction of an order.", ASC="Smallest or earliest first.", DESC="Largest or latest first.")
_describe(
    UserErrorCode,
    "An error in a part of a mutation's input.",
    INVALID="The value is malformed.",
    TOO_LARGE="The value exceeds a limit.",
    NOT_FOUND="Nothing with that id or name exists.",
)
_describe(
    models.DatePrecision,
    "The finest unit of a date.",
    MINUTE="To the minute.",
    DAY="To the day.",
    WEEK="To the week.",
    MONTH="To the month.",
    YEAR="To the year.",
    UNKNOWN="The date is unknown.",
)
_describe(
    models.DateSource,
    "The basis on which a time was resolved.",
    EXPLICIT="The text names the date.",
    RELATIVE_TO_PUBLICATION='Relative to the publication date, such as "last week".',
    PUBLICATION_DATE_FALLBACK="The text gives no time: this is the publication date, where known, and may be far off.",
)
_describe(
    models.FactOrigin,
    "Where in an article the place or the time of an event was found, from the surest to the weakest.",
    CLAUSE="In the clause that tells of the event.",
    SENTENCE="Elsewhere in its sentence.",
    LEAD="In the opening of the article, which does not say that it is that of this event.",
    DATELINE="In the dateline, which is where the article was written.",
)
_describe(
    models.EntityType,
    "The types of entities.",
    PERSON="A person.",
    ORGANIZATION="A body of people with a name and a structure: a ministry, company, agency, alliance.",
    PLACE="A country, region, city or natural feature.",
    GROUP="People named as a whole: a nation, faith, party or movement.",
    FACILITY="A building or installation: an airport, base, university campus.",
    OTHER="A named thing of another kind: a law, product, work, operation.",
)
_describe(
    models.MentionKind,
    "The form in which a text refers to an entity.",
    NAME="A name or a part of it.",
    ACRONYM="An acronym.",
    DEMONYM='A demonym, such as "Iraqi".',
    NOMINAL='A description, such as "the general".',
    PRONOUN="A pronoun.",
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
    OTHER="Any other kind of event.",
)
_describe(
    models.QuadClass,
    "The PLOVER quad classes: verbal or material cooperation or conflict; NEUTRAL for anything else.",
    VERBAL_COOPERATION="Cooperation in words.",
    MATERIAL_COOPERATION="Cooperation in deeds.",
    VERBAL_CONFLICT="Conflict in words.",
    MATERIAL_CONFLICT="Conflict in deeds.",
    NEUTRAL="Neither cooperation nor conflict.",
)
_describe(
    models.EventStatus,
    "The status of an event: what the archive vouches for.",
    ACTUAL="The articles report, in their own voice, that it happened.",
    ATTRIBUTED="A source says that it happened.",
    ALLEGED="A source alleges it.",
    DENIED="A source denies it.",
    DISPUTED="Sources take opposite stances on it.",
    REQUESTED="It is demanded or requested.",
    PLANNED="It is planned or announced.",
    HYPOTHETICAL='It is hypothetical, as after "if".',
    NEGATED="The text says that it did not happen.",
)
_describe(
    models.ParticipantRole,
    "The role of a participant in an event.",
    ACTOR="Carries the event out.",
    RECIPIENT="Is affected or addressed by the event.",
    INSTRUMENT="Is the means of the event.",
    VICTIM="Is killed or injured.",
    OTHER="Takes part in another role.",
)
_describe(
    models.ClaimStance,
    ("The stance of a source towards a statement. Declining to comment or having no information is not a denial."),
    ASSERTED="Asserts it.",
    DENIED="Denies it.",
    REPORTED="Reports what others say.",
    ALLEGED="Alleges it.",
    REQUESTED="Asks or demands that it be so.",
    PROMISED="Promises it.",
    BELIEVED="Believes, expects or fears it.",
    DECLINED_TO_COMMENT="Declined to comment.",
    NO_INFORMATION="Has no information.",
)
_describe(
    models.AttributionKind,
    "The form in which an article gives the words of a source.",
    DIRECT_QUOTATION="A direct quotation.",
    INDIRECT_SPEECH="Indirect speech.",
    REPORTED_VIA="Reported via another medium or source.",
    NARRATOR="The article itself, in its own voice.",
)
_describe(
    models.PublicationSource,
    "Where a publication date comes from.",
    OPTION="Given when the article was taken in.",
    METADATA="Given with the article.",
    DATELINE="Written in the article, in a dateline.",
    FUTURE="The date that was found lies ahead of the time when the article was taken in: it is not used.",
    UNKNOWN="No date was found.",
)
_describe(
    models.Likeness,
    "Why two entities may be one.",
    GIVEN_NAME="One surname, and given names that are forms of one name, or an initial of it.",
    SHORTER_NAME="One name is the other with less of it.",
    ACRONYM="One name is the initials of the other.",
    KNOWN_NAMES="Both are known names of one body.",
)
_describe(
    models.NameMatch,
    "How a name is compared; upper and lower case and accents are equal.",
    EXACT="The entity's name is just this.",
    PREFIX="The entity's name or another way of writing it begins with this.",
    ALIAS="This stands anywhere in one of the ways that articles write the entity.",
)
_describe(
    models.ArticleOrder,
    "The sort keys of articles. Ties are broken by id.",
    name="ArticleOrderField",
    PUBLISHED_AT="The publication date.",
    INGESTED_AT="The time at which the current text was ingested.",
)
_describe(
    models.EntityOrder,
    "The sort keys of entities. Ties are broken by id.",
    name="EntityOrderField",
    MENTION_COUNT="The number of mentions.",
    NAME="Their name.",
    LAST_SEEN_AT="The last mention.",
)
_describe(
    models.StoryOrder,
    "The sort keys of stories.",
    name="StoryOrderField",
    LAST_PUBLISHED_AT=("The publication date of the newest article; stories without a date come last in either direction."),
    ARTICLE_COUNT="The number of articles.",
    INDEPENDENT_SOURCES="The number of independent sources.",
)
_describe(
    models.EventOrder,
    "The sort keys of events. Ties are broken by id.",
    name="EventOrderField",
    TIME="The start of the events.",
    CONFIDENCE="The confidence.",
    INDEPENDENT_SOURCES="The number of independent sources.",
)
_describe(
    models.AnswerMode,
    "The way in which an answer is worded.",
    EXTRACTIVE="The archive: the answer is in the words of the articles.",
    GENERATIVE="A language model words the answer; statements that the passages do not support are removed.",
)
_describe(
    models.AskStep,
    "The steps of answering a question.",
    INTERPRETATION="The type of answer that the question asks for.",
    SEARCH="Searching the passages.",
    FACTS="Loading the mentions, claims and events of their articles.",
    READING="Reading the passages.",
    PARSING="Parsing the sentences that matter.",
    PROPOSALS="Finding and scoring candidate answers.",
    ASSEMBLY="Assembling the answer: grouping equal values, weighing the sides, citing.",
    GENERATION="Generating the answer with a language model, and checking its support.",
)
_describe(
    models.GenerationFailure,
    "The reason why generated text was not used as the answer.",
    NO_PASSAGES="There was no passage, so the language model was not asked.",
    INSTRUCTED=(
        "A passage, or the generated text, contains instructions to language models. Such a passage is never sent."
    ),
    TIMED_OUT="The language model did not answer in time.",
    UNREACHABLE="The language model could not be reached.",
    ACCESS_DENIED="The language model rejected the server's API key.",
    RATE_LIMITED="The language model's rate limit was reached.",
    SERVICE_ERROR="The language model returned an error.",
    MALFORMED="The language model's response was not in the requested format.",
    REFUSED="The language model refused.",
    EMPTY="The language model returned no text.",
    UNSUPPORTED="The passages support none of the generated statements, or there were none.",
    LESS_SURE="The extractive answer is more certain, or the statements fell below `minConfidence`.",
)
_describe(
    models.AnswerStatus,
    "Whether the archive answers.",
    ANSWERED="The archive gives an answer.",
    CONFLICTING="The sources contradict each other; see `accounts`.",
    NOT_FOUND="The archive gives no answer; see `abstentionReason` and `closestPassages`.",
)
_describe(
    models.AnswerType,
    "The type of answer that a question asks for.",
    PERSON="A person.",
    ORGANIZATION="An organization.",
    PLACE="A place.",
    DATE="A date or time.",
    QUANTITY="A quantity.",
    YES_NO="Yes or no.",
    REASON="A reason.",
    QUOTATION="A quotation.",
    EVENT_LIST="A list of events.",
    DEFINITION="A definition: who or what something is.",
    OTHER="Something else.",
)
_describe(
    models.AbstentionReason,
    "The reason why there is no answer.",
    NO_MATCHING_PASSAGE="No passage is relevant to the question.",
    LOW_CONFIDENCE="The best answer is less certain than `minConfidence`.",
    FILTER_EXCLUDES_ALL="No article matches the filter and `asOf`.",
    QUESTION_NOT_UNDERSTOOD="The question has no content words to search for.",
    AMBIGUOUS_QUESTION="The question fits several answers that are not sides of a dispute; the candidates tell them apart.",
)
_describe(
    models.RetrievalMode,
    "The method of retrieval.",
    LEXICAL="Words: BM25.",
    DENSE="Meaning: the cosine similarity of sentence vectors.",
    HYBRID="Words and meaning, ranked together.",
)
_describe(
    models.IngestOutcome,
    "The outcome of ingesting an article.",
    ADDED="The article is new.",
    UNCHANGED="The archive already holds the article with the same text.",
    REVISED="The text and its facts replaced an earlier revision.",
    REJECTED="The article was rejected; see `userErrors`.",
)

_describe(
    models.ExtractionStage,
    "A step on the way from an article's text to its facts.",
    BLOCKS="Cutting it into title, byline, body and so on; without it the whole text is body, in passages of equal length.",
    PARSE="Its grammar, which all facts rest on.",
    ENTITIES="The names in it.",
    TIMES="The times that it speaks of.",
    ROLES="What people in it are called.",
    CLAIMS="Who says what.",
    EVENTS="What happens.",
    PACKING="Keeping its grammar for those who ask; without it, answers from it take longer.",
    LINKING="Joining its facts with those of other articles.",
    VECTORS="The vectors of its passages; without them, it is found by its words alone.",
)
_describe(
    models.ExtractionStatus,
    "Whether an article has all its facts.",
    COMPLETE="Every stage of extraction did its work.",
    PARTIAL="A stage failed on it: it lacks what that finds.",
    FAILED="It is stored and searchable, but no facts were found.",
)
_describe(
    JobState,
    "The state of a job.",
    QUEUED="The job waits for others.",
    RUNNING="The job is running.",
    SUCCEEDED="Every article has an outcome; some may have been rejected.",
    CANCELLED="The job was cancelled; what had been ingested stays.",
)
