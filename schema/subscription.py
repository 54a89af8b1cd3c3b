"""What can be followed. Each event is resolved with fresh loaders: between two of them the archive may change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from functools import partial

from strawberry import UNSET

from retrieval import Archive, InputError, models
from schema.asking import ask_once, follow_stages
from schema.connections import MAX_PAGE
from schema.context import Info
from schema.decorators import object_type, subscription
from schema.ids import expect
from schema.inputs import WhichArticles, article_filter
from schema.query import AsOf, GlobalId, MinConfidence, Question, WhoWords
from schema.scalars import last_second
from schema.types.answers import Answer, AnswerCandidate, AnswerStatement, QuestionInterpretation
from schema.types.articles import Article, Passage
from schema.types.ingestion import IngestJob
from schema.types.streams import (
    AnswerChange,
    AskCandidateFound,
    AskCompleted,
    AskEvent,
    AskInterpreted,
    AskPassagesRetrieved,
    AskStatementAdded,
)


@object_type
class Subscription:
    """What can be followed."""

    @subscription
    async def ask(
        self,
        info: Info,
        question: Question,
        mode: WhoWords = models.AnswerMode.EXTRACTIVE,
        filter: WhichArticles = UNSET,  # noqa: A002
        as_of: AsOf = UNSET,
        min_confidence: MinConfidence = models.MIN_CONFIDENCE,
    ) -> AsyncGenerator[AskEvent, None]:
        """An answer as it comes about, ending with the whole of it."""
        moment = last_second(as_of) if as_of else None
        info.context.go_back(info.path, moment)
        context = info.context
        ask = partial(
            context.archive.ask,
            question,
            mode=mode,
            filter=article_filter(filter),
            as_of=moment,
            min_confidence=min_confidence,
        )
        async with aclosing(follow_stages(context, ask)) as stages:
            async for stage in stages:
                for step in _steps(stage):
                    yield step

    @subscription
    async def answer_changed(
        self,
        info: Info,
        question: Question,
        filter: WhichArticles = UNSET,  # noqa: A002
    ) -> AsyncGenerator[AnswerChange, None]:
        """A standing question: sends each time that articles taken in (or removed) change its answer."""
        context = info.context
        ask = partial(context.archive.ask, question, filter=article_filter(filter))
        previous = await ask_once(context, ask)
        changed: dict[str, None] = {}
        async for articles in context.require_feed().follow(context.run):
            changed |= dict.fromkeys(articles)
            current = await ask_once(context, ask)
            if _gist(current) == _gist(previous):
                continue
            context.forget()
            cited = {citation.article_id for statement in current.statements for citation in statement.citations}
            found = await context.run(context.archive.load_articles, [id_ for id_ in changed if id_ in cited])
            causes = [Article.of(article) for article in found if article]
            yield AnswerChange(previous=Answer.of(previous), current=Answer.of(current), caused_by=causes)
            previous = current
            changed.clear()

    @subscription
    async def ingest_job_updated(self, info: Info, id: GlobalId) -> AsyncGenerator[IngestJob, None]:  # noqa: A002
        """A job now and each time that it gets on, until it is over."""
        context = info.context
        key, queue = expect(id, "IngestJob"), context.require_jobs()
        sent = None
        while sent is None or not sent.state.is_final:
            job = await context.run(queue.find, key)
            if job is None:
                raise InputError(f"there is no job {id[:80]!r}")
            if job != sent:
                context.forget()
                yield IngestJob.of(job)
                sent = job
                continue
            await asyncio.sleep(context.require_feed().interval)

    @subscription
    async def article_ingested(
        self,
        info: Info,
        filter: WhichArticles = UNSET,  # noqa: A002
    ) -> AsyncGenerator[Article, None]:
        """Each article that is added or revised from now on."""
        context, which = info.context, article_filter(filter)
        async for changed in context.require_feed().follow(context.run):
            for article in await context.run(_load, context.archive, changed, which):
                context.forget()
                yield Article.of(article)


def _steps(stage: models.AskStage) -> Iterator[AskEvent]:
    match stage:
        case models.QuestionUnderstood():
            yield AskInterpreted(interpretation=QuestionInterpretation.of(stage.interpretation))
        case models.PassagesFound():
            yield AskPassagesRetrieved(passages=[Passage.of(passage) for passage in stage.passages])
        case models.CandidatesFound():
            for candidate in stage.candidates:
                yield AskCandidateFound(candidate=AnswerCandidate.of(candidate))
        case models.AnswerFound():
            for statement in stage.answer.statements:
                yield AskStatementAdded(statement=AnswerStatement.of(statement))
            yield AskCompleted(answer=Answer.of(stage.answer))


def _gist(answer: models.Answer) -> tuple[object, ...]:
    """What makes an answer another one: not its confidence, nor what it cost."""
    accounts = frozenset((account.stance, account.proposition) for account in answer.accounts)
    return answer.status, answer.text, answer.value, accounts


def _load(archive: Archive, ids: Sequence[str], which: models.ArticleFilter | None) -> Iterator[models.Article]:
    """The articles of ``ids`` that are there and pass the filter, oldest first."""
    found = {article.id: article for article in archive.load_articles(ids) if article}
    if which is None or not found:
        return iter(found.values())
    oldest = min(article.ingested_at for article in found.values())
    passing: list[models.Article] = []
    window = models.Window(limit=MAX_PAGE)
    while True:
        page = archive.articles(which, order=models.ArticleOrder.INGESTED_AT, descending=True, window=window)
        passing += (article for article in page.items if article.id in found)
        if not page.has_next or page.items[-1].ingested_at < oldest:
            return reversed(passing)
        window = models.Window(limit=MAX_PAGE, after=page.cursors[-1])
