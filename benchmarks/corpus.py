"""Passages in four sizes with their vectors, made once: real ones of the AWS guides, and a larger synthetic set."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.environment import BUILD
from evals.datasets.collections import Collection, Document
from evals.retrieval.library import write_articles
from knowledge.library.passages import embedded_text
from knowledge.library.splitting import split
from knowledge.settings import Settings
from retrieval.embedding import Embedder, open_embedder

SEED = 20261125
PASSAGE_CHARS = 1_200
# Sentences that synthetic passages are put together from, and how many each takes.
POOL, TAKEN = 4_000, (3, 7)
# What a passage's document is called: everything before this mark.
MARK = "#"
SENTENCE = re.compile(r"\b[A-Z][^.!?\n#|`]{40,250}[.!?](?=\s)")
FOLDER = BUILD / "bench"
STEP = 500


@dataclass(frozen=True)
class Corpus:
    """Where the passages and their vectors lie; `synthetic` ones are no measure of quality."""

    name: str
    passages: int
    documents: Path
    vectors: Path
    synthetic: bool = False


def real(collection: Collection, wanted: int) -> list[Document]:
    """At least `wanted` passages of whole documents, those that answer a query first, the others in seeded order."""
    gold = {document for relevant in collection.qrels.values() for document in relevant}
    others = [document for document in collection.documents if document.id not in gold]
    random.Random(SEED).shuffle(others)
    ordered = [document for document in collection.documents if document.id in gold] + others
    made: list[Document] = []
    for document in ordered:
        if len(made) >= wanted:
            break
        made += _passages(document)
    return made


def synthetic(collection: Collection, wanted: int, embedder: Embedder) -> tuple[list[Document], NDArray[np.float32]]:
    """`wanted` passages of real sentences in seeded order, each with the mean of its sentences' vectors."""
    draw = random.Random(SEED)
    found = {one for document in collection.documents for one in SENTENCE.findall(document.text)}
    pool = draw.sample(sorted(found), min(POOL, len(found)))
    known = embedder.embed(pool)
    documents, vectors = [], np.zeros((wanted, embedder.dimensions), dtype=np.float32)
    for number in range(wanted):
        drawn = draw.sample(range(len(pool)), draw.randint(*TAKEN))
        mean = known[drawn].mean(axis=0)
        vectors[number] = mean / np.linalg.norm(mean)
        documents.append(Document(f"made-{number}", f"Made {number}", " ".join(pool[one] for one in drawn)))
    return documents, vectors


def make(collection: Collection, name: str, wanted: int, is_synthetic: bool) -> Corpus:
    """The corpus of that name, made when it is not there yet; the vectors of real passages take a while, once."""
    embedder = open_embedder(Settings(_env_file=None))
    place = FOLDER / f"{name}-{collection.digest}-{embedder.id}"
    documents, vectors = place / "documents.jsonl", place / "vectors.npy"
    if not vectors.exists():
        place.mkdir(parents=True, exist_ok=True)
        if is_synthetic:
            passages, made = synthetic(collection, wanted, embedder)
        else:
            passages = real(collection, wanted)
            made = _embedded(passages, embedder)
        write_articles(documents, passages, {})
        fresh = vectors.with_suffix(".new.npy")
        np.save(fresh, made)
        fresh.replace(vectors)
    return Corpus(name, len(np.load(vectors, mmap_mode="r")), documents, vectors, is_synthetic)


def document_of(passage: str) -> str:
    """The document a passage was cut from."""
    return passage.partition(MARK)[0]


def _passages(document: Document) -> list[Document]:
    pieces = split(document.text, PASSAGE_CHARS)
    texts = ["\n".join(part for part in (piece.heading, piece.text) if part) for piece in pieces]
    return [Document(f"{document.id}{MARK}{number}", document.title, text) for number, text in enumerate(texts)]


def _embedded(passages: Sequence[Document], embedder: Embedder) -> NDArray[np.float32]:
    """Embed in steps that are kept, so that a run that was stopped goes on."""
    kept = FOLDER / f"vectors-{embedder.id}.jsonl"
    known: dict[str, list[float]] = {}
    if kept.exists():
        known = dict(json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines() if line.endswith("]"))
    texts = [embedded_text(one.title, "", one.text) for one in passages]
    missing = sorted({text for text in texts if text not in known})
    with kept.open("a", encoding="utf-8") as file:
        for start in range(0, len(missing), STEP):
            some = missing[start : start + STEP]
            for text, row in zip(some, embedder.embed(some), strict=True):
                known[text] = [round(float(value), 6) for value in row]
                file.write(json.dumps([text, known[text]]) + "\n")
            file.flush()
    return np.array([known[text] for text in texts], dtype=np.float32)
