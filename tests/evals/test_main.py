import json
from pathlib import Path

import pytest

from evals.__main__ import OFFLINE, PARTS, main


def test_missing_data_is_said_part_by_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "evals.json"
    nowhere = str(tmp_path / "nowhere")
    parts = [name for name in OFFLINE if not PARTS[name].own]
    assert main(["--data", nowhere, "--examples", nowhere, "--out", str(out), "--jobs", "1", "--only", *parts]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [name for name in parts if not any(line.startswith(f"{name}: left out. ") for line in said)] == []
    assert not out.exists()
    assert "leak: left out. " in out.with_suffix(".html").read_text()


def test_one_part_writes_its_figures(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "evals.json"
    assert main(["--data", str(data), "--out", str(out), "--jobs", "1", "--only", "screening"]) == 0
    rows = {row["name"]: row for row in json.loads(out.read_text())}
    assert rows["ingest/tau_banking_kb/held_back_internal_recall"]["n"] == 61
    assert rows["ingest/tau_banking_kb/held_back_internal_recall"]["value"] > 0.9
    assert "held_back_internal_precision" in capsys.readouterr().out
