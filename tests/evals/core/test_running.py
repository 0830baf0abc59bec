"""Running a task: a failure is never a 0 and never dropped, silence costs, and a stopped run goes on."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from evals.core.cases import Answer, Case, Failure, Metric, Score, Task
from evals.core.running import Running, run
from evals.core.runs import load, save
from evals.core.summary import run_figures, summarise, values_of
from evals.figures import Circumstances
from knowledge.failures import NotFound, Rejected, Unavailable

HERE = Circumstances("abc", "two cores", 0.1, "2026-11-22T12:00:00+00:00")
CASES = tuple(Case(f"c{n}", {"n": n}, {"even": n % 2 == 0}, group=f"g{n // 2}") for n in range(8))


class Product:
    """A product's function: silent on 1, broken on 2, unreachable on 3, else says whether the number is even."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.lock = threading.Lock()
        self.mended = False

    def __call__(self, case: Case) -> Answer | None:
        n = case.given["n"]
        with self.lock:
            self.calls.append(n)
        if n == 1:
            return None
        if n == 2 and not self.mended:
            raise ZeroDivisionError("by nothing")
        if n == 3 and not self.mended:
            raise Unavailable("The model does not answer.", "Start it.")
        return Answer({"even": n % 2 == 0}, cost=0.5, tokens=10)


def mark(case: Case, answer: Answer) -> dict[str, float]:
    return {"right": float(case.wanted["even"] == answer.output["even"]), "size": float("nan") if answer is None else 2}


def task(product: Product, **more: object) -> Task:
    metrics = (Metric("right"), Metric("size", default=0.5))
    return replace(Task("made/even", CASES, product, mark, metrics, data="d"), **more)  # type: ignore[arg-type]


def test_a_failure_is_never_a_zero_and_never_dropped() -> None:
    made = run(task(Product()), Running(HERE))
    assert [one.case for one in made.results] == [case.id for case in CASES]
    assert [(one.case, one.reason) for one in made.failures] == [
        ("c2", "ZeroDivisionError: by nothing"),
        ("c3", "The model does not answer."),
    ]
    right = summarise(made)[0]
    assert (right.interval.value, right.interval.n, right.failed) == (pytest.approx(5 / 6), 6, 2)  # type: ignore[union-attr]
    assert (right.at_least, right.at_most) == (5 / 8, 7 / 8)
    figures = {one.name: one for one in run_figures(made)}
    assert (figures["made/even/failed"].value, figures["made/even/failed"].n) == (0.25, 8)
    assert figures["made/even/right"].settings["failed"] == 2


def test_an_unanswered_case_scores_the_default() -> None:
    made = run(task(Product()), Running(HERE))
    silent = made.scores["c1"]
    assert (silent.answered, silent.values) == (False, {"right": 0.0, "size": 0.5})
    assert summarise(made)[0].unanswered == 1


@pytest.mark.parametrize(("value", "reason"), [(float("nan"), "right is nan"), (float("inf"), "right is inf")])
def test_a_score_that_is_no_number_is_a_failure(value: float, reason: str) -> None:
    made = run(task(Product(), mark=lambda *_: {"right": value}), Running(HERE))
    assert Failure("c0", f"ValueError: {reason}", made.failures[0].seconds) == made.failures[0]


def test_an_unknown_metric_is_a_failure() -> None:
    made = run(task(Product(), mark=lambda *_: {"wrong": 1}), Running(HERE))
    assert "no metric wrong" in made.failures[0].reason


def test_what_was_scored_is_not_asked_again_and_what_failed_is(tmp_path: Path) -> None:
    product, how = Product(), Running(HERE, cache=tmp_path, sources="code")
    first = run(task(product), how)
    product.mended = True
    product.calls.clear()
    again = run(task(product), how)
    assert sorted(product.calls) == [2, 3]
    assert not again.failures
    assert again.scores["c0"] == first.scores["c0"]


@pytest.mark.parametrize("change", ["settings", "models", "judge", "data", "sources"])
def test_another_configuration_is_asked_anew(tmp_path: Path, change: str) -> None:
    product, how = Product(), Running(HERE, cache=tmp_path, sources="code")
    run(task(product), how)
    product.calls.clear()
    changes: dict[str, object] = {"settings": {"k": 5}, "models": {"chat": "m"}, "judge": "j", "data": "other"}
    if change == "sources":
        run(task(product), replace(how, sources="other"))
    else:
        run(task(product, **{change: changes[change]}), how)
    assert len(product.calls) == len(CASES)


def test_a_changed_case_is_asked_anew(tmp_path: Path) -> None:
    product, how = Product(), Running(HERE, cache=tmp_path, sources="code")
    product.mended = True
    run(task(product), how)
    product.calls.clear()
    run(task(product, cases=(replace(CASES[4], wanted={"even": False}), *CASES[5:])), how)
    assert product.calls == [4]


def test_a_line_that_a_kill_cut_off_is_asked_again(tmp_path: Path) -> None:
    product, how = Product(), Running(HERE, cache=tmp_path, sources="code")
    product.mended = True
    run(task(product), how)
    (kept,) = tmp_path.iterdir()
    lines = kept.read_text().splitlines()
    kept.write_text("\n".join(lines[:5]) + "\n" + lines[5][: len(lines[5]) // 2])
    product.calls.clear()
    assert len(run(task(product), how).scores) == 8
    assert product.calls == [5, 6, 7]
    product.calls.clear()
    run(task(product), how)
    assert product.calls == []


def test_workers_are_bounded_and_the_order_is_the_cases() -> None:
    running, most, lock, together = 0, 0, threading.Lock(), threading.Barrier(3, timeout=10)

    def answer(case: Case) -> Answer:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
        if case.given["n"] < 6:
            together.wait()  # three at once, or this breaks
        with lock:
            running -= 1
        return Answer({"even": True})

    told: list[tuple[int, int]] = []
    how = Running(HERE, workers=3, progress=lambda done, total: told.append((done, total)))
    made = run(replace(task(Product()), answer=answer), how)
    assert most == 3
    assert [one.case for one in made.results] == [case.id for case in CASES]
    assert told[-1] == (8, 8)


def test_a_run_is_written_and_read_whole(tmp_path: Path) -> None:
    made = run(task(Product(), settings={"k": 5}, judge="claim check"), Running(HERE))
    save(made, tmp_path / "run.json")
    again = load(tmp_path / "run.json")
    assert again == made
    assert (again.commit, again.machine, again.data, again.judge) == ("abc", "two cores", "d", "claim check")
    assert (again.cost, again.tokens) == (2.5, 50)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1, "results": [{"kind": "score"}]}']
)
def test_what_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(Rejected):
        load(path)
    with pytest.raises(NotFound, match="no run"):
        load(tmp_path / "other.json")


def test_small_slices_say_that_they_are_small() -> None:
    cases = tuple(
        Case(f"c{n}", {"n": n}, {"even": n % 2 == 0}, slices={"channel": "chat" if n < 60 else "call"})
        for n in range(80)
    )
    product = Product()
    product.mended = True
    made = run(replace(task(product), cases=cases[:60] + cases[60:66]), Running(HERE))
    slices = {one.value: one for one in summarise(made)[0].slices}
    assert slices["chat"].interval is not None
    assert not slices["chat"].few
    assert slices["call"].told == "channel call: too few (n = 6)"
    made = run(replace(task(product), cases=cases), Running(HERE))
    assert {one.value: one for one in summarise(made)[0].slices}["call"].told.endswith("few: no conclusion)")


def test_a_case_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        task(Product(), cases=(CASES[0], CASES[0]))


def test_a_metric_that_is_undefined_for_a_case_is_left_out_of_that_case_alone() -> None:
    def some(case: Case, answer: Answer) -> dict[str, float]:
        return {"right": 1.0} | ({"size": 3.0} if case.given["n"] > 5 else {})

    made = run(task(Product(), mark=some), Running(HERE))
    assert values_of(made, "size") == {"c1": 0.5, "c6": 3.0, "c7": 3.0}
    assert isinstance(made.results[0], Score)


def test_the_file_of_a_run_is_json(tmp_path: Path) -> None:
    save(run(task(Product()), Running(HERE)), tmp_path / "a" / "run.json")
    row = json.loads((tmp_path / "a" / "run.json").read_text())
    assert [one["kind"] for one in row["results"]].count("failure") == 2


def test_where_none_succeeded_the_interval_says_how_little_that_proves() -> None:
    cases = tuple(case for case in CASES if case.given["n"] in {0, 4, 6})
    made = run(task(Product(), cases=cases, mark=lambda *_: {"right": 0.0, "size": 1.0}), Running(HERE))
    (told,) = (one for one in run_figures(made) if one.name.endswith("/right"))
    assert (told.value, told.n) == (0.0, 3)
    assert told.low == pytest.approx(0.0)
    assert told.high == pytest.approx(0.5615, abs=1e-4)
