"""LlamaIndex's QueryFusionRetriever over BM25 and vectors, set up as its documentation says."""
