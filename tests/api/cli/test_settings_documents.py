import re
from pathlib import Path

import pytest

from knowledge.settings import Settings

ROOT = Path(__file__).parents[3]
NAMES = {f"THREADLINE_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_is_in_the_document_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(THREADLINE_\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(NAMES)


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    lines = re.findall(r"^#?(THREADLINE_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(lines) == sorted(NAMES)


def test_the_defaults_in_the_document_are_true() -> None:
    rows = re.findall(r"^\| `(THREADLINE_\w+)` \| (.*?) \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    for name, said in rows:
        field = Settings.model_fields[name.removeprefix("THREADLINE_").lower()]
        default = field.default
        if name == "THREADLINE_MODELS_DIR":
            assert str(default).endswith(said.partition("`")[2].partition("`")[0])
        elif said == "empty":
            assert not getattr(default, "get_secret_value", lambda value=default: value)()
        elif isinstance(default, bool):
            assert said.strip("`") == str(default).lower()
        else:
            assert type(default)(said.strip("`")) == default


def test_the_example_can_be_used_as_it_is(run, folder: Path) -> None:
    (folder / ".env").write_text((ROOT / ".env.example").read_text())
    assert run("users", "list").exit_code == 0


@pytest.mark.parametrize(
    "line", re.findall(r"^#(THREADLINE_\w+=.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
)
def test_each_line_of_the_example_is_accepted(run, folder: Path, line: str) -> None:
    (folder / ".env").write_text(line + "\n")
    assert run("models", "list").exit_code == 0
