"""Pooling: many views of a case, each with its shares of labels, weighed into one calibrated probability.

The log of each view's shares, and the same times how far the view speaks for itself, are added with weights that
were fitted on cases later than the ones counted (a logarithmic opinion pool, Genest & Zidek 1986, with stacking,
Wolpert 1992). Few cases: the weights stay where every view has the same voice.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from handoff.learning.evidence import Evidence, Example, Floats, Key, View, day_of, estimate_strength, gather
from knowledge.failures import Rejected

COUNTED_SHARE = 0.6
CANDIDATES = 30
# How much of a voice every view may have at first; the one that fits the later cases best is taken.
VOICES = (0.2, 0.35, 0.5, 0.7, 1.0)
# How strongly the weights are held to one voice for every view: as by so many cases.
HELD = 10.0
MAX_STEPS = 80
TINY = 1e-9


@dataclass(frozen=True)
class Reason:
    """What one view says for a label: its features and their values, the share of the label, over how many cases.

    `push` is by how much it moves the label's log-odds away from what holds for all cases.
    """

    features: Key
    values: Key
    share: float
    cases: float
    push: float


@dataclass(frozen=True)
class Prediction:
    """Labels with their probabilities, likeliest first."""

    labels: tuple[str, ...]
    probabilities: tuple[float, ...]

    def of(self, label: str) -> float:
        """Return the probability of a label, 0 for one that never occurred."""
        return self.probabilities[self.labels.index(label)] if label in self.labels else 0.0


class Model:
    """A fitted pool. It may go on learning: `learn` counts a case whose label became known."""

    def __init__(self, labels: Sequence[str], evidence: Sequence[Evidence], weights: Sequence[float] | Floats) -> None:
        self.labels = tuple(labels)
        self.evidence = list(evidence)
        self.weights = np.array(weights, dtype=np.float64)
        self._places = {label: place for place, label in enumerate(labels)}

    def learn(self, example: Example) -> None:
        """Count a case; a label that was not there at fitting is passed over."""
        place = self._places.get(example.label)
        if place is not None:
            day = day_of(example.at)
            for evidence in self.evidence:
                evidence.count(example.features, day, place)

    def predict(self, features: dict[str, str], at: datetime) -> Prediction:
        """Return the probability of each label for a case at a moment."""
        found = _softmax(_scores(self.evidence, features, at).T @ self.weights)
        order = np.argsort(-found, kind="stable")
        return Prediction(tuple(self.labels[place] for place in order), tuple(float(found[place]) for place in order))

    def explain(self, label: str, features: dict[str, str], at: datetime, most: int = 3) -> list[Reason]:
        """Return the views that move a label most, strongest first; those without a case of their own say nothing."""
        place, scores = self._places[label], _scores(self.evidence, features, at)
        ways = len(self.evidence)
        prior = np.log(self.evidence[0].overall(at)[place])
        reasons: dict[Key, Reason] = {}
        for number, evidence in enumerate(self.evidence):
            cases = evidence.support(features, at)
            if not evidence.view.features or cases < 0.5:
                continue
            weight = self.weights[number] + self.weights[ways + number] * scores[ways + number, place] / (
                scores[number, place] or -TINY
            )
            push = float(weight * (scores[number, place] - prior))
            told = Reason(
                evidence.view.features, evidence.key(features), float(np.exp(scores[number, place])), cases, push
            )
            known = reasons.get(told.features)
            reasons[told.features] = told if known is None else _joined(known, told)
        return sorted(reasons.values(), key=lambda reason: -abs(reason.push))[:most]


def _joined(known: Reason, more: Reason) -> Reason:
    """Two memories of the same features are one reason; the longer one names the cases."""
    longer = known if known.cases >= more.cases else more
    return Reason(known.features, known.values, longer.share, longer.cases, known.push + more.push)


def _scores(evidence: Sequence[Evidence], features: dict[str, str], at: datetime) -> Floats:
    """Return the log shares of every view, then the same times how far each speaks for itself: 2·views × labels."""
    day, ways = day_of(at), len(evidence)
    priors = {one.view.half_life: one.overall_on(day) for one in evidence if not one.view.features}
    found, own = np.empty((2 * ways, evidence[0].size)), np.ones((ways, 1))
    for number, one in enumerate(evidence):
        prior = priors[one.view.half_life]
        if one.view.features:
            own[number] = one.fill(found[number], features, day, prior)
        else:
            found[number] = prior
    np.log(found[:ways], out=found[:ways])
    np.multiply(found[:ways], own, out=found[ways:])
    return found


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max())
    return np.asarray(exponents / exponents.sum(), dtype=np.float64)


def fit(examples: Sequence[Example], views: Sequence[View]) -> Model:
    """Fit a pool: count the earlier cases, fit the weights on the later ones, and count those as well.

    `views` without features are put in front, one for each half-life.

    Raises:
        Rejected: there is no case to learn from.
    """
    if not examples:
        raise Rejected("There is nothing to learn from yet.", "Import some history first.")
    cases = sorted(examples, key=lambda example: example.at)
    labels = sorted({case.label for case in cases})
    every = [View((), half_life) for half_life in sorted({view.half_life for view in views})] + list(views)
    counted = cases[: max(1, int(len(cases) * COUNTED_SHARE))]
    evidence = gather(every, labels, counted)
    priors = {one.view.half_life: one.overall(counted[-1].at) for one in evidence if not one.view.features}
    for one in evidence:
        one.strength = estimate_strength(one, priors[one.view.half_life]) if one.view.features else one.strength
    model = Model(labels, evidence, _voices(every, VOICES[1]))
    model.weights = _fit_weights(model, cases[len(counted) :])  # which counts the later cases as it goes
    return model


def _voices(views: Sequence[View], voice: float) -> Floats:
    """Return weights that add up, `voice` times, how far each set of features moves away from the prior.

    1 is right for features that say independent things (naive Bayes), less for some that repeat each other; memories
    of the same features share a voice.
    """
    each = 1.0 / sum(not view.features for view in views)
    told = [
        each * (voice if view.features else 1 - voice * sum(_follows(one, view) for one in views)) for view in views
    ]
    return np.concatenate([np.array(told), np.zeros(len(views))])


def _follows(view: View, prior: View) -> bool:
    return bool(view.features) and view.half_life == prior.half_life


def stream(model: Model, examples: Iterable[Example]) -> Iterator[tuple[Example, Floats]]:
    """Yield each case, in order of time, with the scores it has before anything later is known.

    A label counts from the moment it is known: the model learns as the cases go by, and at the end the rest.
    """
    waiting: list[tuple[datetime, int, Example]] = []
    for number, example in enumerate(sorted(examples, key=lambda one: one.at)):
        while waiting and waiting[0][0] < example.at:
            model.learn(heapq.heappop(waiting)[2])
        yield example, _scores(model.evidence, dict(example.features), example.at)
        heapq.heappush(waiting, (example.known_at or example.at, number, example))
    for _, _, example in waiting:
        model.learn(example)


def predict_stream(model: Model, examples: Iterable[Example]) -> Iterator[tuple[Example, Prediction]]:
    """Yield each case with its prediction; the model learns from every case once its label is known."""
    for example, scores in stream(model, examples):
        found = _softmax(scores.T @ model.weights)
        order = np.argsort(-found, kind="stable")
        labels = tuple(model.labels[place] for place in order)
        yield example, Prediction(labels, tuple(float(found[place]) for place in order))


def _fit_weights(model: Model, later: Sequence[Example]) -> Floats:
    """Return the weights under which the later cases are likeliest, held to equal voices (MAP, L-BFGS)."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    cases, right = _compared(model, later)
    if not len(right):
        return model.weights
    views = [one.view for one in model.evidence]
    start = min((_voices(views, voice) for voice in VOICES), key=lambda one: _surprise(one, cases, right)[0])

    def loss(weights: Floats) -> tuple[float, Floats]:
        surprise, slope = _surprise(weights, cases, right)
        apart = weights - start
        return surprise + HELD * float(apart @ apart), slope + 2 * HELD * apart

    done = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MAX_STEPS})
    return np.asarray(done.x, dtype=np.float64)


def _compared(model: Model, later: Sequence[Example]) -> tuple[Floats, NDArray[np.int64]]:
    """Return the scores of the likeliest labels, case after case, and which of each case's was right."""
    rows, right = [], []
    for example, scores in stream(model, later):
        likely = np.argsort(-(scores.T @ model.weights), kind="stable")[:CANDIDATES]
        where = [place for place, label in enumerate(likely) if model.labels[label] == example.label]
        if where:
            rows.append(_padded(scores[:, likely]))
            right.append(where[0])
    return np.concatenate(rows) if rows else np.empty((0, 0)), np.array(right, dtype=np.int64)


def _surprise(weights: Floats, cases: Floats, right: NDArray[np.int64]) -> tuple[float, Floats]:
    """Return the negative log likelihood of the right labels, and its slope."""
    at = np.arange(len(right))
    scores = (cases @ weights).reshape(len(right), -1)
    scores -= scores.max(axis=1, keepdims=True)
    found = np.exp(scores)
    found /= found.sum(axis=1, keepdims=True)
    surprise = -float(np.log(found[at, right] + TINY).sum())
    found[at, right] -= 1.0
    return surprise, np.asarray(cases.T @ found.ravel(), dtype=np.float64)


def _padded(scores: Floats) -> Floats:
    """Return scores as candidates × weights; missing candidates are so unlikely that they do not count."""
    missing = CANDIDATES - scores.shape[1]
    return np.pad(scores.T, ((0, missing), (0, 0)), constant_values=-50.0) if missing > 0 else scores.T
