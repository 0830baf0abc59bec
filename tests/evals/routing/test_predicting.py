"""Routing figures: only what is known at opening, measures against scikit-learn, figures that are complete."""

import csv
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.datasets.routing import OPENING, read_incidents, read_nyc311, read_star
from evals.metrics.calibration import error_by_width, log_losses
from evals.metrics.resampling import resampled
from evals.metrics.telling import roc_area
from evals.routing import predicting as routing
from handoff.learning.evidence import View
from handoff.learning.pooling import fit, predict_stream
from knowledge.failures import NotFound

FORBIDDEN = {
    "first_",
    "last_",
    "n_events",
    "made_sla",
    "knowledge",
    "closed_code",
    "count",
    "resolved",
    "priority_last",
}
KNOWN_WHEN = "closed_at"


def test_features_are_what_is_known_at_opening(data: Path) -> None:
    names = {name for case in read_incidents(data, "first_group").cases[:500] for name in case.features}
    assert names == {*OPENING, "hours", "weekday"}
    assert not any(word in name for name in names for word in FORBIDDEN)


def test_scrambling_what_is_forbidden_changes_no_prediction(data: Path, tmp_path: Path) -> None:
    source = data / "it_incidents" / "incidents.csv"
    with source.open(newline="") as stream:
        rows = list(csv.DictReader(stream))[:600]
    target = "first_group"
    kept = {"number", "opened_at", KNOWN_WHEN, target, *OPENING}
    predictions = []
    for name, shuffled in (("as_is", False), ("scrambled", True)):
        if shuffled:
            for column in set(rows[0]) - kept:
                values = [row[column] for row in rows]
                random.Random(column).shuffle(values)
                for row, value in zip(rows, values, strict=True):
                    row[column] = value
        folder = tmp_path / name / "it_incidents"
        folder.mkdir(parents=True)
        with (folder / "incidents.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        fitted, rest = read_incidents(tmp_path / name, target).split(0.7)
        predictions.append([said for _, said in predict_stream(fit(fitted, _views()), rest)])
    assert predictions[0] == predictions[1]


def _views() -> list[View]:
    return [View(key) for key in routing.INCIDENT_VIEWS]


def test_no_label_of_an_open_incident_is_known(data: Path) -> None:
    cases = read_incidents(data, "last_group").cases[:900]
    fitted, rest = cases[:600], cases[600:]
    last = max(case.at for case in rest)
    silent = [replace(case, label="Group 1", known_at=last) for case in rest]
    open_ended = [replace(case, known_at=last) for case in rest]
    one, two = ([said for _, said in predict_stream(fit(fitted, _views()), part)] for part in (open_ended, silent))
    assert one == two


def test_missing_answers_are_not_no(data: Path) -> None:
    labels = {case.label for case in read_star(data).cases}
    assert labels == {"True", "False", ""}
    assert "UNKNOWN" not in {case.label for case in read_nyc311(data).cases}


def test_measures_agree_with_trusted_ones() -> None:
    from sklearn.metrics import log_loss, roc_auc_score  # type: ignore[import-untyped]

    generator = np.random.default_rng(5)
    said = np.round(generator.random(300), 1).tolist()
    happened = (generator.random(300) < said).tolist()
    assert roc_area(said, happened) == pytest.approx(roc_auc_score(happened, said))
    clipped = [min(max(one, 0.001), 0.999) for one in said]
    losses = log_losses([p if yes else 1 - p for p, yes in zip(clipped, happened, strict=True)])
    assert np.mean(losses) == pytest.approx(log_loss(happened, clipped))
    assert error_by_width([0.25] * 4, [True, False, False, False]) == 0
    known = resampled(said, happened, error_by_width, seed=1)
    assert known.low <= known.value <= known.high
    assert error_by_width([0.9, 0.9, 0.1, 0.1], [True, False, False, False]) == pytest.approx(0.25)
    with pytest.raises(ValueError, match="all happened"):
        roc_area([0.1, 0.2], [True, True])


def test_channel_figures_state_their_baselines(data: Path) -> None:
    loss, error = routing.nyc311_figures(data, lambda _: None)
    assert (loss.name, error.name) == ("channel/nyc311/log_loss", "channel/nyc311/ece")
    assert loss.value < loss.baseline["marginal"]
    assert loss.low is not None
    assert loss.low < loss.value < (loss.high or 0)


def test_without_the_data_it_says_so(tmp_path: Path) -> None:
    for read in (read_star, read_nyc311, lambda folder: read_incidents(folder, "last_group")):
        with pytest.raises(NotFound):
            read(tmp_path)
