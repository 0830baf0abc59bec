"""Topics from a few examples each: which one a message is about, or none of them, which is an answer too."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.failures import Rejected
from knowledge.yaml_text import parse_yaml

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Rows = NDArray[np.float32]
MOST_TOPICS, MOST_EXAMPLES, MOST_CHARS = 1_000, 50_000, 2_000
FOLDS = 5
# Of messages that are about a topic so many may be taken for none, where the file alone sets the limit.
LOST = 0.05
# What the mean cosine to a topic's nearest examples counts beside the head's logit, and how many of them are taken:
# chosen on the tuning parts of banking77 and CLINC150, between 2 and 5 and between 6 and 12 little changes.
NEAREST, NEAR_WEIGHT = 3, 8.0
_STEPS, _RATE, _SHRINK = 60, 0.5, 1e-5
_BLOCK = 500
_TEMPERATURES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8)


@dataclass(frozen=True)
class Named:
    """The topic of a text, "" when it is none of them; `nearest` is the likeliest one, `chance` how likely among all.

    `score` is compared with the limit below which a text is about none.
    """

    topic: str
    nearest: str
    chance: float
    score: float


@dataclass(frozen=True)
class Topics:
    """A linear head over sentence vectors, fitted on the examples, and the examples themselves, topic by topic.

    `known` are the examples' unit vectors, `counts` how many each topic has. Fits and answers are the same every time.
    """

    names: tuple[str, ...]
    weights: Rows
    known: Rows
    counts: tuple[int, ...]
    temperature: float
    limit: float

    def scores(self, vectors: Rows) -> tuple[NDArray[np.intp], Rows, Rows]:
        """Return for unit vectors, shape (n, dimensions), the likeliest topic, its chance, and its score."""
        logits = likeness(vectors, self.weights, self.known, self.counts)
        top = logits.max(axis=1, keepdims=True)
        chance = 1.0 / np.exp((logits - top) / self.temperature).sum(axis=1)
        return logits.argmax(axis=1), np.asarray(chance, np.float32), np.asarray(top[:, 0], np.float32)

    def name(self, vectors: Rows) -> list[Named]:
        """Name the topic of each text by its vector."""
        best, chance, score = self.scores(vectors)
        return [
            Named(self.names[k] if s >= self.limit else "", self.names[k], float(c), float(s))
            for k, c, s in zip(best, chance, score, strict=True)
        ]


def read_topics(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a YAML file of topics, each a list of example messages.

    Raises:
        Rejected: the file is not there, no YAML, or not at least two topics with examples.
    """
    example = 'Write `returns: ["How do I send it back?", …]`, at least two topics.'
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected(f"{path} cannot be read ({type(error).__name__}).", example) from error
    read = parse_yaml(text, str(path), example)
    if not isinstance(read, Mapping) or not 2 <= len(read) <= MOST_TOPICS:
        raise Rejected(f"{path} holds no topics, or more than {MOST_TOPICS}.", example)
    found: dict[str, tuple[str, ...]] = {}
    for name, examples in read.items():
        texts = [one.strip() for one in examples if isinstance(one, str)] if isinstance(examples, list) else []
        if not isinstance(name, str) or not name.strip() or not all(texts) or not texts or len(texts) != len(examples):
            raise Rejected(f"{path}: the topic {name!r} needs a list of examples, each a text.", example)
        if name.strip() in found:
            raise Rejected(f"{path}: the topic {name!r} stands there twice.", "Put its examples into one list.")
        found[name.strip()] = tuple(dict.fromkeys(text[:MOST_CHARS] for text in texts))
    if sum(map(len, found.values())) > MOST_EXAMPLES:
        raise Rejected(f"{path} holds more than {MOST_EXAMPLES} examples.", "A few dozen for each topic are enough.")
    return found


def fit_topics(examples: Mapping[str, Sequence[str]], embed: Embed) -> Topics:
    """Fit the head; temperature and limit come from folds of the examples that were left out in turn.

    Raises:
        Unavailable: the embedder cannot be used.
    """
    names = tuple(examples)
    labels = np.repeat(np.arange(len(names)), [len(some) for some in examples.values()])
    rows = embed([text for some in examples.values() for text in some])
    weights = fit(rows, labels, len(names))
    folds = _folds(labels)
    logits = np.zeros((len(labels), len(names)), np.float32)
    for fold in range(FOLDS):
        out = folds == fold
        if out.any() and not out.all():
            weights_of = fit(rows[~out], labels[~out], len(names))
            left = tuple(np.bincount(labels[~out], minlength=len(names)))
            logits[out] = likeness(rows[out], weights_of, rows[~out], left)
    temperature = min(_TEMPERATURES, key=lambda heat: _loss(logits / heat, labels))
    fine = logits.argmax(axis=1) == labels
    score = logits.max(axis=1)
    limit = float(np.quantile(score[fine], LOST)) if fine.any() else 0.0
    return Topics(names, weights, rows, tuple(map(len, examples.values())), temperature, limit)


def likeness(vectors: Rows, weights: Rows, known: Rows, counts: Sequence[int]) -> Rows:
    """Return how like each vector is to each topic: the head's logit and the mean cosine to its nearest examples."""
    near = np.zeros((len(vectors), len(counts)), np.float32)
    ends = np.cumsum(counts)
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ known.T
        for topic, (count, end) in enumerate(zip(counts, ends, strict=True)):
            if count:
                taken = min(NEAREST, int(count))
                own = np.partition(cosines[:, end - count : end], -taken, axis=1)[:, -taken:]
                near[start : start + _BLOCK, topic] = own.mean(axis=1)
    return np.asarray(_with_one(vectors) @ weights.T + NEAR_WEIGHT * near, np.float32)


def fit(rows: Rows, labels: NDArray[np.intp], topics: int) -> Rows:
    """Return the weights of a softmax regression, shape (topics, dimensions + 1), by a fixed number of Adam's steps.

    The same rows give the same weights (Kingma & Ba 2015; β₁ .9, β₂ .99).
    """
    known, wanted = _with_one(rows), np.eye(topics, dtype=np.float32)[labels]
    weights = np.zeros((topics, known.shape[1]), np.float32)
    first: Rows = np.zeros_like(weights)
    second: Rows = np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        slope = (_softmax(known @ weights.T) - wanted).T @ known / len(known) + _SHRINK * weights
        first = np.asarray(0.9 * first + 0.1 * slope, np.float32)
        second = np.asarray(0.99 * second + 0.01 * slope * slope, np.float32)
        weights -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights, np.float32)


def _folds(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Deal every topic's examples to the folds in turn."""
    places = np.zeros(len(labels), np.intp)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        places[own] = np.arange(len(own)) % FOLDS
    return places


def _loss(logits: Rows, labels: NDArray[np.intp]) -> float:
    chances = _softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())


def _softmax(logits: Rows) -> Rows:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _with_one(rows: Rows) -> Rows:
    return np.hstack([rows, np.ones((len(rows), 1), np.float32)])
