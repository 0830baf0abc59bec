"""Profiles at the command line: shown as a file, changed, given back; what is wrong counts for nothing."""

import json
from pathlib import Path

import pytest
import yaml

KIM = """
kim@example.com:
  skills: [returns]
  languages: [en, de]
  capacity: {chat: 3}
  timezone: Europe/Berlin
  country: DE
  hours: {mon: "09:00-17:00", tue: ["09:00-12:00", "13:00-17:00"]}
  closed: [2026-12-24]
"""


@pytest.fixture
def kim(run, folder: Path) -> Path:  # type: ignore[no-untyped-def]
    for name in ("kim", "lee"):
        added = run("users", "add", f"{name}@example.com", "--password-stdin", stdin="correct horse battery\n")
        assert added.exit_code == 0, added.stderr
    return folder / "staff.yaml"


def test_profiles_are_a_file_that_is_given_back(run, kim: Path) -> None:  # type: ignore[no-untyped-def]
    assert yaml.safe_load(run("users", "profiles").stdout) == {"kim@example.com": {}, "lee@example.com": {}}
    kim.write_text(KIM)
    assert run("users", "profiles", str(kim)).stdout == "1 profiles are kept: kim@example.com\n"
    shown = run("users", "profiles").stdout
    told = yaml.safe_load(shown)
    assert told["kim@example.com"]["hours"]["mon"] == "09:00-17:00"
    assert told["lee@example.com"] == {}
    kim.write_text(shown.replace("chat: 3", "chat: 2"))
    assert run("users", "profiles", str(kim)).exit_code == 0
    again = json.loads(run("users", "profiles", "--json").stdout)
    assert again["kim@example.com"]["capacity"] == {"chat": 2}
    assert again["kim@example.com"]["closed"] == ["2026-12-24"]


MISTAKES = (
    (KIM.replace("kim@", "nobody@") + "lee@example.com: {skills: [tents]}", "nobody@example.com"),
    (KIM.replace("skills:", "skils:"), "skils"),
    (KIM.replace("{chat: 3}", "{chat: many}"), "capacity"),
    (KIM.replace("[en, de]", "[no]"), "languages"),
    (KIM.replace("Europe/Berlin", "Berlin"), "time zone"),
    (KIM.replace("09:00-17:00", "9-5"), "no time of day"),
    (KIM.replace("DE", "XX"), "XX"),
    ("- kim@example.com", "staff.yaml"),
    ("kim@example.com: [", "is no YAML"),
)


def test_a_file_with_a_mistake_changes_nothing(run, kim: Path) -> None:  # type: ignore[no-untyped-def]
    for text, says in MISTAKES:
        kim.write_text(text)
        refused = run("users", "profiles", str(kim))
        assert refused.exit_code == 1
        assert says in refused.stderr
    assert json.loads(run("users", "profiles", "--json").stdout) == {"kim@example.com": {}, "lee@example.com": {}}
    assert run("users", "profiles", "none.yaml").exit_code == 1
