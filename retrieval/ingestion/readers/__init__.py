"""From paths to articles: which files there are, which format each has, and what a reader makes of it."""

from retrieval.ingestion.readers.files import find_rejections, read_article
from retrieval.ingestion.readers.paths import STDIN, Source, iter_paths, source_name
from retrieval.ingestion.readers.registry import READERS, Reader

__all__ = ["READERS", "STDIN", "Reader", "Source", "find_rejections", "iter_paths", "read_article", "source_name"]
