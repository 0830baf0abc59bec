"""The commands `evals list`, `run`, `compare` and `check`."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.core.cases import Metric, Score
from evals.core.runs import Run as Made
from evals.core.runs import load, save

Run = Any


def made(path: Path, values: list[float], task: str = "t") -> str:
    results = tuple(Score(f"c{n}", {"right": value}) for n, value in enumerate(values))
    save(Made(task, (Metric("right"),), results, {one.case: one.case for one in results}, {}), path)
    return str(path)


def test_lists_tasks(run: Run) -> None:
    listed = {one["name"]: one for one in json.loads(run("evals", "list", "--json").stdout)}
    assert listed["answers/demo"]["gate"]
    assert not listed["retrieval/mtrag"]["gate"]
    assert "retrieval/mtrag" in run("evals", "list").stdout


def test_runs_a_task_and_compares_it_with_itself(run: Run, folder: Path) -> None:
    first = run("evals", "run", "identity/written", "--out", "one.json", "--json")
    assert first.exit_code == 0, first.output
    shown = json.loads(first.stdout)
    assert (shown["failed"], shown["file"]) == (0, "one.json")
    assert run("evals", "run", "identity/written").exit_code == 0  # kept answers, a file named by the time
    (second,) = (folder / "build" / "runs").iterdir()
    assert load(second).results == load(folder / "one.json").results
    assert "identity/written: same" in run("evals", "compare", "one.json", str(second)).stdout


def test_says_better_worse_or_cannot_tell(run: Run, folder: Path) -> None:
    low, high = made(folder / "a.json", [0.0] * 20 + [1.0] * 20), made(folder / "b.json", [1.0] * 40)
    assert run("evals", "compare", low, high).stdout.startswith("t: better\n")
    worse = json.loads(run("evals", "compare", high, low, "--json").stdout)
    assert worse["verdict"] == "worse"
    assert worse["compared"][0]["difference"]["value"] == -0.5
    unsure = made(folder / "c.json", [1.0] + [0.0] * 19 + [1.0] * 20)
    assert "cannot tell" in run("evals", "compare", low, unsure).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evals", "run", "nothing"), "There is no task nothing."),
        (("evals", "run", "answers/demo", "--set", "x"), "x changes nothing."),
        (("evals", "run", "answers/demo", "--set", "chunk=1"), "chunk is no setting."),
        (("evals", "run", "retrieval/mtrag", "--data", "nowhere"), "No data set mtrag"),
        (("evals", "compare", "a.json", "b.json"), "There is no run a.json."),
        (("evals", "check", "--only", "nothing"), "The gate has no task nothing."),
    ],
)
def test_says_what_is_wrong(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code == 1
    assert said in done.output


def test_the_gate_blocks_by_its_exit_code(run: Run, folder: Path) -> None:
    accepted = run("evals", "check", "--accept", "--only", "identity/written", "--baselines", "kept")
    assert accepted.exit_code == 0, accepted.output
    checked = ("evals", "check", "--only", "identity/written", "--baselines", "kept")
    path = folder / "kept" / "identity-written.json"
    rows = json.loads(path.read_text())
    rows["results"].append(rows["results"][0] | {"case": "one that is gone"})
    rows["groups"]["one that is gone"] = "one that is gone"
    path.write_text(json.dumps(rows))
    blocked = run(*checked, "--json")
    assert blocked.exit_code == 1
    assert json.loads(blocked.stdout)[0]["reasons"] == ["1 cases of the baseline were not asked"]


def test_the_past_is_replayed_compared_and_reviewed(run: Run, folder: Path) -> None:
    (folder / "articles").mkdir()
    (folder / "articles" / "returns.md").write_text("# Returns\n\nBoots can be returned within 30 days of delivery.\n")
    assert run("ingest", "articles", "--visibility", "public").exit_code == 0
    said = {"type": "message", "conversation": "c", "channel": "email", "customer": "cus-1"}
    events = [
        {"type": "customer", "id": "cus-1", "handles": [{"kind": "email", "value": "a@example.com", "verified": True}]},
        said
        | {
            "id": "m1",
            "direction": "in",
            "text": "How many days do I have to return boots?",
            "at": "2026-03-01T09:00:00Z",
        },
        said
        | {"id": "m2", "direction": "out", "text": "Thirty.", "at": "2026-03-01T10:00:00Z", "author": "s@example.com"},
    ]
    handle = {"kind": "email", "value": "a@example.com"}
    lines = [json.dumps(one | ({"handle": handle} if one["type"] == "message" else {})) for one in events]
    (folder / "events.jsonl").write_text("\n".join(lines))
    loaded = run("import", "events.jsonl")
    assert loaded.exit_code == 0, loaded.output
    done = run("evals", "replay", "--out", "a.json", "--today", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["failed"] == 0
    assert "30 days" in (folder / "a.json").read_text()
    assert (folder / "a.json").stat().st_mode & 0o077 == 0
    assert run("evals", "replay", "--out", "b.json", "--today", "--set", "passage_chars=300").exit_code == 0
    assert run("evals", "compare", "a.json", "b.json").stdout.startswith("replay/history: ")
    assert "nothing that differs" in run("evals", "review", "x", "--before", "a.json", "--after", "b.json").output
    assert "There is no review x." in run("evals", "review", "x").output
    assert "compares two replays" in run("evals", "review", "x", "--before", "a.json").output
    assert "no such reply" in run("evals", "replay", "--out", "c.json", "--feedback").output
