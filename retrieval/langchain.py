"""The search as a LangChain retriever, for chains that others build."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from retrieval.passages import EVERYTHING, Audience, Hit, Only
from retrieval.search import Search


class PassageRetriever(BaseRetriever):
    """Finds passages for one audience; give `customer` when the text may reach a customer."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    search: Search
    audience: Audience
    limit: int = 10
    only: Only = EVERYTHING

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        del run_manager  # nothing below reports to LangChain
        hits = self.search.search(query, audience=self.audience, limit=self.limit, only=self.only)
        return [as_document(hit) for hit in hits]


def as_document(hit: Hit) -> Document:
    """Return the hit as a LangChain document: the passage's text, the rest as metadata."""
    passage = hit.passage
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "article": passage.article,
            "title": passage.title,
            "heading": passage.heading,
            "url": passage.url,
            "visibility": passage.visibility,
            "language": passage.language,
            "score": hit.score,
        },
    )
