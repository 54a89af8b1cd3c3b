"""The stores: the catalog, which is the truth, and the search index, which is derived from it."""
