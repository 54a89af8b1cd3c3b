"""What it takes to ingest 200 KB of each kind of text that was made to be slow: CPU seconds and memory, side by side.

Run: ``python -m tests.benchmarks.hostile_texts [--characters 200000] [--only KIND] [--no-vectors]``, on Linux. Each text
is ingested in processes of its own; processor time and peak memory are those of both. It fails where one takes over 20 s or
500 MB more than an ordinary article does, or is stored without its facts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

MOST_CPU_SECONDS = 20.0
MOST_MEGABYTES = 500.0

_SENTENCE = "The mayor of Ghent said on Monday that two men were killed in the fire. "
_NAMES = ["Ghent", "Oslo", "Lima", "Quito", "Perth", "Cairo", "Delhi", "Seoul", "Paris", "Tunis", "Accra", "Dakar", "Hanoi"]
_PREPOSITIONS = ["of", "to", "for", "with", "by", "from", "at", "in", "on", "about", "after", "before", "under", "over"]


def _repeated(unit: str) -> Callable[[int], str]:
    return lambda size: (unit * (size // len(unit) + 1))[:size]


def _drawn(alphabet: str, *, seed: int = 11) -> Callable[[int], str]:
    return lambda size: "".join(random.Random(seed).choices(alphabet, k=size))


def _words(size: int, make: Callable[[int], str]) -> str:
    parts: list[str] = []
    length = number = 0
    while length < size:
        parts.append(make(number))
        length += len(parts[-1])
        number += 1
    return "".join(parts)[:size]


def _nested(opening: str, closing: str) -> Callable[[int], str]:
    def make(size: int) -> str:
        half = size // (len(opening) + len(closing))
        return opening * half + closing * half

    return make


def _name(number: int) -> str:
    syllables = ("Ba", "de", "ki", "lo", "mu", "na", "po", "ri", "sa", "tu")
    return "".join(syllables[int(digit)] for digit in f"{number:03d}").capitalize()


KINDS: dict[str, Callable[[int], str]] = {
    "prose": _repeated(_SENTENCE),
    "prose in paragraphs": _repeated(_SENTENCE * 3 + "\n\n"),
    "asterisks": _repeated("*"),
    "equals signs": _repeated("="),
    "underscores": _repeated("_"),
    "opening brackets": _repeated("("),
    "nested brackets": _nested("(", ")"),
    "square brackets and links": _repeated("[a]("),
    "straight quotation marks": _repeated('"'),
    "quoted words": _repeated('"go" '),
    "opening quotation marks": _repeated("“a "),
    "apostrophes": _repeated("'a "),
    "quotations in a row": _repeated('"We will not go," he said. '),
    "quotation left open": lambda size: '"' + _repeated("We will go. ")(size - 1),
    "hyphens": _repeated("-"),
    "full stops": _repeated("."),
    "spaced full stops": _repeated(". "),
    "abbreviations": _repeated("U.S. "),
    "commas": _repeated(","),
    "colons of clocks": _repeated("10:10:"),
    "clocks": _repeated("10:10 p.m. "),
    "digits": _repeated("1234567890"),
    "numbers": _repeated("1,234.5 "),
    "dates": _repeated("January 5, 2020 "),
    "unfinished dates": _repeated("5 January "),
    "numeric dates": _repeated("1/1/"),
    "weekdays": _repeated("Monday "),
    "times in a row": _repeated("last week of the next year before "),
    "he said": _repeated("he said "),
    "said that": _repeated("said that "),
    "according to": _repeated("according to "),
    "list of one name": _repeated("Ghent, "),
    "list of names": lambda size: _words(size, lambda n: _NAMES[n % len(_NAMES)] + ", "),
    "list of new names": lambda size: _words(size, lambda n: _name(n) + " " + _name(n * 7 + 3) + ", "),
    "names without commas": lambda size: _words(size, lambda n: _NAMES[(n * 7) % len(_NAMES)] + " "),
    "acronyms": lambda size: _words(size, lambda n: f"{_name(n).upper()} ({_name(n)[:2].upper()}) "),
    "titles": _repeated("Mr President Dr "),
    "and": _repeated("men and women and "),
    "of": _repeated("a number of "),
    "dozens of them": _repeated("dozens of them "),
    "pronouns after prepositions": lambda size: _words(size, lambda n: _PREPOSITIONS[n % len(_PREPOSITIONS)] + " them "),
    "killed": _repeated("killed two men "),
    "verbs": _repeated("asked to "),
    "relative clauses": _repeated("the man who said that "),
    "one long word": _repeated("a"),
    "words of one letter": _repeated("a "),
    "capitals": _repeated("A"),
    "mixed case": _repeated("aA"),
    "spaces": lambda size: "Ghent" + " " * (size - 10) + "Ghent",
    "line breaks": lambda size: "Ghent" + "\n" * (size - 10) + "Ghent",
    "lines of one character": _repeated("a\n"),
    "lines of one name": _repeated("Ghent\n"),
    "lines of asterisks": _repeated("* * *\n"),
    "related headings": _repeated("Related:\n"),
    "bylines": _repeated("By Ann Lee and "),
    "list items": _repeated("- Ghent\n"),
    "headings": _repeated("# A\n"),
    "carriage returns": _repeated("a\r"),
    "tabs": _repeated("a\t"),
    "e-mail addresses": _repeated("a@b."),
    "web addresses": _repeated("http://a.b/"),
    "combining marks": _repeated("a\u0301"),
    "emoji": _repeated("😀"),
    "joined emoji": _repeated("👨\u200d👩\u200d👧"),
    "right to left": _repeated("قال الرئيس "),
    "no spaces": _repeated("記者は言った。"),
    "zero width": _repeated("a\u200b"),
    "punctuation": _drawn(".,;:!?()[]{}<>\"'-_/*&%$#@+=~^|\\"),
    "punctuation and letters": _drawn("aB1 .,\"'()-:\n"),
    "IS": _repeated("IS "),
    "money": _repeated("$1.2 million "),
    "percent": _repeated("5% "),
    "dashes": _repeated("a - b -- c — "),
    "ellipses": _repeated("... "),
    "front matter": lambda size: "---\n" + _repeated("a: b\n")(size - 4),
    "html": _repeated("<p>Ghent</p>"),
}
"""What makes a text of so many characters, by what it is made of."""


def ingest(kind: str, characters: int, *, has_vectors: bool) -> dict[str, object]:
    """Ingest one text in this process and the one that reads for it; what that took of both."""
    from retrieval import Archive, ArticleInput  # noqa: PLC0415 -- measured from here on
    from retrieval.embedding import DEFAULT_EMBEDDER  # noqa: PLC0415 -- as above
    from retrieval.extraction.pool import ReadingLimits, shared_process  # noqa: PLC0415 -- as above

    limits = ReadingLimits()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "hostile.db")
        embedder = DEFAULT_EMBEDDER if has_vectors else None
        with Archive.open(path, embedder=embedder, embedder_threads=1, reading_limits=limits) as archive:
            archive.ingest_articles([ArticleInput(text=_SENTENCE, url="u:warm")])
            pids = [os.getpid(), shared_process(limits).pid or 0]
            seconds, megabytes = _cpu_seconds(pids), _peak_megabytes(pids)
            article = ArticleInput(text=KINDS[kind](characters), url="u:hostile", title="Hostile")
            (result,) = archive.ingest_articles([article])
            if shared_process(limits).pid == pids[1]:
                seconds, megabytes = _cpu_seconds(pids) - seconds, _peak_megabytes(pids) - megabytes
            (stored,) = archive.load_articles([str(result.article_id)])
            assert stored is not None
            assert stored.text == article.text
    return {"outcome": result.outcome, "reason": result.reason, "seconds": seconds, "megabytes": megabytes}


def _cpu_seconds(pids: Sequence[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _peak_megabytes(pids: Sequence[int]) -> float:
    kilobytes = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return kilobytes / 1024


def main() -> int:
    """Measure all kinds; the exit status is 1 where one breaks a limit."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--characters", type=int, default=200_000)
    options.add_argument("--only", choices=sorted(KINDS), metavar="KIND")
    options.add_argument("--no-vectors", action="store_true", help="search by words alone")
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.inside:
        print(json.dumps(ingest(given.only, given.characters, has_vectors=not given.no_vectors)))
        return 0
    failed = 0
    for kind in [given.only] if given.only else KINDS:
        failed += not measure(kind, given.characters, has_vectors=not given.no_vectors)
    return int(failed > 0)


def measure(kind: str, characters: int, *, has_vectors: bool) -> bool:
    """Print a line of figures; whether they are within the limits."""
    command = [sys.executable, "-m", "tests.benchmarks.hostile_texts", "--inside", "--only", kind]
    command += ["--characters", str(characters), *([] if has_vectors else ["--no-vectors"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{kind:<30} FAILED {done.stderr[-300:]}", flush=True)
        return False
    found = json.loads(done.stdout)
    figures = f"{found['seconds']:7.1f} s {found['megabytes']:6.0f} MB"
    print(f"{kind:<30} {figures} {found['outcome']} {found['reason'] or ''}", flush=True)
    is_within = found["seconds"] <= MOST_CPU_SECONDS and found["megabytes"] <= MOST_MEGABYTES
    return is_within and not found["reason"]


if __name__ == "__main__":
    sys.exit(main())
