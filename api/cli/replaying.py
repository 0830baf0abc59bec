"""The commands of replay: `evals replay` and `evals review`."""

import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.evaluating import Changes, changed
from api.cli.opening import now_utc, open_record
from api.cli.output import AsJson, counting, tell, write, write_json
from api.cli.showing import show_run
from knowledge.failures import NotFound, Rejected

if TYPE_CHECKING:
    from evals.core.cases import Task
    from evals.core.runs import Run

# Draws the conversations: two runs are about the same ones.
SEED = 1


def replay(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the run goes.", show_default=False)],
    changes: Changes = None,
    limit: Annotated[int, typer.Option(min=1, help="How many conversations, the same at each draw.")] = 40,
    today: Annotated[bool, typer.Option("--today", help="With today's library instead of that of the time.")] = False,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Replies that began as a suggestion, accepted or edited, instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draft again for past conversations.

    Each is taken as it stood before its first human reply, which is hidden. Nothing is written into the record; the
    run holds words of customers, so keep the file as you keep an export. What was stopped goes on where it was.

    \b
    Example:
      threadline evals replay --out before.json
      threadline evals replay --out after.json --set passage_chars=600
      threadline evals compare before.json after.json
    """
    from assistant.suggest import open_assistant
    from evals.core.stage import Stage
    from evals.replay.history import read_feedback, read_moments
    from evals.replay.past import open_past
    from evals.replay.task import Replay
    from evals.retrieval.library import Making

    now = now_utc()
    with open_record() as record, ExitStack() as opened:
        read = read_feedback if feedback else read_moments
        moments = read(record.database, record.scope, limit=limit, seed=SEED)
        if not moments:
            raise NotFound("The record holds no such reply of a person.", "Import history: `threadline import FILE`.")
        stage = opened.enter_context(Stage(Path(), Path(), now, changed(changes), record.settings))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        how = Making(stage.settings.embedder, stage.settings.passage_chars)
        past = opened.enter_context(open_past(folder, record.database, record.scope, how, now))
        assistant = open_assistant(stage.settings, past.search)
        opened.callback(assistant.close)
        task = Replay(record.database, record.scope, assistant, past, not today).task(moments, stage.told, stage.models)
        made = _run_to(out, task, now)
    _warn_of_unknown(made.scores.values(), as_json)
    show_run(made, out, as_json)


def review(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the review is called.", show_default=False)],
    before: Annotated[Path | None, typer.Option(metavar="FILE", help="A replay.", show_default=False)] = None,
    after: Annotated[Path | None, typer.Option(metavar="FILE", help="Another replay.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Put two replays up for a blind comparison by people, or say what they said so far.

    With --before and --after the drafts that differ are put up in the console, at /console/review/NAME, without
    saying which is which. Without them the verdicts are summed up.

    \b
    Example:
      threadline evals review spring --before before.json --after after.json
      threadline evals review spring
    """
    from evals.core.runs import load
    from evals.replay import reviews

    with open_record() as record:
        if before is not None and after is not None:
            runs = load(before), load(after)
            with record.database.write() as session:
                count = reviews.offer(session, record.scope, name, runs, now_utc())
            write_json({"review": name, "pairs": count}) if as_json else write(f"{count} pairs: /console/review/{name}")
            return
        if before is not None or after is not None:
            raise Rejected("A review compares two replays.", "Give --before and --after.")
        with record.database.read() as session:
            found = reviews.result(session, record.scope, name)
    if as_json:
        write_json(asdict(found) | {"verdict": found.verdict})
        return
    write(f"{name}: the second run is {found.verdict}" if found.verdict != "cannot tell" else f"{name}: cannot tell")
    won = f"{found.wins} pairs for the second run, {found.losses} against, {found.ties} ties"
    write(f"  {won}, of {found.pairs}; p = {found.p:.3f}")
    if (one := found.preference) is not None:
        write(f"  preference {one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f}): −1 all for the first, 1 the second")


def _run_to(out: Path, task: "Task", now: datetime) -> "Run":
    """Run and save for the owner's eyes alone; until it is saved, what is done lies beside it, as private."""
    from evals.checking import ROOT
    from evals.core.running import Running, run
    from evals.core.runs import save
    from evals.figures import circumstances
    from evals.suite import sources

    kept = out.with_name(f".{out.name}.kept")
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    with counting("replay") as progress:
        made = run(task, Running(circumstances(ROOT, now), kept, sources(), progress=progress))
    save(made, out, private=True)
    shutil.rmtree(kept)
    return made


def _warn_of_unknown(scores: object, as_json: bool) -> None:
    outputs = [score.output for score in scores]  # type: ignore[attr-defined]
    hidden = [one["articles_not_known_then"] for one in outputs if one.get("articles_not_known_then")]
    if hidden and not as_json:
        tell(f"{len(hidden)} drafts could not see articles that came or changed later (up to {max(hidden)}).")
        tell("  Where the history was imported before the library, that is all of them: --today uses today's library.")
