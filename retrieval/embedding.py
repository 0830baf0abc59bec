"""Embedders: texts in, unit vectors out, and the one place that decides which embedder is used."""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

from knowledge.failures import Rejected, Unavailable
from knowledge.settings import Settings
from retrieval.minilm import WEIGHTS_SHA256, open_minilm, verify_weights, weights_folder

if TYPE_CHECKING:
    from langchain_openai import OpenAIEmbeddings
    from sentence_transformers import SentenceTransformer


# Texts in one request to an endpoint, and how long it may take: a small model on a busy processor takes seconds each.
AT_ONCE = 16
SECONDS = 60


class Embedder(Protocol):
    """Turns texts into vectors. `id` names model, hash and precision: vectors of two ids never mix."""

    id: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text, shape (n, dimensions)."""
        ...


def open_embedder(settings: Settings) -> Embedder:
    """Open the embedder that the settings name.

    Raises:
        Rejected: the settings contradict themselves.
        Unavailable: its weights, its folder or its endpoint cannot be used, with the remedy.
    """
    query, passage = settings.embedder_query_prefix, settings.embedder_passage_prefix
    return Prefixed(_open(settings), query, passage) if query or passage else _open(settings)


def _open(settings: Settings) -> Embedder:
    if settings.embedder == "minilm":
        return open_minilm(settings.models_dir)
    if settings.embedder == "minilm-fp32":
        folder = weights_folder()
        verify_weights(folder)
        return SentenceEmbedder(str(folder), f"all-minilm-l6-v2-{WEIGHTS_SHA256[:8]}-fp32")
    if settings.embedder == "endpoint":
        return _open_endpoint(settings)
    return _open_sentence_transformer(settings.embedder)


class Prefixed:
    """An embedder whose model was trained with words before each text: other ones before questions than passages."""

    def __init__(self, inner: Embedder, query: str, passage: str) -> None:
        self._inner, self._query, self._passage = inner, query, passage
        mark = hashlib.sha256(f"{query}\x1f{passage}".encode()).hexdigest()[:8]
        self.id, self.dimensions = f"{inner.id}-prefixed-{mark}", inner.dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of passages, shape (n, dimensions)."""
        return self._inner.embed([self._passage + text for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of questions, shape (n, dimensions)."""
        return self._inner.embed([self._query + text for text in texts])


def embed_queries(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return unit vectors of questions: most models see them as they see passages."""
    return embedder.embed_queries(texts) if isinstance(embedder, Prefixed) else embedder.embed(texts)


class SentenceEmbedder:
    """Any sentence-transformers model, in this process, offline."""

    def __init__(self, path: str, name: str) -> None:
        self._model = _load(path)
        self.id = name
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dimensions)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        rows = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


class EndpointEmbedder:
    """An OpenAI-compatible embeddings endpoint. The dimensions are asked for once, when it is opened."""

    def __init__(self, client: "OpenAIEmbeddings", url: str, model: str) -> None:
        self._client, self._url = client, url
        self.id = f"endpoint-{hashlib.sha256(url.encode()).hexdigest()[:8]}-{model}"[:100]
        self.dimensions = 0
        self.dimensions = int(self.embed(["ready?"]).shape[1])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dimensions).

        Raises:
            Unavailable: the endpoint does not answer, refuses, or answers nonsense.
        """
        from openai import APITimeoutError, OpenAIError

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        try:
            # Some servers refuse an empty input; a blank is as good.
            rows = self._client.embed_documents([text or " " for text in texts])
            vectors = np.asarray(rows, dtype=np.float32)
        except APITimeoutError as error:
            raise self._unavailable(f"{AT_ONCE} texts took it longer than {SECONDS} s") from error
        except (OpenAIError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._unavailable(type(error).__name__) from error
        norms = np.linalg.norm(vectors, axis=-1, keepdims=True) if vectors.ndim == 2 else np.zeros(1)
        if vectors.shape != (len(texts), self.dimensions or vectors.shape[-1]) or not np.all(norms > 0):
            raise self._unavailable(f"its answer has the shape {vectors.shape}")
        return np.asarray(vectors / norms, dtype=np.float32)

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(
            f"The embedding endpoint {self._url} cannot be used ({reason}).",
            "Check THREADLINE_EMBEDDING_URL, THREADLINE_EMBEDDING_MODEL and THREADLINE_EMBEDDING_KEY.",
        )


def _open_endpoint(settings: Settings) -> EndpointEmbedder:
    if not settings.embedding_url or not settings.embedding_model:
        raise Rejected(
            "THREADLINE_EMBEDDER is endpoint, but no endpoint is named.",
            "Set THREADLINE_EMBEDDING_URL and THREADLINE_EMBEDDING_MODEL.",
        )
    from langchain_openai import OpenAIEmbeddings

    url = with_v1(settings.embedding_url)
    client = OpenAIEmbeddings(
        openai_api_base=url,
        openai_api_key=SecretStr(settings.embedding_key.get_secret_value() or "none"),
        model=settings.embedding_model,
        check_embedding_ctx_length=False,
        chunk_size=AT_ONCE,
        max_retries=1,
        request_timeout=SECONDS,
    )
    return EndpointEmbedder(client, url, settings.embedding_model)


def with_v1(url: str) -> str:
    """Return the base URL of an OpenAI-compatible server, `/v1` added when it is missing."""
    bare = url.rstrip("/")
    return bare if re.search(r"/v\d+$", bare) else f"{bare}/v1"


def _open_sentence_transformer(name: str) -> SentenceEmbedder:
    folder = Path(name)
    if not folder.is_dir():
        return SentenceEmbedder(name, f"st-{name}"[:100])
    mark = hashlib.sha256(str(folder.resolve()).encode())
    for file in sorted(folder.rglob("*.safetensors")):
        with file.open("rb") as stream:
            mark.update(hashlib.file_digest(stream, "sha256").digest())
    return SentenceEmbedder(str(folder.resolve()), f"st-{folder.name[:60]}-{mark.hexdigest()[:8]}-fp32")


def _load(path: str) -> "SentenceTransformer":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    missing = Unavailable(
        f"The embedding model {path} cannot be loaded.",
        "THREADLINE_EMBEDDER names a sentence-transformers folder, or a model that is already on this machine.",
    )
    if os.environ["HF_HUB_OFFLINE"] == "1" and not _is_here(path):
        raise missing  # said before the seconds that the library takes to load
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(path, device="cpu")
    except (OSError, ValueError) as error:
        raise missing from error


def _is_here(path: str) -> bool:
    """Whether a folder or the cache of models holds what says that a model is there."""
    from huggingface_hub import try_to_load_from_cache

    names = ("modules.json", "config.json")
    if Path(path).is_dir():
        return any((Path(path) / name).is_file() for name in names)
    owned = (path, f"sentence-transformers/{path}") if "/" not in path else (path,)
    try:
        return any(isinstance(try_to_load_from_cache(one, name), str) for one in owned for name in names)
    except ValueError:  # no name of a model at all
        return False
