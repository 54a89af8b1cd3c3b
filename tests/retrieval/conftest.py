"""Checks that several tests of the library share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retrieval import Archive, ArticleFacts, Attribution, BlockKind, Span, TimeRef, Window


class SpanChecker:
    """Slices every span that an archive serves out of the stored text and compares."""

    def __init__(self) -> None:
        self.checked = 0

    def check_archive(self, archive: Archive) -> None:
        window = Window(limit=50)
        while True:
            page = archive.articles(window=window)
            for facts in archive.load_facts([article.id for article in page.items]).values():
                self.check(facts)
            if not page.has_next:
                return
            window = Window(limit=50, after=page.cursors[-1])

    def check(self, facts: ArticleFacts) -> None:
        article = facts.article
        for span, text in self._spans(facts):
            assert 0 <= span.start < span.end <= len(article.text), (article.url, span, text)
            assert article.text[span.start : span.end] == text, (article.url, span, text)
            self.checked += 1
        self._check_layout(facts)

    def _spans(self, facts: ArticleFacts) -> Iterator[tuple[Span, str]]:
        text = facts.article.text
        for passage in facts.passages:
            yield passage.span, passage.text
        for mention in facts.mentions:
            yield mention.span, mention.text
        for time in facts.times:
            yield from self._time(time)
        for event_report in facts.event_mentions:
            yield event_report.trigger, event_report.trigger_text
            yield event_report.sentence, event_report.sentence.slice(text)
            assert event_report.sentence.contains(event_report.trigger)
        for participant in facts.participants:
            yield participant.span, participant.text
        for event in facts.events:
            if event.time.article_id == facts.article.id:  # another article that tells of it may give its date
                yield from self._time(event.time)
        for claim in facts.claims:
            yield claim.span, claim.text
            assert list(claim.spans) == sorted(claim.spans)
            for span in claim.spans:
                yield span, span.slice(text)
            yield from self._attribution(claim.attribution)
            if claim.said_at:
                yield from self._time(claim.said_at)
        if facts.article.published.span:
            yield facts.article.published.span, facts.article.published.span.slice(text)

    def _time(self, time: TimeRef) -> Iterator[tuple[Span, str]]:
        assert (time.span is None) == (time.text is None)
        if time.start and time.end:
            assert time.start <= time.end
        if time.span and time.text is not None:
            yield time.span, time.text

    def _attribution(self, attribution: Attribution) -> Iterator[tuple[Span, str]]:
        if attribution.source_span:
            yield attribution.source_span, attribution.source_text
        if attribution.cue_span:
            yield attribution.cue_span, attribution.cue or ""
        if attribution.via:
            yield from self._attribution(attribution.via)

    def _check_layout(self, facts: ArticleFacts) -> None:
        """Blocks cover the whole text, once; passages lie in what carries facts."""
        end = 0
        for block in facts.blocks:
            between = facts.article.text[end : block.span.start]
            assert not between.strip(), (facts.article.url, between)
            assert block.span.start >= end
            end = block.span.end
        assert not facts.article.text[end:].strip()
        searched = [b.span for b in facts.blocks if b.kind in {BlockKind.BODY, BlockKind.STANDFIRST}]
        for passage in facts.passages:
            assert any(passage.span.overlaps(span) for span in searched)


@pytest.fixture
def spans() -> SpanChecker:
    return SpanChecker()
