"""A judge behind an address, held against people: enough agreement on enough items, or it may not block."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from api.cli.app import app
from evals.core.running import Running, run
from evals.core.runs import Run
from evals.datasets.grounding import Judged, JudgedReplies
from evals.figures import circumstances
from evals.judges.agreement import Validated
from evals.judges.endpoint import JudgeEndpoint
from evals.judges.labelled import agreement, agreement_task, read_labels, wanted
from evals.suite import ROOT
from knowledge.failures import NotFound, Rejected

Answering = Callable[[Callable[[str], str]], str]
ITEMS = tuple(Judged(f"g{n // 2}", f"reply {n}", (f"text {n}",), float(n % 2)) for n in range(240))


def judged(address: str, items: tuple[Judged, ...], cases: int) -> tuple[Run, Validated | None]:
    task = agreement_task(JudgedReplies("labels", items, "d"), JudgeEndpoint(address, "m", seconds=20), cases)
    made = run(task, Running(circumstances(ROOT, datetime(2026, 11, 25, tzinfo=UTC)), workers=4))
    return made, agreement(made, task)


def number_in(prompt: str) -> int:
    return int(prompt.split("<reply>\nreply ")[1].split(maxsplit=1)[0])


def test_one_that_agrees_may_block_and_what_is_no_verdict_is_a_failure(answering: Answering) -> None:
    def script(prompt: str) -> str:
        n = number_in(prompt)
        if n % 20 == 3:
            return "It depends."
        right = n % 10 != 5
        return ("Yes." if n % 2 else "no") if right else ("no" if n % 2 else "yes")

    made, checked = judged(answering(script), ITEMS, 240)
    assert checked is not None
    assert {one.reason for one in made.failures} == {"The judge said neither yes nor no: 'it depends.'."}
    assert len(made.failures) == 12
    kept = [n for n in range(240) if n % 20 != 3]
    people = ["faithful" if n % 2 else "not" for n in kept]
    said = ["faithful" if (n % 2) == (n % 10 != 5) else "not" for n in kept]
    assert checked.kappa.value == pytest.approx(cohen_kappa_score(people, said))
    assert checked.kappa.n == 228
    assert checked.may_block
    checked.require()


def test_few_items_or_little_agreement_are_refused(answering: Answering) -> None:
    _, few = judged(answering(lambda prompt: "yes" if number_in(prompt) % 2 else "no"), ITEMS, 40)
    assert few is not None
    assert few.kappa.value == 1
    with pytest.raises(Rejected, match="on 40 items"):
        few.require()
    _, agreeable = judged(answering(lambda _: "yes"), ITEMS, 240)
    assert agreeable is not None
    with pytest.raises(Rejected, match=r"κ = 0\.00"):
        agreeable.require()
    made, silent = judged(answering(lambda _: ""), ITEMS[:4], 4)
    assert silent is None
    assert len(made.failures) == 4


def test_a_server_that_is_not_there_is_a_failure_of_every_case() -> None:
    made, checked = judged("http://127.0.0.1:9/v1", ITEMS[:3], 3)
    assert checked is None
    assert {one.reason for one in made.failures} == {"The judge did not answer: APIConnectionError."}


def test_labels_of_people(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    rows = [{"reply": "Ünfaithful", "texts": ["a", "b"], "faithful": False, "group": "c1"}]
    rows += [{"reply": "Fine", "texts": [], "faithful": True}]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    read = read_labels(path)
    assert [(one.group, one.rating, one.texts) for one in read.replies] == [("c1", 0, ("a", "b")), ("2", 1, ())]
    for bad in (
        {"reply": "x"},
        {"reply": "x", "texts": "y", "faithful": True},
        {"reply": 1, "texts": [], "faithful": True},
    ):
        path.write_text(json.dumps(bad))
        with pytest.raises(Rejected, match="Line 1 is no label"):
            read_labels(path)
    path.write_text("")
    with pytest.raises(Rejected, match="holds no label"):
        read_labels(path)
    with pytest.raises(NotFound):
        read_labels(tmp_path / "none.jsonl")
    assert (wanted(40), wanted(500)) == (200, 500)


def test_the_command_tells_kappa_and_refuses(
    answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THREADLINE_JUDGE_URL", answering(lambda prompt: "yes" if number_in(prompt) % 2 else "no"))
    monkeypatch.setenv("THREADLINE_JUDGE_MODEL", "m")
    rows = [{"reply": one.reply, "texts": list(one.texts), "faithful": bool(one.rating)} for one in ITEMS]
    Path("labels.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    some = CliRunner().invoke(app, ["evals", "judge", "labels.jsonl", "--cases", "20"], prog_name="threadline")
    assert some.exit_code == 1
    assert "κ = 1.00 (1.00 to 1.00) on 20 items" in some.stdout
    assert "may not block" in some.stderr
    enough = CliRunner().invoke(app, ["evals", "judge", "labels.jsonl", "--json"], prog_name="threadline")
    told = json.loads(enough.stdout)
    assert (enough.exit_code, told["n"], told["may_block"], told["failed"]) == (0, 240, True, 0)
