"""`python -m evals`: measure quality on public data, show a table, keep the figures in build/evals.json."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from evals.answers import answer_figures
from evals.datasets import aws_docs_qa, dstc11_track5, mtrag, tarnfell, tau_banking_kb
from evals.datasets.grounding import read_begin, read_mtrag
from evals.figures import Figure, circumstances, keep, table
from evals.grounding import grounding_figures
from evals.identity import automatic_figures, suggestion_figures
from evals.leak import leak_figures
from evals.screening import screening_figures
from evals.search_quality import search_figures
from evals.selective import refusal_figures
from knowledge.failures import Failure, NotFound

ROOT = Path(__file__).parents[1]
Part = Callable[[argparse.Namespace, datetime], Iterable[Figure]]
# Figures that count what must not happen: internal text in words meant for a customer, strangers joined by proof.
NEVER = re.compile(r"^leak/|/leaks$|/wrong_links$")
PARTS: dict[str, Part] = {
    "mtrag": lambda asked, now: search_figures(mtrag.read(asked.data), now, not asked.quick, say),
    "tau_banking_kb": lambda asked, now: search_figures(tau_banking_kb.read(asked.data), now, False, say),
    "screening": lambda asked, now: screening_figures(tau_banking_kb.read(asked.data), now),
    "answers": lambda asked, now: answer_figures(tarnfell.read(asked.examples), now, say),
    "identity": lambda asked, now: suggestion_figures(asked.data, now),
    "automatic_links": lambda _, now: automatic_figures(now),
    "refusal": lambda asked, now: refusal_figures(asked.data, now, say),
    "grounding": lambda asked, now: (  # noqa: ARG005
        one for read in (read_begin, read_mtrag) for one in grounding_figures(read(asked.data))
    ),
    "dstc11_track5": lambda asked, now: search_figures(dstc11_track5.read(asked.data), now, False, say),
    "aws_docs_qa": lambda asked, now: search_figures(aws_docs_qa.read(asked.data), now, False, say),
    "leak": lambda asked, now: leak_figures(tau_banking_kb.read(asked.data), now, asked.quick, say),
}


def say(text: str) -> None:
    """Write a line of progress."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str] | None = None) -> int:
    """Run the parts that were asked for; a part whose data is missing is said and left out.

    Returns the exit code: 1 when nothing could be measured, internal text reached a customer's, or proof
    joined strangers.
    """
    asked = _arguments(words)
    shown: list[Figure] = []
    left_out: list[str] = []
    for name in asked.only or PARTS:
        now = datetime.now(UTC)
        run = circumstances(ROOT, now)
        say(f"== {name}")
        try:
            measured = list(PARTS[name](asked, now))
        except NotFound as missing:
            left_out.append(f"{name}: left out. {missing}")
            continue
        keep(asked.out, measured, run)
        shown += measured
    say("\n" + table(shown))
    say("\n".join(["", *left_out, f"{len(shown)} figures in {asked.out}"]))
    happened = [one for one in shown if NEVER.search(one.name) and one.value > 0]
    return 1 if happened or not shown else 0


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    parser.add_argument("--examples", type=Path, default=ROOT / "examples", help="where the demo company lies")
    parser.add_argument("--out", type=Path, default=Path("build/evals.json"), help="where the figures go")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="parts to run")
    parser.add_argument("--quick", action="store_true", help="fewer questions, no comparison with fp32")
    return parser.parse_args(words)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"{failure}")
