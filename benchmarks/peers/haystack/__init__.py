"""Haystack's BM25 and embedding retrievers in memory, joined by reciprocal rank, set up as its documentation says."""
