"""In no order of steps does the bot speak over a person, answer twice or leave a message; the judge can tell."""

from collections.abc import Iterator
from math import factorial, prod
from pathlib import Path

import pytest

from evals.bot.interleavings import LONG, PASSED_ON, SHORT, WORKER, Story, Wrong, tried
from evals.bot.stage import open_story


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with open_story(tmp_path_factory.mktemp("story")) as opened:
        yield opened


def count(scripts: tuple[tuple[str, ...], ...]) -> int:
    """How many orders there are: the multinomial coefficient."""
    return factorial(sum(map(len, scripts))) // prod(factorial(len(one)) for one in scripts)


# Without `--full` the agent of the short bound only takes over, and in the longer ones there is one worker.
SMALL = {SHORT: (*SHORT[:3], ("take",)), PASSED_ON: PASSED_ON[1:], LONG: LONG[1:]}


@pytest.mark.parametrize("scripts", [SHORT, PASSED_ON, LONG])
def test_no_order_lets_it_speak_over_a_person(
    story: Story, tmp_path: Path, request: pytest.FixtureRequest, scripts: tuple[tuple[str, ...], ...]
) -> None:
    if not request.config.getoption("--full"):
        scripts = SMALL[scripts]
    total, wrong = tried(story, tmp_path, scripts)
    assert total == count(scripts)
    assert wrong == Wrong(0, 0, 0)


def test_a_bot_that_does_not_look_again_is_caught(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.answering import posting

    monkeypatch.setattr(posting, "has_moved_on", lambda *_: False)
    _, wrong = tried(story, tmp_path, (WORKER, ("write",), ("take",)))
    assert wrong.spoke_over_agent > 0


def test_orders_played_once_for_all_that_go_on_alike_say_what_each_alone_says(story: Story, tmp_path: Path) -> None:
    scripts = (WORKER, ("write",), ("take", "reply"))
    assert tried(story, tmp_path, scripts) == tried(story, tmp_path, scripts, each=True)
