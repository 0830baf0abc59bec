"""Lines of packages that a person judged: how many were true, and how many of them are still made."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import yaml

from evals.datasets.service_dialogues import read_star, read_tau
from evals.figures import Figure, figure
from evals.handoff.context_preservation import lines_of
from evals.handoff.cutting import cuts_of
from evals.intervals import rate_interval
from knowledge.failures import NotFound

CHECKED = Path(__file__).with_suffix(".yaml")
DIGITS = 8


def checked_figures(data: Path) -> Iterator[Figure]:
    """Report the share of judged lines that were true; `settings` says how many of them are made today.

    Raises:
        NotFound: a data set is not there, or it is another sample than the one that was judged.
    """
    rows = [tuple(row) for row in yaml.safe_load(CHECKED.read_text())["lines"]]
    sets = [read_tau(data), read_star(data)]
    wanted = {(row[0], row[1]) for row in rows}
    made = {
        (cut.dialogue.id, cut.at, line.fact.type, mark(line.text))
        for dialogues in sets
        for cut in cuts_of(dialogues)
        if (cut.dialogue.id, cut.at) in wanted
        for line in lines_of(cut)
    }
    if not made:
        raise NotFound("None of the dialogues that were judged is in this data.", "Judge lines of this data.")
    settings = {"made today": sum(row[:4] in made for row in rows), "half": "tuned on"}
    interval = rate_interval(sum(bool(row[4]) for row in rows), len(rows))
    digest = "+".join(one.digest for one in sets)
    yield figure("handoff/by_hand/fact_precision", interval, "", data=digest, seed=7, settings=settings)


def mark(text: str) -> str:
    """Return the first digits of a line's SHA-256, by which a verdict finds it."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
