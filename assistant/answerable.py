"""How likely it is that a question can be answered from the passages found: a small calibrated model."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.brief import Brief
from assistant.question import Question
from assistant.sentences import content_words, names, numbers, stems

# A word that so few passages hold that it says what the question is about: log((n + 1) / (passages with it + 1)).
RARE = 4.0
EVIDENCE_PASSAGES = 3


@dataclass(frozen=True)
class Gate:
    """A logistic regression over standardised features; `sure_at` is the probability that an unread answer needs."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    sure_at: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Return the probability, 0 to 1, that an answer would be right."""
        total = self.bias
        for name, mean, scale, weight in zip(self.names, self.mean, self.scale, self.weights, strict=True):
            total += weight * (features[name] - mean) / scale
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def open_gate() -> Gate:
    """Return the gate that ships: trained by `python -m evals.gate`, described in docs/assistant.md."""
    stored = json.loads(files("assistant").joinpath("answerable.json").read_text("utf-8"))
    return Gate(
        tuple(stored["names"]),
        tuple(stored["mean"]),
        tuple(stored["scale"]),
        tuple(stored["weights"]),
        stored["bias"],
        stored["sure_at"],
    )


def features(question: Question, brief: Brief) -> dict[str, float]:
    """Return what tells whether the passages answer the question; all are numbers around 0 to 1, or small counts."""
    cosines = sorted((passage.similarity or 0.0 for passage in brief.passages), reverse=True)
    excerpts = sorted((excerpt.score for excerpt in brief.excerpts), reverse=True)
    rarity = brief.nearness.rarity if brief.nearness else {}
    found = stems(f"{p.title} {p.heading} {p.text}" for p in brief.passages[:EVIDENCE_PASSAGES])
    quoted = {word for excerpt in brief.excerpts for unit in excerpt.units for word in unit.stems}
    focus = content_words(question.focus)
    texts = " ".join(f"{p.title} {p.text}" for p in brief.passages[:EVIDENCE_PASSAGES])
    return {
        "cosine": cosines[0] if cosines else 0.0,
        "gap": cosines[0] - sum(cosines[1:]) / (len(cosines) - 1) if len(cosines) > 1 else 0.0,
        "sentence": excerpts[0] if excerpts else 0.0,
        "sentences": sum(excerpts) / len(excerpts) if excerpts else 0.0,
        "coverage": _coverage(content_words(question.text), found, rarity),
        "focus_coverage": _coverage(focus, found, rarity),
        "quoted_coverage": _coverage(focus, quoted, rarity),
        "rare_missing": float(sum(rarity.get(word, 0.0) >= RARE and word not in found for word in set(focus))),
        "numbers_missing": float(bool(numbers(question.focus) - numbers(texts))),
        "names_missing": float(bool(names(question.focus) - found)),
        "words": math.log1p(len(focus)),
        "turns": float("\n" in question.text),
    }


def _coverage(wanted: list[str], found: set[str], rarity: Mapping[str, float]) -> float:
    """Return the share of the wanted words that were found, rare ones counting more."""
    weights = {word: rarity.get(word, 1.0) for word in wanted}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in found) / total if total else 0.0
