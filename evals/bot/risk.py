"""Whether the bot's bound holds: certified on one half of the conversations, reported on the other, a thousand times.

A split *violates* when a one-sided exact 95 % test on the reporting half rejects "risk ≤ bound". Of the splits that
answered at least 20, the share without a violation is `bound_held_share`; splits that answer nothing are told beside.
"""

import tempfile
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.drift import ALARM, drift
from assistant.gate.answerable import features, open_gate
from assistant.gate.certify import CONFIDENCE, Scored, certify, sequence
from assistant.suggest import ask, brief_of
from assistant.understanding.question import plain_question
from evals.answering.answers import mark, open_demo
from evals.answering.drafted import both
from evals.answering.gate import cross_validated, tuning
from evals.datasets.collections import folder, read_lines
from evals.datasets.tarnfell import DemoKey
from evals.figures import Figure, digest, figure
from evals.intervals import Interval, mean_interval, rate_interval
from knowledge.settings import Settings
from retrieval.embedding import open_embedder

SEED = 20261125
SPLITS = 1_000
LEAST_ANSWERED = 20
TEST = 0.05
BOUND = 0.05
# Told beside the bound itself, so that one sees where the data begins to bear one.
LADDER = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
# The ladder is looked at with fewer splits; a bound is borne where so many of them answer enough.
LOOKED, LEAST_COUNTED = 200, 20
KNOWN, FRESH = 300, 50
Say = Callable[[str], None]
Chances = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """One question with the conversation it belongs to, the chance it was given, and whether its draft is right."""

    group: Hashable
    chance: float
    right: bool


@dataclass(frozen=True)
class Held:
    """What a thousand splits came to at one bound."""

    bound: float
    held: int
    counted: int
    silent: int
    risk: float
    coverage: Interval

    @property
    def share(self) -> float:
        """Splits without a violation among those that answered enough; 0 when none did."""
        return self.held / self.counted if self.counted else 0.0


def held(asked: Sequence[Asked], bound: float, splits: int = SPLITS, seed: int = SEED) -> Held:
    """Split by conversation, certify on one half at the bound, and test the other half, many times.

    Thresholds to test are laid out on the chances of the reporting half, whose labels they never see.
    """
    random = np.random.default_rng(seed)
    groups = list(dict.fromkeys(one.group for one in asked))
    place = {group: number for number, group in enumerate(groups)}
    own = np.array([place[one.group] for one in asked])
    chance, right = np.array([one.chance for one in asked]), np.array([one.right for one in asked])
    scored = [Scored(float(one.chance), bool(one.right)) for one in asked]
    kept = counted = silent = 0
    risks, coverages = list[float](), list[float]()
    for _ in range(splits):
        chosen = np.zeros(len(groups), dtype=bool)
        chosen[random.permutation(len(groups))[: len(groups) // 2]] = True
        here = chosen[own]
        calibrating = [scored[place] for place in np.flatnonzero(here)]
        threshold = _threshold(calibrating, chance[~here], bound)
        answered = chance[~here] >= threshold if threshold is not None else np.zeros((~here).sum(), dtype=bool)
        n, wrong = int(answered.sum()), int((answered & ~right[~here]).sum())
        coverages.append(n / max(1, len(answered)))
        silent += n == 0
        if n:
            risks.append(wrong / n)
        if n >= LEAST_ANSWERED:
            counted += 1
            kept += not violates(wrong, n, bound)
    coverage = mean_interval(coverages, seed=seed, draws=1_000)
    return Held(bound, kept, counted, silent, float(np.mean(risks)) if risks else 0.0, coverage)


def _threshold(scored: Sequence[Scored], others: Chances, bound: float) -> float | None:
    return certify(scored, sequence(others.tolist(), len(scored), bound), bound).threshold


def violates(wrong: int, answered: int, bound: float) -> bool:
    """Tell whether so many wrong answers reject "risk ≤ bound" at 95 %: P(Bin(answered, bound) ≥ wrong) < .05."""
    from scipy.special import betainc  # type: ignore[import-untyped]

    return wrong > 0 and bool(betainc(wrong, answered - wrong + 1, bound) < TEST)


def _two(
    name: str, asked: Sequence[Asked], data: str, more: dict[str, Any], asked_for: tuple[float, int] | None = None
) -> Iterator[Figure]:
    """Both figures of a set: at the bound asked for, else at 5 % or the lowest of the ladder that the data bears.

    Where few splits answer, those are the lucky ones: a share of so few says nothing about the procedure.
    """
    bound, splits = asked_for or (None, SPLITS)
    ladder = (bound,) if bound is not None else LADDER
    found = {one: held(asked, one, min(splits, LOOKED)) for one in ladder}
    bears = [one for one in ladder if found[one].counted >= LEAST_COUNTED and one >= BOUND]
    at = bound if bound is not None else (bears[0] if bears else BOUND)
    chosen = held(asked, at, splits)
    settings = more | {
        "bound": at,
        "confidence": CONFIDENCE,
        "splits": splits,
        "silent_splits": chosen.silent,
        "splits_counted": chosen.counted,
        "mean_risk": round(chosen.risk, 4),
        "mean_coverage": round(chosen.coverage.value, 4),
        "questions": len(asked),
        "right": sum(one.right for one in asked),
        f"ladder_of_{LOOKED}_splits": {f"{one:.2f}": _told(found[one]) for one in ladder},
    }
    share = rate_interval(chosen.held, chosen.counted) if chosen.counted else Interval(0.0, 0.0, 1.0, 0)
    yield figure(f"bot/{name}/bound_held_share", share, "", seed=SEED, data=data, settings=settings)
    yield figure(f"bot/{name}/coverage", chosen.coverage, "", seed=SEED, data=data, settings=settings)


def _told(one: Held) -> str:
    return (
        f"held {one.held} of {one.counted}, silent {one.silent}, risk {one.risk:.3f}, coverage {one.coverage.value:.3f}"
    )


def risk_figures(data: Path, build: Path, now: datetime, say: Say) -> Iterator[Figure]:
    """Yield the figures of mtrag and clapnq.

    The gate was trained on the tuning halves: those questions are given their cross-validated chance, by a model that
    did not see them.
    """
    decided, digests = both(build, data, now, say)
    learnt = {name: tuning(some) for name, some in decided.items()}
    apart = cross_validated(learnt)
    known = {one.id: float(p) for name, some in learnt.items() for one, p in zip(some, apart[name], strict=True)}
    gate = open_gate()
    for name, some in decided.items():
        asked = [Asked(one.group, known.get(one.id, gate.probability(one.features)), one.right) for one in some]
        yield from _two(name, asked, digests[name], {})


def demo_figures(key: DemoKey, now: datetime, say: Say) -> Iterator[Figure]:
    """Yield the figures of the demo company's questions: a demo, no evidence."""
    with tempfile.TemporaryDirectory() as place, open_demo(key, Path(place), now) as (assistant, paths):
        say(f"demo: asking {len(key.questions)} questions")
        asked: list[Asked] = []
        for one in key.questions:
            marked = mark(one, ask(assistant, one.text, now=now), paths)
            question = plain_question(one.text)
            chance = open_gate().probability(features(question, brief_of(assistant, question)))
            asked.append(Asked(one.id, chance, marked.right and marked.shown.decision == "answer"))
    yield from _two("demo", asked, key.digest, {"label": "demo"})


def simulated(risk: float, n: int = 1_200, seed: int = SEED) -> list[Asked]:
    """Draw questions of known risk: the chance is what it says, so what is wrong above a threshold is known."""
    random = np.random.default_rng(seed + round(1_000 * risk))
    chances = random.beta(9.0, 0.35, n)
    rights = random.random(n) < chances
    return [Asked(number, float(c), bool(r)) for number, (c, r) in enumerate(zip(chances, rights, strict=True))]


def simulated_figures(splits: int = SPLITS, tries: int = 200) -> Iterator[Figure]:
    """Yield the figures on simulated sets, and how often the certified threshold's *true* risk is above the bound."""
    for bound in (0.05, 0.02):
        asked = simulated(bound)
        above = true_excess(bound, tries)
        more = {"true_risk_above_bound_share": above, "label": "simulated, chances are true by construction"}
        yield from _two(f"simulated_{bound * 100:.0f}", asked, "", more, (bound, splits))


def true_excess(bound: float, tries: int = 500, n: int = 600) -> float:
    """Return the share of fresh calibration sets whose certified threshold has a true risk above the bound."""
    world = np.sort(np.array([one.chance for one in simulated(bound, 200_000, seed=1)]))
    tail = np.cumsum((1 - world)[::-1])[::-1] / np.arange(len(world), 0, -1)
    over = 0
    for number in range(tries):
        some, others = simulated(bound, n, seed=2 + 2 * number), simulated(bound, n, seed=3 + 2 * number)
        scored = [Scored(one.chance, one.right) for one in some]
        threshold = _threshold(scored, np.array([one.chance for one in others]), bound)
        if threshold is not None:
            over += bool(tail[min(len(world) - 1, int(np.searchsorted(world, threshold)))] > bound)
    return over / tries


def drift_figures(data: Path, say: Say, rows: int = 1_500, tries: int = 200) -> Iterator[Figure]:
    """Yield how often the alarm is raised when topics are shuffled away, and when they are not (clinc150)."""
    place = folder(data, "clinc150")
    read = [row for row in read_lines(place / "train_val.jsonl") if row["intent"] != "oos"]
    random = np.random.default_rng(SEED)
    picked = [read[number] for number in random.permutation(len(read))[:rows]]
    say(f"drift: {len(picked)} questions of {len({row['intent'] for row in picked})} topics")
    vectors = open_embedder(Settings()).embed([row["text"] for row in picked])
    intents = np.array([row["intent"] for row in picked])
    alarms, false = 0, 0
    for _ in range(tries):
        names = random.permutation(sorted(set(intents.tolist())))
        known_topics = np.isin(intents, names[: len(names) // 2])
        known, others = random.permutation(np.flatnonzero(known_topics)), np.flatnonzero(~known_topics)
        before, same = vectors[known[:-FRESH][:KNOWN]], vectors[known[-FRESH:]]
        alarms += drift(before, vectors[random.permutation(others)[:FRESH]]).alarm
        false += drift(before, same).alarm
    common: dict[str, Any] = {"data": digest([place / "train_val.jsonl"]), "seed": SEED}
    settings = {"known": KNOWN, "fresh": FRESH, "alarm_below": ALARM}
    yield figure("bot/drift/alarm_share", rate_interval(alarms, tries), "", settings=settings, **common)
    yield figure("bot/drift/false_alarm_share", rate_interval(false, tries), "", settings=settings, **common)
