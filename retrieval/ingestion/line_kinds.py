"""What a single line of news text is, by the words that publishers put around their articles."""

from __future__ import annotations

import re

from retrieval.ingestion.publication import is_dateline
from retrieval.models import BlockKind

_LONGEST = 400
_SHORT = 250
_I = re.IGNORECASE

# Atomic: a hyphen inside a name also parts two of them, and to try both for each would take time without end.
_NAME = r"(?>[A-Z][\w'’.-]*|al-[A-Z][\w-]*|(?:de|da|di|del|der|den|van|von|bin|ibn|el|al|la|le|du|dos|ten|ter|y|st)\b)"
_NAMES = rf"{_NAME}(?:\s+{_NAME}){{0,4}}"
_AGENCY = (
    r"(?:AFP|AP|EPA|PA|ANI|PTI|IANS|UPI|AAP|dpa|DPA|EFE|ANSA|TASS|KCNA|Reuters|REUTERS|Xinhua|Anadolu(?: Agency)?|Bloomberg"
    r"|Associated Press|The Associated Press|Agence France[- ]Presse|Getty(?: Images)?|Shutterstock|iStock|Alamy|Flickr"
    r"|Wikimedia(?: Commons)?|Wikipedia|Unsplash|Pixabay|Twitter|Facebook|Instagram|YouTube|NurPhoto|Magnum(?: Photos)?"
    r"|SIPA|ZUMA|Press Association|Staff|News Agency|CC[- ]BY[\w .-]*|Creative Commons|Public Domain|Handout|File)"
)
_READ_TIME = re.compile(
    r"(?:(?:estimated\s+)?(?:reading|read)\s+time\s*:?\s*)?(?:about\s+)?\d{1,3}\s*[- ]?\s*min(?:ute)?s?\.?"
    r"(?:\s*[- ]?read(?:ing)?)?(?:\s+time)?|\d{1,3}\s*[- ]?min(?:ute)?s?\s+(?:to\s+)?read|listen\s+to\s+this\s+article.*",
    _I,
)
_RELATIVE_DATE = re.compile(r"(?:published|updated|posted)?\s*:?\s*\d{1,3}\s+(?:minute|hour|day)s?\s+ago", _I)

_RELATED = re.compile(
    r"(?:[-*•▪►>→\s]*)[\[*_(]*(?:"
    r"(?:(?:read|see|watch|listen)\s+(?:also|more|next|too)|also\s+(?:read|see|watch)|related(?:\s+(?:stor(?:y|ies)|articles?|links?"
    r"|content|coverage|news|topics?|posts?|reading|video))?|see\s+also|more\s+(?:on|from|about)\s+(?:this|[^.:]{1,40})|further\s+reading"
    r"|(?:you\s+(?:may|might)\s+also\s+(?:like|be\s+interested\s+in))|recommended(?:\s+(?:for\s+you|reading|stories))?"
    r"|must[- ]reads?|don['’]t\s+miss|in\s+case\s+you\s+missed\s+it|what\s+to\s+read\s+next"
    r"|most\s+(?:read|popular|viewed)|trending(?:\s+now)?"
    r"|top\s+stories|latest\s+stories|editor['’]?s['’]?\s+picks?|read|watch|listen|opinion|analysis|explainer|in\s+pictures|live\s+updates)"
    r"(?P<mark>\s*[:|»→>]\s*|\s*[*_\])]*\s*\Z)"
    r"|(?:read|see)\s+(?:also|more)\b(?P<plain>.*))",
    _I,
)
_RELATED_ALONE = re.compile(r"[\W_]*(?:read|watch|listen|opinion|analysis|explainer|in\s+pictures|recommended)[\W_]*\Z", _I)

_BOILERPLATE = re.compile(
    r"[\W_]*(?:"
    r"follow\s+(?:us|me|@|him|her|the\s+\w+\s+on|\S+(?:\s+\S+){0,4}\s+on\s+(?:twitter|facebook|instagram|x\b|telegram|linkedin))"
    r"|(?:like|find|join|connect\s+with|visit)\s+us\s+(?:on|at)\b|stay\s+connected|join\s+(?:the\s+(?:conversation|discussion)|our\s+\w+)"
    r"|subscribe\b(?!\s*rs)|sign\s*up\s+(?:for|to|here|now)\b|(?:sign|log)\s*in\s*(?:\Z|(?:to|or|with|here|now)\b)|register\s+(?:now|for\s+free)|(?:get|receive)\s+(?:the|our)"
    r"\s+(?:\w+\s+){0,4}newsletters?|newsletters?\s*\Z|our\s+newsletters?"
    r"|(?:copyright\s*(?:©|\(c\)|(?:19|20)\d\d|:|by\b|\Z)|©|\(c\)\s*(?:19|20)\d\d|all\s+rights\s+reserved)"
    r"|share\s+(?:this|on|via|it\s+on)\b|share\s*\Z|tweet\s*\Z|print\s*\Z|e-?mail\s*\Z|save\s*\Z|comments?\s*(?:\(\d+\))?\s*\Z|\d+\s+comments?\s*\Z"
    r"|leave\s+a\s+comment|post\s+a\s+comment|view\s+comments"
    r"|click\s+(?:here|to)\b|tap\s+here\b|download\s+(?:our|the)\s+(?:\w+\s+){0,3}app\b"
    r"|(?:this|the)\s+(?:article|story|report|post|piece|interview)\s+(?:was|has\s+been|is|has)\s+(?:originally\s+|first\s+|also\s+|been\s+)?"
    r"(?:published|updated|corrected|amended|edited|republished|produced|generated|translated)"
    r"|(?:originally|first)\s+(?:published|appeared)\s+(?:on|in|at)"
    r"|(?:this|our)\s+(?:web\s*)?site\s+uses\s+cookies|we\s+use\s+cookies|accept\s+(?:all\s+)?cookies|cookie\s+(?:policy|settings|preferences)\W*\Z"
    r"|privacy\s+policy\W*(?:\Z|[|·•]|terms\b)|terms\s+(?:of\s+(?:use|service|sale)|(?:and|&)\s+conditions)\b|skip\s+(?:to|ad)\b|advertisements?\s*\Z|sponsored(?:\s+content)?\s*\Z|promoted\s+(?:content|stories|links|by)\b"
    r"|(?:story|article)\s+continues\s+below|continue\s+reading|support\s+(?:our|independent)\s+journalism|donate\s*\Z"
    r"|the\s+views?\s+(?:and\s+opinions?\s+)?expressed\s+(?:in|here|by|are)|(?:views|opinions)\s+expressed\s+in\s+this"
    r"|categor(?:y|ies)\s*:|tags?\s*:|filed\s+under\b|topics?\s*:|keywords?\s*:|in\s+this\s+(?:story|article)\s*:?\s*\Z"
    r"|contact\s+(?:us|the\s+(?:author|writer|reporter))\b|report\s+(?:a\s+typo|an?\s+error)|got\s+a\s+tip|send\s+(?:us\s+)?(?:your\s+)?tips"
    r"|correction\s*:|editor['’]s\s+note\s*:|with\s+(?:agency\s+)?inputs?\s+from|agencies\s+contributed"
    r")",
    _I,
)
_LINK_ONLY = re.compile(r"[<(\[]*(?:https?\s*:\s*/\s*/|www\s*\.)[^\n]*", _I)
_RIGHTS = re.compile(r"(?:©|\(c\)\s*(?:19|20)\d\d|all\s+rights\s+reserved)", _I)

_BYLINE = re.compile(
    rf"[(*_\[]*(?:(?:[Bb]y|BY|[Ww]ritten\s+[Bb]y|[Rr]eport(?:ed|ing)\s+[Bb]y|[Aa]dditional\s+[Rr]eporting\s+[Bb]y|[Ww]ords\s+[Bb]y|[Aa]uthors?\s*:"
    rf"|[Ee]dit(?:ed|ing)\s+[Bb]y|[Ss]tory\s+[Bb]y|[Tt]ranslated\s+[Bb]y|[Ff]rom)\s*:?\s+)(?P<names>{_NAMES}"
    rf"(?:\s*(?:,|;|\||/|&|\band\b|\bin\b|\bfor\b|\bat\b|[-–—])\s*(?:the\s+|The\s+)?(?:[Ee]dit(?:ed|ing)\s+by\s+)?{_NAMES})*)"
    r"[)*_\].]*"
)
_SOURCE_LINE = re.compile(r"(?:source|agency)\s*[:|]\s*\S.{0,60}", _I)
_AGENCY_LINE = re.compile(rf"\(?{_AGENCY}\)?\.?")
_AUTHOR_LINE = re.compile(
    rf"{_NAMES}(?:\s*(?:,|\||/|&|\band\b|[-–—])\s*(?:[Tt]he\s+)?(?:{_NAMES}|(?:[\w-]+\s+){{0,3}}(?:correspondent|reporter|editor|writer)))*"
)

_CAPTION_START = re.compile(
    r"[*_(\[]*(?:file\s+(?:photo|image|picture)|photo(?:graph)?(?:s|\s+credit)?|images?(?:\s+credit)?|picture(?:\s+credit)?|caption"
    r"|(?:main|lead|cover|featured)\s+(?:image|photo|picture)(?:\s+credit)?|credit|illustration|graphic|video)"
    r"\s*(?::|\bby\s+(?=[A-Z])|\s[-–—|]\s)",
    _I,
)
_CAPTION_END = re.compile(
    r"(?:"
    rf"[\[(](?:[^\[\]()]{{0,60}}[\s/,.:-])?{_AGENCY}(?:[/,\s|:-][^\[\]()]{{0,60}})?[\])]"
    r"|\[[A-Z][\w.'’&-]+(?:[ /][A-Z][\w.'’&-]+){0,4}\]"
    r"|[\[(](?:[Ff]ile|[Pp]hoto|[Ii]mage|[Pp]icture|[Cc]redit|[Pp]hotograph|[Cc]ourtesy)\b[^\[\]()]{0,80}[\])]"
    r"|(?<!\w)(?:Image|Photo|Photograph|Picture|Credit|Photo credit|Image credit|Source|Courtesy)\s*:\s*[^.:]{2,60}\.?"
    r"|(?<=[.!?\s])(?:Photograph|Photo|Image|Picture)\s+(?:by|courtesy(?:\s+of)?)\s+[A-Z][^.]{2,60}\.?"
    rf"|(?<=[.!?\s/])(?:{_NAMES}\s*/\s*)?(?:via\s+)?{_AGENCY}(?:\s*/\s*[\w .]{{2,40}})?(?:\s+via\s+{_AGENCY})\.?"
    rf"|{_NAMES}\s*/\s*{_AGENCY}\.?"
    r"|file\s+(?:photo|image|picture)\.?"
    r")\s*[*_]*\Z"
)
# Nothing but who took a picture: "REUTERS/Ann Lee", "Photo: Ann Lee/AFP", "(AP Photo/Ann Lee)".
_PICTURE_CREDIT = re.compile(
    r"[(\[*_]*(?:"
    rf"(?:(?:[Pp]hoto(?:graph)?s?|[Ii]mages?|[Pp]ictures?|[Ii]llustration|[Vv]ideo|[Cc]redit)(?:\s+[Cc]redit)?\s*(?::|\bby\b)\s*)"
    rf"(?:{_AGENCY}(?:\s+[Pp]hoto)?\s*[/,|]\s*)?{_NAMES}(?:\s*[/,|]\s*(?:{_AGENCY}|{_NAMES}))*"
    rf"|{_AGENCY}(?:\s+[Pp]hoto)?\s*/\s*{_NAMES}(?:\s*[/,|]\s*{_AGENCY})*"
    rf"|{_NAMES}\s*/\s*{_AGENCY}(?:\s+[Pp]hoto)?"
    r")[)\]*_.]*"
)
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


def line_kind(line: str) -> BlockKind | None:
    """The kind of a line that shows by itself what it is; None for prose (a title, a standfirst or body)."""
    if len(line) > _LONGEST:
        return None
    if _READ_TIME.fullmatch(line):
        return BlockKind.READ_TIME
    if is_dateline(line) or _RELATIVE_DATE.fullmatch(line):
        return BlockKind.DATELINE
    if _MARKDOWN_IMAGE.match(line):
        return BlockKind.CAPTION
    if _is_related(line):
        return BlockKind.RELATED_LINK
    if _is_boilerplate(line):
        return BlockKind.BOILERPLATE
    if _PICTURE_CREDIT.fullmatch(line):
        return BlockKind.BYLINE
    if _CAPTION_START.match(line) or _CAPTION_END.search(line):
        return BlockKind.CAPTION
    if _is_byline(line):
        return BlockKind.BYLINE
    return None


def opens_related_list(line: str) -> bool:
    """True for a heading with links below it: "Related:", "Read more"."""
    if len(line) > _LONGEST:
        return False
    match = _RELATED.match(line)
    return (
        bool(match and match["mark"] is not None and not line[match.end() :].strip(" *_:|")) and line_kind(line) is not None
    )


def is_author_line(line: str) -> bool:
    """True for names alone ("Jane Doe", "Jane Doe, BBC News"), which is a byline only beside other header lines."""
    return len(line.split()) <= 10 and len(line) <= 80 and len(line.split()) >= 2 and bool(_AUTHOR_LINE.fullmatch(line))


def _is_related(line: str) -> bool:
    match = _RELATED.match(line)
    if not match or len(line) > _SHORT:
        return False
    if match["plain"] is not None:
        return not re.search(r"[\"“”]", line) and len(line.split()) <= 25
    return not _RELATED_ALONE.match(line) or ":" in line


def _is_boilerplate(line: str) -> bool:
    if _LINK_ONLY.fullmatch(line) and len(line.split()) <= 60:
        return True
    if len(line) > _SHORT:
        return False
    return bool(_BOILERPLATE.match(line) or (_RIGHTS.search(line) and len(line.split()) <= 30))


def _is_byline(line: str) -> bool:
    if len(line.split()) > 20:
        return False
    if _AGENCY_LINE.fullmatch(line) or _SOURCE_LINE.fullmatch(line):
        return True
    match = _BYLINE.fullmatch(line)
    return match is not None and not re.search(r"\b(?:said|says|is|was|were|are|has|have)\b", line)
