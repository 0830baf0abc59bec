"""How likely it is that a question can be answered from the passages found: a small calibrated model."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from assistant.brief import Brief
from assistant.drafting.kinds import lacks_kind
from assistant.drafting.quoting import in_context
from assistant.reading import passage_units
from assistant.sentences import content_words, stems
from assistant.understanding.question import Question
from knowledge.customers.entries import PassageUsed

EVIDENCE_PASSAGES = 3
READ_SENTENCES = 60
TITLE_CHARS = 300


@dataclass(frozen=True)
class Gate:
    """A logistic regression over standardised features.

    `sure_at` is the probability that an unread answer needs, `show_at` the one below which an agent sees no draft.
    `data` holds the digests of what it was fitted on, `limits` what `sure_at` would be for each of them.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    sure_at: float
    show_at: float
    data: Mapping[str, str]
    limits: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability, 0 to 1, that an answer would be right."""
        total = self.bias
        for name, mean, scale, weight in zip(self.names, self.mean, self.scale, self.weights, strict=True):
            total += weight * (features[name] - mean) / scale
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def open_gate() -> Gate:
    """Return the gate that ships: trained by `python -m evals.answering.gate`, described in docs/assistant.md."""
    return gate_of(json.loads(files("assistant.gate").joinpath("answerable.json").read_text("utf-8")))


def gate_of(stored: Mapping[str, Any]) -> Gate:
    """Return a gate from what training wrote."""
    return Gate(
        tuple(stored["names"]),
        tuple(stored["mean"]),
        tuple(stored["scale"]),
        tuple(stored["weights"]),
        stored["bias"],
        stored["sure_at"],
        stored["show_at"],
        stored["data"],
        stored["limits"],
    )


def is_likely(question: Question, brief: Brief) -> bool:
    """Tell whether what the articles say is likely enough to answer the question for an agent to see it."""
    return open_gate().probability(features(question, brief)) >= open_gate().show_at


def features(question: Question, brief: Brief) -> dict[str, float]:
    """Return what tells whether the passages answer the question; all are numbers around 0 to 1."""
    passages = brief.passages
    cosines = sorted((passage.similarity or 0.0 for passage in passages), reverse=True)
    excerpts = [excerpt.score for excerpt in brief.excerpts]
    rarity = brief.nearness.rarity if brief.nearness else {}
    wanted, focus = content_words(question.text), content_words(question.focus)
    best = passages[0] if passages else None
    found = stems([f"{best.title} {best.heading} {best.text}"]) if best else set()
    units = [unit for excerpt in brief.excerpts for unit in excerpt.units]
    quoted = {word for unit in units for word in unit.stems}
    rarest = max(focus, key=lambda word: rarity.get(word, 1.0), default="")
    return {
        "sentences": sum(excerpts) / len(excerpts) if excerpts else 0.0,
        "cosine": cosines[0] if cosines else 0.0,
        "gap": cosines[0] - sum(cosines[1:]) / (len(cosines) - 1) if len(cosines) > 1 else 0.0,
        "quoted_coverage": _coverage(focus, quoted, rarity),
        "window_coverage": max((_coverage(wanted, some, rarity) for some in _windows(passages)), default=0.0),
        "rarest_found": float(rarest in found),
        "kind_missing": float(lacks_kind(question.focus, " ".join(unit.text for unit in units))),
        "both_agree": float(best is not None and best.lexical_rank == best.dense_rank == 1),
        "beyond_titles": _beyond_titles(brief),
    }


def _beyond_titles(brief: Brief) -> float:
    """Return by how much (in cosine) the nearest sentence quoted is nearer to the question than the nearest title.

    Where a title is nearer, the passages are about the question's subject and need not hold its answer.
    """
    leads = [in_context(excerpt.passage, excerpt.best) for excerpt in brief.excerpts]
    titles = list(dict.fromkeys(passage.title[:TITLE_CHARS] for passage in brief.passages if passage.title))
    if brief.nearness is None or not leads or not titles:
        return 0.0
    cosines = brief.nearness.embed([*leads, *titles]) @ brief.nearness.vector
    return float(cosines[: len(leads)].max() - cosines[len(leads) :].max())


def _windows(passages: Sequence[PassageUsed]) -> Iterator[frozenset[str]]:
    """Yield the words of every two sentences that follow one another in the best passages."""
    for passage in passages[:EVIDENCE_PASSAGES]:
        read = [unit.stems for unit in passage_units(passage.text)[:READ_SENTENCES] if len(unit.stems) >= 2]
        yield from read[:1] if len(read) == 1 else (one | other for one, other in pairwise(read))


def _coverage(wanted: Sequence[str], found: Set[str], rarity: Mapping[str, float]) -> float:
    """Return the share of the wanted words that were found, rare ones counting more."""
    weights = {word: rarity.get(word, 1.0) for word in wanted}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in found) / total if total else 0.0
