"""The commands of outreach: a file is checked, previewed and run; mistakes are told with the remedy."""

import json
from pathlib import Path

import pytest

YAML = """
sender: {name: Tarnfell}
triggers:
  - {name: late, when: {kind: delivery_late}, purpose: service, channels: [email], subject: Late, text: Hello $name}
"""


def test_a_file_is_checked_previewed_and_run(run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "outreach.yaml").write_text(YAML)

    checked = run("outreach", "lint", "outreach.yaml", "--json")
    assert json.loads(checked.stdout) == {"triggers": ["late"]}
    assert json.loads(run("outreach", "preview", "outreach.yaml", "--json").stdout) == []
    monkeypatch.setenv("THREADLINE_OUTREACH", "outreach.yaml")
    assert json.loads(run("outreach", "run", "--json").stdout) == {}
    assert json.loads(run("outreach", "list", "--json").stdout) == []
    assert json.loads(run("outreach", "report", "--json").stdout) == []
    assert run("outreach", "approve", "0" * 32).exit_code == 1
    assert run("outreach", "stop", "nobody@example.org").exit_code == 1


@pytest.mark.parametrize("text", ["", "triggers: 3", YAML.replace("$name", "$iban"), "\x00" * 10, "é" * 2_000_000])
def test_a_mistake_in_the_file_is_told(run, folder: Path, text: str) -> None:
    (folder / "outreach.yaml").write_text(text)

    done = run("outreach", "lint", "outreach.yaml")

    assert done.exit_code == 1
    assert "outreach.yaml" in done.stderr


def test_without_a_file_run_says_how_to_set_one(run) -> None:
    done = run("outreach", "run")

    assert done.exit_code == 1
    assert "THREADLINE_OUTREACH" in done.stderr
