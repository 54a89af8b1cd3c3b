"""Blocks: what each stretch of an article is. Nothing is cut away; what is no news gets a kind that is not indexed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from retrieval.ingestion.credits import with_credits
from retrieval.ingestion.datelines import find_dateline
from retrieval.ingestion.front_matter import parse_front_matter
from retrieval.ingestion.line_kinds import is_author_line, line_kind, opens_related_list
from retrieval.ingestion.publication import find_written_dates, is_dateline
from retrieval.ingestion.sentences import split_sentences, trimmed
from retrieval.models import Block, BlockKind, DatePrecision, Span

_LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HEADING = re.compile(r"#{1,6}\s+(?=\S)|[*_]{2,3}(?=\S)")
_RULE = re.compile(r"[-=*_~#•·\s]{3,}\Z")
_LABELLED_DATE = re.compile(r"\W*(?:first\s+)?(?:published|posted|(?:last\s+)?(?:updated|modified))\b", re.IGNORECASE)
_BULLET = re.compile(r"[-*•▪·►>]\s")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]*_]*\Z")
_WIRE_OPENING = re.compile(r"[A-Z][\w.'’ ,/-]{1,40}\s*(?:\([A-Z]\w+\)\s*)?[-–—]{1,2}\s+[A-Z\"“]|\([A-Z]\w+\)\s*[-–—]")
_WRAPPED_WIDTH = range(40, 101)
_HEADER_LINES = 8
_TITLE_LENGTH = 250
_HEADLINE_LENGTH = 100
_STANDFIRST_LENGTH = 600
# A headline may look like these: "Analysis: what comes next", "Video: storm hits the coast".
_TITLE_LIKE = frozenset({None, BlockKind.RELATED_LINK, BlockKind.CAPTION})
_HEADER_MARKS = frozenset({BlockKind.DATELINE, BlockKind.BYLINE, BlockKind.READ_TIME, BlockKind.TITLE_REPEAT})


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, or several that were one paragraph before they were wrapped, without the white space around."""

    span: Span
    text: str
    after_blank: bool


def split_blocks(text: str, *, title: str | None = None) -> tuple[Block, ...]:
    """The blocks of an article, in order and disjoint; every character that is not white space is in exactly one.

    The first line is the title, unless it reads like a paragraph, or ``title`` is given and the text does not begin with
    it: then there is no TITLE block. A line is a block; lines wrapped at a fixed width are joined. White space around a
    block is not part of it, nor is a Markdown mark before the title ("# " becomes a BOILERPLATE block of its own).
    """
    front = parse_front_matter(text)
    blocks = [Block(BlockKind.BOILERPLATE, front.span)] if front else []
    lines = _lines(text, front.span.end if front else 0)
    body_start, header = _header(text, lines, title)
    blocks += header
    blocks += _body(text, lines[body_start:], header)
    return tuple(with_credits(text, _with_datelines(text, blocks)))


def article_title(text: str, blocks: tuple[Block, ...], *, given: str | None = None, max_length: int = 200) -> str:
    """The title to show: the given one, the TITLE block, else the beginning of the first sentence that carries facts."""
    if given and given.strip():
        return " ".join(given.split())
    for kind in (BlockKind.TITLE, BlockKind.STANDFIRST, BlockKind.BODY):
        block = next((block for block in blocks if block.kind is kind), None)
        if block is None:
            continue
        first = block.span if kind is BlockKind.TITLE else split_sentences(text, block.span)[0]
        words = " ".join(first.slice(text).split())
        return words if len(words) <= max_length else words[: max_length - 1].rsplit(" ", 1)[0] + "…"
    return " ".join(text.split())[:max_length]


def _lines(text: str, start: int) -> list[_Line]:
    runs: list[list[_Line]] = []
    position, after_blank = start, True
    while position <= len(text):
        match = _LINE_BREAK.search(text, position)
        end = match.start() if match else len(text)
        span = trimmed(text, position, end)
        if span is None:
            after_blank = True
        else:
            if after_blank or not runs:
                runs.append([])
            runs[-1].append(_Line(span, span.slice(text), after_blank))
            after_blank = False
        if match is None:
            break
        position = match.end()
    if width := _wrapped_width(runs):
        return [line for run in runs for line in _joined(text, run, width)]
    return [line for run in runs for line in run]


def _wrapped_width(runs: list[list[_Line]]) -> int | None:
    """The width that paragraphs were wrapped at, None where a line is a paragraph.

    Greedy wrapping leaves no room for the next line's first word at the end of a line; lines that are paragraphs do.
    """
    pairs = [pair for run in runs for pair in pairwise(run)]
    if len(pairs) < 2:
        return None
    width = max(len(line.text) for run in runs if len(run) > 1 for line in run)
    if width not in _WRAPPED_WIDTH:
        return None
    full = sum(_is_full(line, following, width) for line, following in pairs)
    mid_sentence = sum(not _SENTENCE_END.search(line.text) for line, _ in pairs)
    return width if full >= 0.6 * len(pairs) and mid_sentence >= 0.5 * len(pairs) else None


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    return len(line.text) + 1 + len(following.text.split(maxsplit=1)[0]) > width


def _joined(text: str, run: list[_Line], width: int) -> Iterator[_Line]:
    current = run[0]
    for line, following in pairwise(run):
        if _is_full(line, following, width) and line_kind(following.text) is None and not _BULLET.match(following.text):
            span = Span(current.span.start, following.span.end)
            current = _Line(span, span.slice(text), current.after_blank)
            continue
        yield current
        current = following
    yield current


def _header(text: str, lines: list[_Line], given: str | None) -> tuple[int, list[Block]]:
    """The blocks before the body, and the number of the line that the body starts with."""
    blocks: list[Block] = []
    index, title = 0, None
    wanted = _squeezed(given or "")
    while index < len(lines) and title is None:
        line = lines[index]
        kind = line_kind(line.text) or (BlockKind.BOILERPLATE if _RULE.match(line.text) else None)
        is_wanted = bool(wanted) and _is_same_title(_squeezed(line.text), wanted)
        if kind in _TITLE_LIKE or is_wanted:
            if (wanted and not is_wanted) or not (is_wanted or _is_title(text, lines[index:])):
                break
            mark, span = _title_span(text, line)
            blocks += [Block(BlockKind.BOILERPLATE, mark)] if mark else []
            blocks.append(Block(BlockKind.TITLE, span))
            title = _squeezed(span.slice(text))
        else:
            blocks.append(Block(kind or BlockKind.BODY, line.span))
        index += 1
    repeats = title or wanted
    kinds = [
        BlockKind.TITLE_REPEAT if repeats and _squeezed(line.text) == repeats else line_kind(line.text)
        for line in lines[index : index + _HEADER_LINES]
    ]
    if _is_chronology(lines):
        first_prose = next((n for n, kind in enumerate(kinds) if kind is None), len(kinds))
        kinds[first_prose:] = [None if kind is BlockKind.DATELINE else kind for kind in kinds[first_prose:]]
    kinds = _with_authors(lines[index : index + _HEADER_LINES], kinds)
    last_mark = max((n for n, kind in enumerate(kinds) if kind in _HEADER_MARKS), default=-1)
    if sum(kind is None for kind in kinds[:last_mark]) > 2:
        last_mark = next((n for n, kind in enumerate(kinds) if kind is None), 0) - 1
    for line, kind in zip(lines[index : index + last_mark + 1], kinds, strict=False):
        blocks.append(Block(kind or _prose_kind(line), line.span))
    index += last_mark + 1
    if last_mark < 0 and title and _is_bare_standfirst(text, lines, index):
        blocks.append(Block(BlockKind.STANDFIRST, lines[index].span))
        index += 1
    return index, blocks


def _is_chronology(lines: list[_Line]) -> bool:
    """True where bare dates with prose between them are headings."""
    dates = [n for n, line in enumerate(lines) if is_dateline(line.text) and not _LABELLED_DATE.match(line.text)]
    return any(line_kind(line.text) is None for first, second in pairwise(dates) for line in lines[first + 1 : second])


def _with_authors(lines: list[_Line], kinds: list[BlockKind | None]) -> list[BlockKind | None]:
    """A line of bare names is a byline where it stands beside a date or another header mark."""
    marks = {n for n, kind in enumerate(kinds) if kind in _HEADER_MARKS and kind is not BlockKind.TITLE_REPEAT}
    return [
        BlockKind.BYLINE if kind is None and is_author_line(lines[n].text) and marks & {n - 1, n + 1} else kind
        for n, kind in enumerate(kinds)
    ]


def _prose_kind(line: _Line) -> BlockKind:
    return BlockKind.STANDFIRST if len(line.text) <= _STANDFIRST_LENGTH and " " in line.text else BlockKind.BODY


def _is_title(text: str, lines: list[_Line]) -> bool:
    """Headlines are short and end without a full stop; a line that is a paragraph is a title only above a header."""
    line = lines[0]
    if _HEADING.match(line.text):
        return True
    if len(line.text) > _TITLE_LENGTH:
        return False
    if not _SENTENCE_END.search(line.text) and not _WIRE_OPENING.match(line.text):
        return True
    has_header = any(line_kind(following.text) in _HEADER_MARKS for following in lines[1:4])
    is_short = len(line.text) <= _HEADLINE_LENGTH and len(split_sentences(text, line.span)) <= 2
    return len(lines) > 1 and (has_header or (is_short and not _WIRE_OPENING.match(line.text)))


def _is_same_title(line: str, wanted: str) -> bool:
    """Equal, or with the publisher after one of them ("Storm hits coast | Daily News")."""
    short, long = sorted((line, wanted), key=len)
    return short == long or (
        len(short) >= 15 and long.startswith(short) and bool(re.match(r"\s+[-|–—:·]", long[len(short) :]))
    )


def _title_span(text: str, line: _Line) -> tuple[Span | None, Span]:
    mark = re.match(r"#{1,6}\s+(?=\S)", line.text)
    if mark is None:
        return None, line.span
    start = line.span.start
    return trimmed(text, start, start + mark.end()), Span(start + mark.end(), line.span.end)


def _is_bare_standfirst(text: str, lines: list[_Line], index: int) -> bool:
    """One sentence right under the title, in a text whose paragraphs are set off by blank lines."""
    if index == 0 or index + 1 >= len(lines):
        return False
    line, following = lines[index], lines[index + 1]
    if line.after_blank or not following.after_blank or len(line.text) > _STANDFIRST_LENGTH:
        return False
    return line_kind(line.text) is None and len(split_sentences(text, line.span)) == 1 and " " in line.text


def _body(text: str, lines: list[_Line], header: list[Block]) -> Iterator[Block]:
    has_dateline = any(block.kind is BlockKind.DATELINE for block in header)
    in_related, is_first = False, True
    for line in lines:
        kind = line_kind(line.text)
        if kind is BlockKind.DATELINE and not is_first and not _LABELLED_DATE.match(line.text):
            kind = None  # a heading in a chronology
        if _RULE.match(line.text):
            kind = BlockKind.BOILERPLATE
        in_related = opens_related_list(line.text) or (in_related and kind is None and _goes_on(line))
        if in_related:
            kind = BlockKind.RELATED_LINK
        if kind is None and is_first and not has_dateline and (date := _leading_date(text, line.span)):
            yield Block(BlockKind.DATELINE, date)
            rest = trimmed(text, date.end, line.span.end)
            if rest:
                yield Block(BlockKind.BODY, rest)
        else:
            yield Block(kind or BlockKind.BODY, line.span)
        is_first = is_first and kind is not None


def _with_datelines(text: str, blocks: list[Block]) -> Iterator[Block]:
    """The blocks with the datelines that reports open with cut off; only an agency's stands further down as well."""
    is_first = True
    for block in blocks:
        dateline = None
        if block.kind in {BlockKind.BODY, BlockKind.STANDFIRST}:
            dateline = find_dateline(text, block.span)
            if dateline is not None and not is_first and (dateline.agency is None or not dateline.places):
                dateline = None
            is_first = False
        rest = trimmed(text, dateline.span.end, block.span.end) if dateline is not None else None
        if dateline is None or rest is None:
            yield block
            continue
        yield Block(BlockKind.DATELINE, dateline.span)
        yield Block(block.kind, rest)


def _goes_on(line: _Line) -> bool:
    return bool(_BULLET.match(line.text)) or (not line.after_blank and not _SENTENCE_END.search(line.text))


def _leading_date(text: str, span: Span) -> Span | None:
    """A full date with weekday that runs into the first sentence: "Thursday, May 7, 2015 On Tuesday, the"."""
    date = next(find_written_dates(text, Span(span.start, min(span.end, span.start + 60))), None)
    if date is None or date.span.start != span.start or date.precision is not DatePrecision.DAY:
        return None
    if not text[span.start].isalpha() or not re.match(r"(?i)\w+day", date.span.slice(text)):
        return None
    return date.span if re.match(r"\s+[A-Z\"“]", text[date.span.end : span.end]) else None


def _squeezed(line: str) -> str:
    """A title for comparison: no Markdown marks, no quotes, single spaces, no case."""
    unmarked = re.sub(r"\A(?:#{1,6}\s+|[*_]{1,3})|[*_]{1,3}\Z|[\"'“”‘’]", "", line)
    return " ".join(unmarked.split()).casefold()
