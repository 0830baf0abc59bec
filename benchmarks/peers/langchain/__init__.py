"""LangChain's ensemble of BM25 and Chroma, set up as its documentation says."""
