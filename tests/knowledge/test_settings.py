"""Settings stop the start when a name or a value is wrong, and say what was meant."""

from pathlib import Path

import pytest

from knowledge.failures import Rejected
from knowledge.settings import load_settings


def test_a_typo_in_the_environment_names_the_nearest() -> None:
    with pytest.raises(Rejected, match="THREADLINE_DRAFTR.*THREADLINE_DRAFTER"):
        load_settings({"THREADLINE_DRAFTR": "local"})


def test_a_typo_in_the_file_names_the_nearest(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("THREADLINE_PROT=9000\n")
    with pytest.raises(Rejected, match="THREADLINE_PROT.*THREADLINE_PORT"):
        load_settings({}, env)


def test_names_of_others_in_a_shared_file_are_left_alone(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("POSTGRES_PASSWORD=secret\nTHREADLINE_PORT=9000\n")
    assert load_settings({}, env).port == 9000


def test_a_name_that_is_near_to_nothing_gets_no_guess() -> None:
    with pytest.raises(Rejected, match=r"`.env.example` lists them all"):
        load_settings({"THREADLINE_WHATEVER_ELSE": "1"})


def test_a_value_out_of_bounds_is_named_without_being_shown(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("THREADLINE_PORT=99999\n")
    with pytest.raises(Rejected, match="THREADLINE_PORT") as failure:
        load_settings({}, env)
    assert "99999" not in str(failure.value)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = tmp_path / ".env"
    env.write_text("THREADLINE_PORT=9000\nTHREADLINE_CHAT_KEY=file\n")
    monkeypatch.setenv("THREADLINE_PORT", "9001")
    settings = load_settings(env_file=env)
    assert settings.port == 9001
    assert "file" not in repr(settings)
