import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app


def test_calibrate_says_what_cannot_be_certified(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(json.dumps({"id": str(n), "chance": 0.9, "right": n % 10 > 0}) + "\n" for n in range(40)))
    told = CliRunner().invoke(app, ["calibrate", str(path)])
    assert told.exit_code == 0
    assert "Cannot be certified" in told.output
    assert "59 for 5%, 149 for 2%, 299 for 1%" in told.output
    read = json.loads(CliRunner().invoke(app, ["calibrate", str(path), "--json"]).output)
    assert (read["labelled"], read["right"], read["certificate"]["threshold"]) == (40, 36, None)


def test_topics_names_one_and_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "topics.yaml"
    path.write_text(
        "returns: [how do I send it back, I want to return boots, can I get a refund, return label please]\n"
        "delivery: [where is my parcel, my order has not come, when will it arrive, the package is late]\n"
    )
    told = CliRunner().invoke(app, ["topics", str(path), "my parcel has still not arrived", "--json"])
    assert json.loads(told.output)["topic"] == "delivery"
    listed = CliRunner().invoke(app, ["topics", str(path)])
    assert "returns" in listed.output
    broken = CliRunner().invoke(app, ["topics", str(tmp_path / "none.yaml")])
    assert broken.exit_code != 0
