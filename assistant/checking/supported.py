"""How likely it is that its evidence bears a sentence out: a small calibrated model over the claim check's signals."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# Counts say no more beyond this.
MOST = 4.0


@dataclass(frozen=True)
class SupportModel:
    """A logistic regression over signals as they are, counts cut at `MOST`; `data` names what it was fitted on."""

    weights: Mapping[str, float]
    bias: float
    data: Mapping[str, str]

    def probability(self, signals: Mapping[str, float]) -> float:
        """Return the probability, 0 to 1, that people find the sentence borne out."""
        total = self.bias + sum(weight * min(MOST, signals[name]) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def open_support() -> SupportModel:
    """Return the model that ships: trained by `python -m evals.grounding.training`, described in docs/assistant.md."""
    stored = json.loads(files("assistant.checking").joinpath("supported.json").read_text("utf-8"))
    return SupportModel(stored["weights"], stored["bias"], stored["data"])
