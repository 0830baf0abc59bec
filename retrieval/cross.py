"""Rerankers that read query and passage together: a cross-encoder in this process, or one behind an endpoint.

Both read the first candidates only (each costs a forward pass) and leave the rest as it was. One that fails or is too
slow changes nothing: the small model's order stands, and the log says so.
"""

import hashlib
import logging
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from knowledge.failures import Rejected, Unavailable
from knowledge.settings import Settings
from retrieval.lexical import LexicalIndex
from retrieval.rerank import Candidate, Reranker, open_linear

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# How many candidates are read together with the query, in the small model's order.
READ = 20
MAX_CHARS = 4_000

log = logging.getLogger(__name__)


class _Row(BaseModel):
    index: Annotated[int, Field(ge=0)]
    relevance_score: Annotated[float, Field(allow_inf_nan=False)]


class _Answer(BaseModel):
    results: list[_Row]


class ReadingTogether(ABC):
    """A reranker over another one's order; what it cannot score stays in that order, behind what it could."""

    def __init__(self, name: str, first: Reranker) -> None:
        self.id, self._first = f"{name}-{READ}-over-{first.id}", first

    def scores(self, query: str, candidates: Sequence[Candidate], lexical: LexicalIndex) -> list[float]:
        """Return places counted from the end: the higher the better."""
        first = self._first.scores(query, candidates, lexical)
        order = sorted(range(len(candidates)), key=lambda place: (-first[place], place))
        head = order[:READ]
        try:
            read = self.read(query, [_text(candidates[place]) for place in head])
        except Unavailable as failure:
            log.warning("%s The order without it is used.", failure)
            read = []
        if len(read) == len(head):
            by_place = dict(zip(head, read, strict=True))
            order = sorted(head, key=lambda place: -by_place[place]) + order[READ:]
        result = [0.0] * len(candidates)
        for rank, place in enumerate(order):
            result[place] = float(len(order) - rank)
        return result

    @abstractmethod
    def read(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return how well each text answers the query.

        Raises:
            Unavailable: that cannot be told now.
        """


class CrossEncoderReranker(ReadingTogether):
    """A sentence-transformers cross-encoder, in this process, offline."""

    def __init__(self, model: "CrossEncoder", name: str, first: Reranker) -> None:
        super().__init__(name, first)
        self._model = model

    def read(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return the model's scores.

        Raises:
            Unavailable: it gives no single number for a pair.
        """
        pairs = [(query[-MAX_CHARS:], text) for text in texts]
        scores = self._model.predict(pairs, show_progress_bar=False)
        if scores.shape != (len(texts),):
            raise Unavailable(
                f"The cross-encoder gives {scores.shape} for {len(texts)} pairs.", "Use one of one label."
            )
        return [float(score) for score in scores]


class EndpointReranker(ReadingTogether):
    """A server with `POST …/rerank` as Cohere, Jina, vLLM and others have it."""

    def __init__(self, settings: Settings, first: Reranker) -> None:
        url, model = settings.reranker_url, settings.reranker_model
        super().__init__(f"endpoint-{hashlib.sha256(url.encode()).hexdigest()[:8]}-{model}"[:100], first)
        self._url, self._model = f"{url.rstrip('/')}/rerank", model
        self._key = settings.reranker_key.get_secret_value()
        self._seconds = settings.reranker_timeout_s

    def read(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return the server's scores.

        Raises:
            Unavailable: it does not answer in time, refuses, or answers nonsense.
        """
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        asked: dict[str, Any] = {"model": self._model, "query": query[-MAX_CHARS:], "documents": list(texts)}
        try:
            answer = httpx.post(self._url, json=asked | {"top_n": len(texts)}, headers=headers, timeout=self._seconds)
            answer.raise_for_status()
            rows = _Answer.model_validate_json(answer.content).results
        except (httpx.HTTPError, ValidationError) as error:
            raise self._unavailable(type(error).__name__) from error
        scores = {row.index: row.relevance_score for row in rows}
        if sorted(scores) != list(range(len(texts))):
            raise self._unavailable(f"it scored {len(scores)} of {len(texts)} passages")
        return [scores[place] for place in range(len(texts))]

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(
            f"The reranker {self._url} cannot be used ({reason}).",
            "Check THREADLINE_RERANKER_URL, THREADLINE_RERANKER_MODEL and THREADLINE_RERANKER_KEY.",
        )


def open_reranker(settings: Settings) -> Reranker | None:
    """Open the reranker that the settings name; `none` leaves the fusion's order.

    Raises:
        Rejected: the settings contradict themselves.
        Unavailable: the model's folder cannot be used, with the remedy.
    """
    if settings.reranker == "none":
        return None
    if settings.reranker == "linear":
        return open_linear()
    if settings.reranker == "endpoint":
        if not settings.reranker_url:
            raise Rejected("THREADLINE_RERANKER is endpoint, but no endpoint is named.", "Set THREADLINE_RERANKER_URL.")
        return EndpointReranker(settings, open_linear())
    folder = Path(settings.reranker)
    name = f"cross-{folder.name[:60]}"
    return CrossEncoderReranker(_load(settings.reranker), name, open_linear())


def _load(path: str) -> "CrossEncoder":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder

    try:
        model: CrossEncoder = CrossEncoder(path, device="cpu")
        return model
    except (OSError, ValueError) as error:
        raise Unavailable(
            f"The reranker {path} cannot be loaded.",
            "THREADLINE_RERANKER names a folder with a cross-encoder, or a model that is already on this machine.",
        ) from error


def _text(candidate: Candidate) -> str:
    passage = candidate.passage
    return "\n".join(part for part in (passage.title, passage.heading, passage.text) if part)[:MAX_CHARS]
