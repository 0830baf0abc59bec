"""Runs a task: several cases at once, each kept as it ends, so that a run that was stopped goes on."""

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from evals.core.cases import Answer, Case, Failure, Result, Score, Task, Values, fingerprint
from evals.core.runs import Run, groups_of
from evals.figures import Circumstances
from knowledge import failures

# What a result depends on beside task and case: raised when scores are made in another way.
VERSION = 1


@dataclass(frozen=True)
class Running:
    """How to run: `workers` cases at once, answers kept below `cache` (None: nowhere), `sources` is the code's digest.

    `progress` is told how many of how many are done.
    """

    run: Circumstances
    cache: Path | None = None
    sources: str = ""
    workers: int = 1
    progress: Callable[[int, int], None] = lambda done, total: None  # noqa: ARG005


def run(task: Task, how: Running) -> Run:
    """Answer and mark every case that is not kept already; cases that failed before are tried again."""
    started = time.perf_counter()
    with _Kept(task, how) as kept:
        results: dict[str, Result] = {case.id: kept.results[key] for case, key in kept.keys if key in kept.results}
        missing = [case for case in task.cases if case.id not in results]
        for result in _measured(task, missing, how.workers):
            kept.add(result)
            results[result.case] = result
            how.progress(len(results), len(task.cases))
    return Run(
        task=task.name,
        metrics=task.metrics,
        results=tuple(results[case.id] for case in task.cases),
        groups=groups_of(task.cases),
        slices={case.id: case.slices for case in task.cases if case.slices},
        data=task.data,
        settings=task.settings,
        models=task.models,
        judge=task.judge,
        seconds=round(time.perf_counter() - started, 3),
        **asdict(how.run),
    )


def measure(task: Task, case: Case) -> Result:
    """Answer and mark one case; whatever is raised on the way makes it a Failure with its reason."""
    started = time.perf_counter()
    try:
        answer = task.answer(case)
        values = task.defaults if answer is None else _checked(task, task.mark(case, answer))
    except failures.Failure as failure:
        return Failure(case.id, failure.message, _since(started))
    except Exception as error:  # noqa: BLE001  the runner: a mistake in one case is that case's failure
        return Failure(case.id, f"{type(error).__name__}: {error}", _since(started))
    given = answer or Answer({})
    return Score(case.id, values, answer is not None, given.output, _since(started), given.cost, given.tokens)


def _checked(task: Task, values: Values) -> Values:
    unknown = values.keys() - task.defaults.keys()
    if unknown:
        raise ValueError(f"{task.name} has no metric {', '.join(sorted(unknown))}")
    for name, value in values.items():
        if not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
    return dict(values)


def _measured(task: Task, cases: Iterable[Case], workers: int) -> Iterator[Result]:
    if workers == 1:
        yield from (measure(task, case) for case in cases)
        return
    with ThreadPoolExecutor(workers) as pool:
        try:
            for future in as_completed([pool.submit(measure, task, case) for case in cases]):
                yield future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what has not begun need not begin
            raise


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)


class _Kept:
    """The scores of earlier runs by what they depend on, a line each; a line cut off by a kill is not read."""

    def __init__(self, task: Task, how: Running) -> None:
        config = fingerprint(VERSION, task.name, task.settings, task.models, task.judge, task.data, how.sources)
        self._path = how.cache / f"{task.name.replace('/', '-')}-{config[:16]}.jsonl" if how.cache else None
        self.keys = [(case, fingerprint(config, asdict(case))) for case in task.cases]
        self._key_of = {case.id: key for case, key in self.keys}
        self.results: dict[str, Score] = {}

    def __enter__(self) -> "_Kept":
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self.results = dict(_read(self._path))
            self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            self._file.close()

    def add(self, result: Result) -> None:
        """Keep a score; a failure is tried again next time."""
        if self._path is not None and isinstance(result, Score):
            self._file.write(json.dumps({"key": self._key_of[result.case], "score": asdict(result)}) + "\n")
            self._file.flush()


def _read(path: Path) -> Iterator[tuple[str, Score]]:
    if not path.exists():
        return
    whole = path.read_bytes()
    if whole and not whole.endswith(b"\n"):  # a kill while a line was written: begin a new one after it
        with path.open("ab") as file:
            file.write(b"\n")
    for line in whole.decode(errors="replace").splitlines():
        try:
            row = json.loads(line)
            yield row["key"], Score(**row["score"])
        except (ValueError, KeyError, TypeError):
            continue  # cut off, so not done
