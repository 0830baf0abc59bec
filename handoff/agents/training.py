"""Training: the score of agents from outcomes, how well it does on the later ones, and the card that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, log
from pathlib import Path

from handoff.agents.scoring import BADLY, VIEWS, WELL, Outcome, example, learn
from handoff.learning.evidence import View
from handoff.learning.keeping import Card, load, save
from handoff.learning.pooling import Model, predict_stream
from knowledge.failures import NotFound, Rejected

FILE = "routing.json"
FITTED = 0.7
LEAST = 30
TINY = 1e-6
LIMITS = (
    "It knows who did well so far, not why; colleagues with few cases are close to the mean of all. It orders who may "
    "take a conversation, rules decide who may. Do not use it to judge colleagues: they did not get the same cases."
)


@dataclass(frozen=True)
class Trained:
    """A model and its card."""

    model: Model
    card: Card


def train(outcomes: Sequence[Outcome], now: datetime) -> Trained:
    """Learn from all outcomes; the measures are of a model that saw the first 70 % only, on the rest.

    Raises:
        Rejected: there are too few outcomes to tell anything.
    """
    if len(outcomes) < LEAST:
        raise Rejected(
            f"{len(outcomes)} conversations ended so far; {LEAST} are needed to learn from.",
            "Until then everybody who fits has the same chance, and who has most room goes first.",
        )
    known = sorted(outcomes, key=lambda one: one.at)
    cut = int(len(known) * FITTED)
    return Trained(
        learn(known),
        Card(
            purpose="The chance that a conversation ends well with a colleague: orders who is offered it first.",
            trained_at=now,
            cases=len(known),
            first=known[0].at.isoformat(),
            last=known[-1].at.isoformat(),
            measures=_measures(known[:cut], known[cut:]),
            limits=LIMITS,
        ),
    )


def _measures(earlier: Sequence[Outcome], later: Sequence[Outcome]) -> dict[str, float]:
    base = (sum(one.well for one in earlier) + 1) / (len(earlier) + 2)
    said = [(case.label == WELL, said.of(WELL)) for case, said in predict_stream(learn(earlier), map(example, later))]
    return {
        "cases": len(said),
        "ended_well": sum(well for well, _ in said) / len(said),
        "log_loss": sum(_loss(chance, well) for well, chance in said) / len(said),
        "log_loss_without_model": sum(_loss(base, well) for well, _ in said) / len(said),
    }


def _loss(chance: float, well: bool) -> float:
    return -log(max(TINY, chance if well else 1 - chance))


def keep(folder: Path, trained: Trained) -> Path:
    """Write the model and its card into a folder."""
    path = folder / FILE
    save(path, trained.model, trained.card)
    return path


def open_model(folder: Path) -> Trained | None:
    """Return the model of a folder, `None` when none was trained.

    Raises:
        Rejected: it is damaged or was trained on another schema.
    """
    try:
        model, card = load(folder / FILE, [View((), inf), *map(View, VIEWS)], [BADLY, WELL])
    except NotFound:
        return None
    return Trained(model, card)


def even() -> Model:
    """Return the model that knows nothing: everybody has the same chance."""
    return learn([])
