"""`python -m evals`: measure quality on public data, show a table, keep the figures in build/evals.json."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from evals.figures import table
from evals.page import write_page
from evals.registry import Asked, parts, say
from evals.suite import ROOT, Outcome, Suite, able
from knowledge.failures import Failure

PARTS = parts()
OFFLINE = [name for name, part in PARTS.items() if not part.models]
MODELS = [name for name, part in PARTS.items() if part.models]


def main(words: list[str] | None = None) -> int:
    """Run the parts that were asked for; a part whose data is missing is said and left out.

    Returns the exit code: 1 when nothing could be measured, a part failed, or what must not happen did: internal
    text reached a customer's, or proof joined strangers.
    """
    asked = _arguments(words)
    run = Asked(asked.data, asked.examples, asked.out.parent, datetime.now(UTC), asked.quick, asked.cases)
    chosen = asked.only or (MODELS if asked.models else OFFLINE)
    outcomes = list(Suite(run, asked.out, asked.jobs, asked.resume).run(chosen))
    shown = [one for outcome in outcomes for one in outcome.figures]
    say("\n" + table(shown))
    page = write_page(asked.out, [one.left_out or one.failed for one in outcomes if one.left_out or one.failed])
    say("\n".join(["", *filter(None, map(_told, outcomes)), f"{len(shown)} figures in {asked.out}, to read in {page}"]))
    happened = [one for outcome in outcomes for one in PARTS[outcome.name].happened(outcome.figures)]
    for one in happened:
        say(f"{one.name} must be 0 and is {one.value:g}")
    return 1 if happened or not shown or any(outcome.failed for outcome in outcomes) else 0


def _told(outcome: Outcome) -> str:
    if outcome.left_out or outcome.failed:
        return outcome.left_out or outcome.failed
    return f"{outcome.name}: {'measured before by the same code' if outcome.before else f'{outcome.seconds:.1f} s'}"


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    parser.add_argument("--examples", type=Path, default=ROOT / "examples", help="where the demo company lies")
    parser.add_argument("--out", type=Path, default=Path("build/evals.json"), help="where the figures go")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="parts to run")
    parser.add_argument("--quick", action="store_true", help="fewer questions, no comparison with fp32")
    parser.add_argument("--jobs", type=_count, default=able(), help="parts at a time, each in a process of its own")
    parser.add_argument("--resume", action="store_true", help="skip what the same code measured on the same data")
    parser.add_argument("--models", action="store_true", help="the parts that call a language model, and no others")
    parser.add_argument("--cases", type=_count, default=40, help="cases of each of them, drawn by the seed")
    return parser.parse_args(words)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"{failure}")
