"""The demo's answers judged by a model: a scripted server, and a real small one whose answers cannot be used."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.models.install import install
from assistant.suggest import ask
from evals.core.stage import Stage
from evals.core.summary import run_figures
from evals.judges.endpoint import JudgeEndpoint
from evals.judges.opening import opened_judge
from evals.judging import PASSAGES, evidence, judge_answers
from evals.metrics.judged import NoVerdict, Sample, judged
from knowledge.failures import Failure, NotFound
from knowledge.settings import Settings

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SMALL = "smollm2-135m"


@pytest.fixture
def judge(answering: Callable[[Callable[[str], str]], str]) -> JudgeEndpoint:
    """A judge that attributes one of two statements, and of every second prompt says nothing that can be read."""
    given = [{"statement": "s", "reason": "r", "attributed": one} for one in (1, 0)]

    known: dict[str, int] = {}

    def script(prompt: str) -> str:
        return "Hm." if known.setdefault(prompt, len(known)) % 2 else json.dumps({"classifications": given})

    return JudgeEndpoint(answering(script), "m", seconds=20)


def test_scores_and_failures_stand_side_by_side_and_rows_are_kept(
    judge: JudgeEndpoint, smaller: Path, tmp_path: Path
) -> None:
    with Stage(smaller, Path(), NOW) as stage:
        made = judge_answers(stage, judge, "context_recall", 16, tmp_path)
        again = judge_answers(stage, judge, "context_recall", 16, tmp_path)
    asked = [score for score in made.scores.values() if score.answered]
    assert {score.values["context_recall"] for score in asked} == {0.5}
    assert made.failures
    assert all("no verdict for context_recall" in one.reason for one in made.failures)
    assert len(made.scores) + len(made.failures) == 16
    figures = {one.name: one for one in run_figures(made)}
    assert figures["judged/demo/context_recall/failed"].value == len(made.failures) / 16
    assert figures["judged/demo/context_recall/context_recall"].settings["judge"] == "m"
    assert [one.case for one in again.failures] == [one.case for one in made.failures]  # asked again, failed again
    assert again.scores == made.scores


def test_an_answer_is_judged_by_whole_passages_with_all_that_it_cites(smaller: Path) -> None:
    with Stage(smaller, Path(), NOW) as stage:
        shown = ask(stage.company.assistant, "How do I return something I bought online?", now=NOW)
    public = [one for one in shown.passages if one.visibility == "public"]
    assert len(public) > PASSAGES
    last = public[-1]
    judged_by = evidence(replace(shown, citations=(last.number,)))
    assert judged_by == [one.text for one in (*public[:PASSAGES], last)]
    assert evidence(replace(shown, citations=(public[0].number,))) == [one.text for one in public[:PASSAGES]]


def test_without_a_model_it_says_so(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, models_dir=tmp_path)
    with pytest.raises(NotFound, match="no model to judge with"), opened_judge(settings):
        pass


@pytest.mark.model
@pytest.mark.timeout(300)
def test_a_real_small_model_makes_a_failure_with_its_reason() -> None:
    """SmolLM2's text is nonsense, and cut off: never a 0, never nan."""
    settings = Settings(local_model=SMALL)
    try:
        install(settings.models_dir, SMALL, lambda _: None)
    except Failure as failure:
        pytest.skip(f"the small model cannot be fetched: {failure.message}")
    sample = Sample(answer="Boots go back.", passages=("Boots can be sent back within 30 days of delivery.",))
    with opened_judge(settings) as judge, pytest.raises(NoVerdict, match="no verdict for summary_score: .{10,}"):
        judged("summary_score", sample, replace(judge, max_tokens=12))  # a model of this size cannot keep to the form
