"""Dateline for Haystack: an archive as a document store, its search, reader and answers as components, and the pipelines
that an archive can run its stages in. See docs/haystack.md.

Importing this imports Haystack (about a second, 70 MB), with its telemetry off unless the process has imported it before.
"""

from retrieval.integrations.haystack.answerer import DatelineAnswerer
from retrieval.integrations.haystack.ask_stages import (
    AnswerFinder,
    EvidenceGatherer,
    QuestionInterpreter,
    build_ask_pipeline,
)
from retrieval.integrations.haystack.embedders import DatelineDocumentEmbedder, DatelineTextEmbedder
from retrieval.integrations.haystack.pipelines import AskPipeline, SearchPipeline
from retrieval.integrations.haystack.reader import DatelineExtractiveReader
from retrieval.integrations.haystack.retrievers import (
    DatelineBM25Retriever,
    DatelineEmbeddingRetriever,
    DatelineHybridRetriever,
)
from retrieval.integrations.haystack.search_stages import (
    DenseRetriever,
    DocumentRanker,
    LexicalRetriever,
    PoolJoiner,
    PoolRanker,
    build_search_pipeline,
)
from retrieval.integrations.haystack.store import DatelineDocumentStore

__all__ = [
    "AnswerFinder",
    "AskPipeline",
    "DatelineAnswerer",
    "DatelineBM25Retriever",
    "DatelineDocumentEmbedder",
    "DatelineDocumentStore",
    "DatelineEmbeddingRetriever",
    "DatelineExtractiveReader",
    "DatelineHybridRetriever",
    "DatelineTextEmbedder",
    "DenseRetriever",
    "DocumentRanker",
    "EvidenceGatherer",
    "LexicalRetriever",
    "PoolJoiner",
    "PoolRanker",
    "QuestionInterpreter",
    "SearchPipeline",
    "build_ask_pipeline",
    "build_search_pipeline",
]
