"""The commands `evals list`, `run`, `compare` and `check`."""

import json
from dataclasses import replace
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


def test_shows_a_run_with_its_slices_and_what_it_was_made_with(run: Run, folder: Path) -> None:
    results = tuple(Score(f"c{n // 2} #{n % 2 + 1}", {"right": float(n % 4 > 0)}) for n in range(24))
    groups = {one.case: one.case[:-3] for one in results}
    slices = {one.case: {"channel": "email" if int(one.case[1:-3]) < 11 else "chat"} for one in results}
    one = Made("t", (Metric("right"),), results, groups, slices, "d1", {"times": 2, "passage_chars": 600})
    save(one, folder / "one.json")
    shown = run("evals", "show", "one.json").stdout
    assert "right, pass^2" in shown
    assert "right, channel email: 0.727 (" in shown
    assert "right, channel chat: too few (n = 2)" in shown
    assert "passage_chars 600" in shown
    reliable = json.loads(run("evals", "show", "one.json", "--json").stdout)["reliability"]
    assert [(row["k"], row["interval"]["value"]) for row in reliable] == [(1, 0.75), (2, 0.5)]
    save(replace(one, settings={"times": 2, "passage_chars": 300}), folder / "two.json")
    assert "  passage_chars: 600 → 300\n" in run("evals", "compare", "one.json", "two.json").stdout


GOOD = {"kind": "score", "case": "a", "values": {"right": 1.0}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "\u0000",
        "[" * 100_000,
        '{"format": 1}',
        json.dumps({"format": 1, "task": "t", "metrics": [], "results": [GOOD], "groups": {}, "slices": {}}),
        json.dumps(
            {"format": 1, "task": "t", "metrics": [], "results": [GOOD] * 2, "groups": {"a": "a"}, "slices": {}}
        ),
        json.dumps(
            {
                "format": 1,
                "task": "t",
                "metrics": [{"name": "right"}],
                "results": [GOOD | {"values": {"right": float("nan")}}],
                "groups": {"a": "a"},
                "slices": {},
            }
        ),
        json.dumps(
            {
                "format": 1,
                "task": "t",
                "metrics": [{"name": "right"}],
                "results": [GOOD | {"values": "right"}],
                "groups": {"a": "a"},
                "slices": {},
            }
        ),
    ],
)
def test_what_is_no_run_is_refused(run: Run, folder: Path, text: str) -> None:
    (folder / "bad.json").write_text(text)
    good = made(folder / "good.json", [1.0])
    for words in (("show", "bad.json"), ("compare", good, "bad.json"), ("compare", "bad.json", good)):
        done = run("evals", *words)
        assert (done.exit_code, "holds no run" in done.output) == (1, True), done.output


def test_a_run_of_another_version_is_refused(run: Run, folder: Path) -> None:
    path = made(folder / "a.json", [1.0])
    Path(path).write_text(Path(path).read_text().replace('"format": 1', '"format": 9'))
    assert "was written by another version" in run("evals", "show", path).output
    (folder / "bytes.json").write_bytes(bytes(range(256)))
    assert "holds no run" in run("evals", "show", "bytes.json").output
    assert "There is no run" in run("evals", "show", str(folder)).output


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
    assert not (folder / ".a.json.kept").exists()
    assert run("evals", "replay", "--out", "b.json", "--today", "--set", "passage_chars=300").exit_code == 0
    assert run("evals", "compare", "a.json", "b.json").stdout.startswith("replay/history: ")
    assert "nothing that differs" in run("evals", "review", "x", "--before", "a.json", "--after", "b.json").output
    assert "There is no review x." in run("evals", "review", "x").output
    assert "compares two replays" in run("evals", "review", "x", "--before", "a.json").output
    assert "no such reply" in run("evals", "replay", "--out", "c.json", "--feedback").output
