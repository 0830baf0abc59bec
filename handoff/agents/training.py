"""Training: the score of agents from outcomes, how well it does on the later ones, and the card that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, log, nan
from pathlib import Path
from statistics import fmean

from handoff.agents.scoring import BADLY, CASE_VIEWS, VIEWS, WELL, Outcome, example, learn
from handoff.learning.evidence import View
from handoff.learning.keeping import Card, load, save
from handoff.learning.pooling import Model, predict_stream
from knowledge.failures import NotFound, Rejected

FILE = "routing.json"
FITTED = 0.7
LEAST = 30
TINY = 1e-6
LOSS, WITHOUT_MODEL, WITHOUT_COLLEAGUES = "log_loss", "log_loss_without_model", "log_loss_without_colleagues"
LIMITS = (
    "It knows who did well so far, not why; colleagues with few cases are close to the mean of all. It orders who may "
    "take a conversation, rules decide who may. Do not use it to judge colleagues: they did not get the same cases."
)


@dataclass(frozen=True)
class Trained:
    """A model and its card."""

    model: Model
    card: Card

    @property
    def used(self) -> bool:
        """Whether it says who is asked first: it helps, or somebody forced it."""
        return self.card.forced or not why_not(self.card)


def why_not(card: Card) -> str:
    """Return why a model does not help, empty when it does.

    On cases later than those it learned from it must be better than no model, and than knowing the conversation
    alone: what it says beyond that is whom to ask, which is all it is for.
    """
    own, without, alone = (card.measures.get(name, nan) for name in (LOSS, WITHOUT_MODEL, WITHOUT_COLLEAGUES))
    if not own < without:
        return f"On later conversations it is no better than no model (log loss {own:.3f}, without {without:.3f})."
    if own >= alone:
        return (
            f"On later conversations who served adds nothing to what they were about (log loss {own:.3f}, "
            f"without colleagues {alone:.3f})."
        )
    return ""


def train(outcomes: Sequence[Outcome], now: datetime, *, forced: bool = False) -> Trained:
    """Learn from all outcomes; the measures are of a model that saw the first 70 % only, on the rest.

    A model that does not help there is kept with its card and not used, unless it is `forced`.

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
            forced=forced,
        ),
    )


def _measures(earlier: Sequence[Outcome], later: Sequence[Outcome]) -> dict[str, float]:
    base = (sum(one.well for one in earlier) + 1) / (len(earlier) + 2)
    return {
        "cases": len(later),
        "ended_well": fmean(one.well for one in later),
        LOSS: _later_loss(learn(earlier), later),
        WITHOUT_MODEL: fmean(_loss(base, one.well) for one in later),
        WITHOUT_COLLEAGUES: _later_loss(learn(earlier, CASE_VIEWS), later),
    }


def _later_loss(model: Model, later: Sequence[Outcome]) -> float:
    said = predict_stream(model, map(example, later))
    return fmean(_loss(found.of(WELL), case.label == WELL) for case, found in said)


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
