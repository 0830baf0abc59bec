from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.feedback import reject
from assistant.gate.calibration import Labelled, calibrate, read_labelled, verdicts
from assistant.suggest import Assistant, suggest
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def test_chances_that_come_true_are_calibrated() -> None:
    random = np.random.default_rng(1)
    chances = random.beta(9, 0.3, 4_000)
    labelled = [Labelled(str(n), float(c), bool(random.random() < c)) for n, c in enumerate(chances)]
    found = calibrate(labelled, 0.05)
    assert found.error < 0.03
    assert found.certificate.holds
    assert found.certificate.bound <= 0.05
    assert not found.broken
    assert sum(n for n, _, _ in found.bins) == 4_000
    doubled = calibrate([Labelled(one.key, one.chance, not one.right) for one in labelled], 0.05)
    assert doubled.error > 0.5
    assert not doubled.certificate.holds


def test_few_labels_certify_nothing() -> None:
    for n in (0, 1, 60):
        found = calibrate([Labelled(str(k), 0.9, True) for k in range(n)], 0.05)
        assert "Cannot be certified" in str(found.certificate)
        assert found.needed == ((0.05, 59), (0.02, 149), (0.01, 299))


def test_verdicts_of_agents_are_labels(assistant: Assistant, desk: Any, database: Database, scope: Scope) -> None:
    asked = desk.receive("Can I return unworn boots within three weeks?")
    shown = suggest(assistant, database, scope, asked.conversation, NOW)
    with database.read() as session:
        assert verdicts(session, scope) == []
    with database.write() as session:
        reject(session, scope, shown.suggestion, "kim@example.com", "wrong", NOW)
    with database.read() as session:
        found = verdicts(session, scope)
    assert shown.decision == "answer"
    assert found == [Labelled(shown.suggestion, shown.chance or 0.0, False)]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "1",
        '{"chance": 2, "right": true}',
        '{"chance": true, "right": true}',
        '{"chance": NaN, "right": true}',
        '{"chance": 0.5}',
        '{"chance": 0.5, "right": "yes"}',
        "[" * 5_000,
    ],
)
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"chance": 0.5, "right": true}\n\n' + line + "\n")
    with pytest.raises(Rejected, match="line 3"):
        read_labelled(path)


def test_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": "a", "chance": 1, "right": false}\n{"chance": 0.25, "right": true}\n')
    assert read_labelled(path) == [Labelled("a", 1.0, False), Labelled("2", 0.25, True)]
    with pytest.raises(Rejected, match="cannot be read"):
        read_labelled(tmp_path)
