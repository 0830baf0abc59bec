import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from api.cli.app import app

DOCS = Path(__file__).parents[3] / "docs"


def commands() -> Iterator[tuple[str, object]]:
    """Yield every command that can be run, by its full name."""
    waiting = [("threadline", get_command(app))]
    while waiting:
        name, command = waiting.pop()
        inner = getattr(command, "commands", None)
        if inner:
            waiting += [(f"{name} {word}", one) for word, one in inner.items()]
        else:
            yield name, command


NAMES = sorted(name for name, _ in commands())


def test_the_command_tree_is_what_the_documents_promise() -> None:
    promised = {
        f"threadline {name}"
        for name in (
            "serve",
            "demo",
            "work",
            "letters list",
            "handoff show",
            "routing train",
            "routing explain",
            "routing simulate",
            "escalation lint",
            "escalation dry-run",
            "letters replay",
            "ingest",
            "import",
            "ask",
            "suggest",
            "conversations",
            "load",
            "calibrate",
            "topics",
            "bot show",
            "bot set",
            "bot certify",
            "chat-link",
            "reindex",
            "doctor",
            "version",
            "transcript",
            "evals list",
            "evals run",
            "evals compare",
            "evals show",
            "evals check",
            "evals judge",
            "evals replay",
            "evals review",
            "evals simulate",
            "library stale",
            "library duplicates",
            "library gaps",
            "library sources",
            "models list",
            "report",
            "train",
            "models install",
            "models remove",
            "users add",
            "users leave",
            "users list",
            "users profiles",
            "users token",
            "customers list",
            "customers search",
            "customers completeness",
            "identity suggest",
            "identity review",
            "identity link",
            "identity part",
            "identity unlink",
            "identity share",
            "privacy export",
            "privacy erase",
            "privacy consent",
            "privacy give",
            "privacy withdraw",
            "privacy hold",
            "privacy retain",
            "privacy log",
            "privacy allow",
            "privacy scrub",
            "outreach lint",
            "outreach preview",
            "outreach run",
            "outreach list",
            "outreach approve",
            "outreach stop",
            "outreach report",
        )
    }
    assert set(NAMES) == promised


def test_every_command_and_option_is_documented() -> None:
    parts = (DOCS / "commands.md").read_text().split("\n## ")[1:]
    sections = {part.partition("\n")[0]: part for part in parts}
    assert sorted(sections) == NAMES
    for name, command in commands():
        options = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
        wanted = {option for option in options if option.startswith("--")} - {"--help"}
        documented = set(re.findall(r"`(--[a-z-]+)`", sections[name].partition("| Argument")[2]))
        assert documented == wanted, name


@pytest.mark.parametrize("name", NAMES)
def test_help_has_a_sentence_and_an_example(run, name: str) -> None:
    result = run(*name.split()[1:], "--help")
    assert result.exit_code == 0
    assert "Example:" in result.output
    assert f"    {name}" in result.output or f"{name}" in result.output.split("Example:")[1]


def test_help_stays_within_the_width_it_is_given(execute) -> None:
    done = execute("ask", "--help", env={"COLUMNS": "60", "NO_COLOR": "1"})
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 60
    assert "\x1b" not in done.stdout


def test_help_answers_within_a_second(execute) -> None:
    execute("--help")
    before = os.times()
    assert execute("--help").returncode == 0
    after = os.times()  # of the processor: how busy the machine is says nothing about the program
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1.0


def test_version_in_three_ways(run) -> None:
    said = run("--version").output
    assert re.fullmatch(r"threadline \d+\.\d+\.\d+\n", said)
    assert run("version").output == said
    assert run("version", "--json").output == json.dumps({"version": said.split()[1]}, indent=2) + "\n"


def test_nothing_given_shows_the_help(execute) -> None:
    done = execute()
    assert "Usage: threadline" in done.stdout + done.stderr


def test_wrong_usage_exits_with_2(run) -> None:
    for words in (["nothing-like-that"], ["ask"], ["ask", "x", "--colour"], ["serve", "--port", "99999"]):
        result = run(*words)
        assert result.exit_code == 2, words
        assert "Traceback" not in result.output
