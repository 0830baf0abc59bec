"""The twelve questions of docs/report.md: every figure that answers one is made by the code and explained."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

from evals.live.measures import Period
from evals.live.measuring import Told, measure_all
from evals.live.money import Costs
from evals.questions import QUESTIONS
from tests.conftest import NOW

ROOT = Path(__file__).parents[3]


def rows() -> list[list[str]]:
    """Return the cells of the table: question, live figures, measured figures."""
    section = (ROOT / "docs/report.md").read_text().split("## Twelve questions")[1]
    lines = re.findall(r"^\| \d+\. .*\|$", section, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def documented() -> set[str]:
    """Return the figures that docs/evals.md explains, `{a,b}` written out."""
    table = (ROOT / "docs/evals.md").read_text()
    return {name for cell in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE) for name in written_out(cell)}


def written_out(pattern: str) -> Iterator[str]:
    parts = re.split(r"\{([^}]*)\}", pattern)
    choices = [[part] if place % 2 == 0 else part.split(",") for place, part in enumerate(parts)]
    yield from ("".join(chosen) for chosen in product(*choices))


def made() -> list[re.Pattern[str]]:
    """Return the names that the code gives to figures: literals, and f-strings with anything in their braces."""
    found = set()
    for path in (ROOT / "evals").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                pieces = [
                    re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"[^ ]+" for one in node.values
                ]
                found.add("".join(pieces))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
    return [re.compile(one) for one in found if re.match(r"[a-z_\\]+/", one)]


def test_there_are_twelve_questions_and_each_has_a_figure() -> None:
    assert len(rows()) == 12
    assert [int(question.split(".")[0]) for question, _, _ in rows()] == list(range(1, 13))
    assert all(named(live) + named(measured) for _, live, measured in rows())


def test_the_table_is_the_list_that_pages_show() -> None:
    told = [(re.sub(r"^\d+\. ", "", one), tuple(named(live)), tuple(named(some))) for one, live, some in rows()]
    assert told == [(one.text, one.live, one.measured) for one in QUESTIONS]


def test_live_figures_are_measures_of_the_report() -> None:
    period = Period(NOW - timedelta(days=30), NOW, NOW)
    known = {one.name for one in measure_all([], period, Told(costs=Costs(agent_hour=30.0)))}
    assert [name for _, live, _ in rows() for name in named(live) if name not in known] == []


def test_measured_figures_are_explained_and_made() -> None:
    explained, patterns = documented(), made()
    wanted = [name for _, _, measured in rows() for name in named(measured)]
    assert [name for name in wanted if name not in explained] == []
    assert [name for name in wanted if not any(one.fullmatch(name) for one in patterns)] == []
    assert not any(one.fullmatch("invented/nowhere/figure") for one in patterns)


def test_every_metric_names_its_code_and_its_test() -> None:
    section = (ROOT / "docs/report.md").read_text().split("## Every metric")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in re.findall(r"^\| .*\|$", section, re.MULTILINE)[1:]]
    assert len(lines) > 30
    live = {one.name for one in measure_all([], Period(NOW - timedelta(days=30), NOW, NOW), Told(costs=Costs(1.0)))}
    explained, told = documented(), set()
    for _, figures, made_by, tested_by in lines:
        for place in named(made_by) + named(tested_by):
            path, _, name = place.partition(":")
            assert not name or f"def {name}(" in (ROOT / path).read_text(), place
            assert (ROOT / path).is_file(), place
        plain = [one for one in named(figures) if re.fullmatch(r"[a-z_]+", one)]
        assert [one for one in plain if one not in live] == []
        told |= set(plain)
        areas = [one for one in named(figures) if one.partition("/")[0] in {"handoff", "identity"}]
        assert [one for one in areas if one not in explained] == []
    assert live - told == {"reopened", "tokens_per_suggestion", "cost_per_suggestion"}  # told beside others
