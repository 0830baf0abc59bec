"""Context preservation, offline: what a handoff's package keeps of what was needed after a cut, and is it true?"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from evals.datasets.service_dialogues import Dialogues
from evals.figures import Figure, figure
from evals.handoff.cutting import SEED, Cut, cuts_of, kept, said_before
from evals.handoff.fact_truth import why_false
from evals.handoff.plain_summary import cut_name, fullest, measure_summary, summaries_of
from evals.intervals import Interval, difference_interval, mean_interval
from handoff.choosing import MOST_WORDS, Line, choose
from knowledge.customers.facts.fold import facts_of
from knowledge.failures import NotFound

DRAWS = 2_000
MESSAGES = 10
# The head of a package (a name, how sure it is, a mood, the next step) is not in the data; it takes so many words.
HEAD = 12
LEAD = 3
OURS = "package"
MODEL = "model summary"


def is_tuning(task: str) -> bool:
    """Tell which half a task belongs to, by a digest of its name: rules were made on this one only."""
    return hashlib.sha256(task.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class Kept:
    """What each text kept of a cut's needed values, and why facts of the package are not true (empty: true)."""

    group: str
    hits: Mapping[str, tuple[bool, ...]]
    verdicts: tuple[str, ...]
    words: int


def lines_of(cut: Cut) -> tuple[Line, ...]:
    """Return the lines of the package at a cut."""
    return choose(facts_of(said_before(cut)), MOST_WORDS - HEAD)


def measure(cut: Cut, group: str) -> Kept:
    """Make the package's lines at a cut and hold the baselines beside them: whole, and cut to the package's length."""
    said = said_before(cut)
    lines = lines_of(cut)
    ours = "\n".join(line.text for line in lines)
    messages = [one.text for one in said if one.speaker != "tool"]
    last, lead = "\n".join(messages[-MESSAGES:]), "\n".join(messages[:LEAD])
    length = len(ours.split())
    texts = {
        OURS: ours,
        "last 10 messages": last,
        "last 10 messages at equal length": newest_words(last, length),
        "lead 3": lead,
        "lead 3 at equal length": " ".join(lead.split()[:length]),
        "everything at equal length": newest_words("\n".join(one.text for one in said), length),
    }
    hits = {name: tuple(kept(cut, text)) for name, text in texts.items()}
    return Kept(group, hits, tuple(why_false(line.fact, cut) for line in lines), length)


def newest_words(text: str, count: int) -> str:
    """Return the last words of a text, its lines kept; nothing for no words."""
    words = re.findall(r"\S+\s*", text)
    return "".join(words[-count:]) if count else ""


def preservation_figures(dialogues: Dialogues, build: Path | None = None) -> Iterator[Figure]:
    """Report recall and precision of the package on the half of the tasks that the rules were not made on.

    What a model summarised of this data before (`make evals-models`, kept in `build`) stands beside as a baseline.
    """
    cuts = list(cuts_of(dialogues))
    rest = [cut for cut in cuts if not is_tuning(cut.dialogue.task)]
    found = [measure(cut, cut.dialogue.group) for cut in rest]
    settings = {
        "cuts": len(rest),
        "cuts with something needed": sum(bool(cut.needed) for cut in rest),
        "tasks": len({cut.dialogue.task for cut in rest}),
        "words": round(sum(one.words for one in found) / max(1, len(found)), 1),
        "most words": max((one.words for one in found), default=0),
        "words of the head": HEAD,
        "lines": round(sum(len(one.verdicts) for one in found) / max(1, len(found)), 1),
        "untrue": dict(Counter(why.split(":")[0] for one in found for why in one.verdicts if why)),
    }
    measured = {cut_name(cut): (cut, one) for cut, one in zip(rest, found, strict=True)}
    summarised, told = _summarised(dialogues, measured, build)
    more = {"data": dialogues.digest, "seed": SEED, "settings": settings | told}
    recalled = [(one.group, hit) for one in found for hit in one.hits[OURS]]
    true = [(one.group, not why) for one in found for why in one.verdicts]
    if not recalled or not true:
        raise NotFound(f"No dialogue of {dialogues.name} needs anything after a cut.", "Look at its format.")
    peers = {name: mean(hit for one in found for hit in one.hits[name]) for name in found[0].hits if name != OURS}
    name = f"handoff/{dialogues.name}"
    yield figure(f"{name}/fact_recall", _interval(recalled), "", baseline=peers | summarised, **more)
    yield figure(f"{name}/fact_precision", _interval(true), "", **more)


def _summarised(
    dialogues: Dialogues, measured: Mapping[str, tuple[Cut, Kept]], build: Path | None
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return what kept summaries of a model recall, whole and at the package's length, and over which cuts."""
    run = fullest(build, dialogues) if build else None
    pairs = [(*measured[name], text) for name, text in summaries_of(run).items() if name in measured]
    rows = [(ours, measure_summary(cut, text, ours.words)) for cut, ours, text in pairs]
    hits = {
        MODEL: [float(hit) for _, one in rows for hit in one.hits],
        f"{MODEL} at equal length": [float(hit) for _, one in rows for hit in one.short],
    }
    if run is None or not hits[MODEL]:
        return {}, {}
    mine = [float(hit) for ours, _ in rows for hit in ours.hits[OURS]]
    groups = [ours.group for ours, one in rows for _ in one.hits]
    gains = {name: difference_interval(mine, one, seed=SEED, groups=groups) for name, one in hits.items()}
    true = [not why for _, one in rows for why in one.verdicts]
    told = {
        "writer": run.models["writer"],
        "commit": run.commit,
        "cuts": len(rows),
        "needed": len(mine),
        "failed": len(run.failures),
        "package at the same cuts": mean(mine),
        "package gains": {name: [round(x, 4) for x in (one.value, one.low, one.high)] for name, one in gains.items()},
        "precision of its values": mean(true) if true else None,
    }
    return {name: mean(one) for name, one in hits.items()}, {MODEL: told}


def _interval(rows: Sequence[tuple[str, bool]]) -> Interval:
    return mean_interval([float(hit) for _, hit in rows], seed=SEED, groups=[group for group, _ in rows], draws=DRAWS)
