"""What others retrieve with: LangChain's ensemble and bm25s, as baselines of the figures of retrieval."""
