"""Training: the score of agents from outcomes, how well it does on the later ones, and the card that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, isnan, log, nan, sqrt
from pathlib import Path
from statistics import fmean, stdev

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
OTHERS = {WITHOUT_MODEL: "no model's", WITHOUT_COLLEAGUES: "that of knowing only what they were about"}
# The ends of the interval of how much larger the other loss is. At 80 % a model that does harm is found out early; to
# demand proof of its use would give away most of what it brings (docs/routing.md has the figures).
LEVEL, LOW, HIGH = 0.8, "_gain_low", "_gain_high"
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
        """Whether it says who is asked first: it is not known to be of no use, or somebody forced it."""
        return self.card.forced or not why_not(self.card)

    @property
    def on_trial(self) -> bool:
        """Whether it is used for part of the offers only, until it is known to help."""
        return not self.card.forced and bool(in_doubt(self.card))


@dataclass(frozen=True)
class Gain:
    """By how much a model's log loss on later conversations is smaller than another's, with its interval."""

    value: float
    low: float
    high: float
    over: str

    def in_words(self) -> str:
        """Return it as a manager reads it."""
        less, sign = ("smaller", 1) if self.value >= 0 else ("larger", -1)
        first, last = sorted((sign * self.low, sign * self.high))
        return f"log loss {less} than {self.over} by {abs(self.value):.3f} ({first:.3f} to {last:.3f})"


def gains(card: Card) -> list[Gain]:
    """Return the gains over no model, and over knowing the conversation and not who served, as far as they are known.

    A card from before there were intervals has the value alone.
    """
    found = []
    for other, over in OTHERS.items():
        value = card.measures.get(other, nan) - card.measures.get(LOSS, nan)
        if not isnan(value):
            low, high = (card.measures.get(f"{other}{end}", value) for end in (LOW, HIGH))
            found.append(Gain(value, low, high, over))
    return found


def why_not(card: Card) -> str:
    """Return why a model is not used, empty when it is.

    On cases later than those it learned from it must not be worse, for all that is known, than no model, nor than
    knowing the conversation alone: what it says beyond that is whom to ask, which is all it is for.
    """
    found = gains(card)
    worse = [one for one in found if one.high < 0]
    if worse:
        return f"On later conversations it is worse: {worse[0].in_words()}."
    return "" if found else "Nobody knows how well it does."


def in_doubt(card: Card) -> str:
    """Return what is not known of a model that may be used, empty when it is known to help."""
    unsure = [one for one in gains(card) if one.low <= 0]
    if why_not(card) or not unsure:
        return ""
    cases = card.measures.get("cases", 0)
    return f"Whether it helps cannot be told yet from {cases:.0f} later conversations: {unsure[-1].in_words()}."


def train(outcomes: Sequence[Outcome], now: datetime, *, forced: bool = False) -> Trained:
    """Learn from all outcomes; the measures are of a model that saw the first 70 % only, on the rest.

    A model that is known to do harm there is kept with its card and not used, unless it is `forced`.

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
    own = _later_losses(learn(earlier), later)
    others = {
        WITHOUT_MODEL: [_loss(base, one.well) for one in later],
        WITHOUT_COLLEAGUES: _later_losses(learn(earlier, CASE_VIEWS), later),
    }
    found = {"cases": len(later), "ended_well": fmean(one.well for one in later), LOSS: fmean(own)}
    for name, theirs in others.items():
        low, high = sure([other - mine for mine, other in zip(own, theirs, strict=True)])
        found |= {name: fmean(theirs), f"{name}{LOW}": low, f"{name}{HIGH}": high}
    return found


def sure(gains_of_cases: Sequence[float]) -> tuple[float, float]:
    """Return the interval of the mean of paired differences (Student 1908)."""
    from scipy.stats import t  # type: ignore[import-untyped]

    count, middle = len(gains_of_cases), fmean(gains_of_cases)
    half = float(t.ppf((1 + LEVEL) / 2, count - 1)) * stdev(gains_of_cases) / sqrt(count)
    return middle - half, middle + half


def _later_losses(model: Model, later: Sequence[Outcome]) -> list[float]:
    """Return the loss of each case, in the order of time."""
    said = predict_stream(model, map(example, later))
    return [_loss(found.of(WELL), case.label == WELL) for case, found in said]


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
