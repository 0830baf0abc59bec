"""Keeping: a model as a JSON file, with the card that says what it is; one of another schema is refused."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

from handoff.learning.evidence import Counts, Evidence, View
from handoff.learning.pooling import Model
from knowledge.failures import NotFound, Rejected

FORMAT = 1
TRAIN_AGAIN = "Train it again: threadline routing train."


@dataclass(frozen=True)
class Card:
    """What a model is: its purpose, what it was trained on, when, how well it did, and where not to trust it.

    `forced`: somebody said that it is used although it does not help.
    """

    purpose: str
    trained_at: datetime
    cases: int
    first: str
    last: str
    measures: Mapping[str, float]
    limits: str = ""
    forced: bool = False


def schema_of(views: list[View], labels: list[str]) -> str:
    """Return what a model and the code that loads it must agree on, as a short digest."""
    told = {"format": FORMAT, "views": [[list(view.features), str(view.half_life)] for view in views], "labels": labels}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def save(path: Path, model: Model, card: Card) -> None:
    """Write a model and its card; what stood there is replaced only by a whole file."""
    views = [one.view for one in model.evidence]
    content = {
        "format": FORMAT,
        "schema": schema_of(views, list(model.labels)),
        "card": {**vars(card), "trained_at": card.trained_at.isoformat(), "measures": dict(card.measures)},
        "labels": list(model.labels),
        "weights": [float(weight) for weight in model.weights],
        "evidence": [_evidence(one) for one in model.evidence],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
    fresh.replace(path)


def load(path: Path, views: list[View], labels: list[str]) -> tuple[Model, Card]:
    """Read a model that was trained on this schema.

    Raises:
        NotFound: there is no model.
        Rejected: the file is damaged, or the model was trained on another schema.
    """
    if not path.is_file():
        raise NotFound("No model has been trained yet.", TRAIN_AGAIN)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != schema_of(views, labels):
            raise Rejected(f"{path.name} was trained on another schema.", TRAIN_AGAIN)
        card = {**content["card"], "trained_at": datetime.fromisoformat(content["card"]["trained_at"])}
        return _model(content), Card(**card)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Rejected(f"{path.name} is damaged.", TRAIN_AGAIN) from error


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "features": list(one.view.features),
        "half_life": None if one.view.half_life == inf else one.view.half_life,
        "strength": one.strength,
        "tables": [
            [list(key), table.day, {str(label): weight for label, weight in table.labels.items()}]
            for key, table in sorted(one.tables.items())
        ],
    }


def _model(content: Mapping[str, Any]) -> Model:
    evidence = []
    for told in content["evidence"]:
        view = View(tuple(told["features"]), inf if told["half_life"] is None else float(told["half_life"]))
        one = Evidence(view, len(content["labels"]), float(told["strength"]))
        for key, day, labels in told["tables"]:
            counts = {int(label): float(weight) for label, weight in labels.items()}
            if any(not 0 <= label < one.size for label in counts):
                raise ValueError("a label that is none")
            one.tables[tuple(key)] = Counts(view.half_life, float(day), counts)
        evidence.append(one)
    if len(content["weights"]) != 2 * len(evidence):
        raise ValueError("weights and views do not fit together")
    return Model(content["labels"], evidence, content["weights"])
