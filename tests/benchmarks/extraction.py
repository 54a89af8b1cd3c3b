"""How fast the whole extraction is in steady state, in one process on one core, and how much memory it takes.

Run: ``DATELINE_DATA=... python tests/benchmarks/extraction.py [--articles 200] [--floor 2500]``. The articles are the
news texts of Wikinews and ECB+; the first ones warm up and are not timed. Time is CPU time of this process, so that a busy
machine tells little less. Prints one line of figures; with ``--floor`` it fails below that many words a second.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from retrieval.extraction.extractor import Extractor
from retrieval.ingestion.pipeline import prepare_article
from retrieval.models import ArticleInput

WARM_UP = 16
MAX_RSS_MEGABYTES = 450


def read_articles(data: Path, limit: int) -> list[ArticleInput]:
    """News texts, those of Wikinews first."""
    articles = []
    for line in (data / "wikinews/gum_articles.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        articles.append(ArticleInput(text=row["text"], title=row["title"], published_at=row["published"]))
    for path in sorted((data / "ecbplus").glob("*/*.xml")):
        if len(articles) >= limit:
            break
        articles.append(ArticleInput(text=_text_of(path), published_at="2012-06-01"))
    return articles[:limit]


def _text_of(path: Path) -> str:
    sentences: dict[str, list[str]] = defaultdict(list)
    for token in ElementTree.parse(path).iter("token"):
        sentences[token.attrib["sentence"]].append(token.text or "")
    return re.sub(r" ([.,;:!?)\]%']|'s\b|n't\b)", r"\1", "\n\n".join(" ".join(words) for words in sentences.values()))


def main() -> int:
    """Measure and print; the exit status is 1 below the floor or above the memory that a worker may take."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--articles", type=int, default=216)
    options.add_argument("--floor", type=float, default=0.0, help="words a second")
    given = options.parse_args()
    data = os.environ.get("DATELINE_DATA")
    if not data:
        print("set DATELINE_DATA to the folder of data sets", file=sys.stderr)
        return 2
    prepared = [prepare_article(article) for article in read_articles(Path(data), given.articles)]
    extractor = Extractor()
    for _ in extractor.extract_many(prepared[:WARM_UP]):
        pass
    timed = prepared[WARM_UP:]
    words = sum(len(article.text.split()) for article in timed)
    begin = time.process_time()
    events = sum(len(facts.events) for facts in extractor.extract_many(timed))
    seconds = time.process_time() - begin
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = words / seconds
    print(f"{len(timed)} articles, {words} words, {events} events: {speed:.0f} words/s a core, peak RSS {rss:.0f} MB")
    return int(speed < given.floor or rss > MAX_RSS_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
