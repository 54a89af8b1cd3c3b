"""The embedded search index: tantivy for words, faiss for vectors, in a folder beside the archive."""
