"""In no order of steps does the bot speak over a person, answer twice or leave a message; the judge can tell."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.bot_stage import open_story
from evals.interleavings import Story, Wrong, orders, tried


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    with open_story(tmp_path_factory.mktemp("story")) as opened:
        yield opened


def test_orders_are_all_different_and_all_there() -> None:
    assert sorted(orders((1, 2))) == [(0, 1, 1), (1, 0, 1), (1, 1, 0)]
    assert len(set(orders((2, 2, 1, 1)))) == 180


def test_no_order_lets_it_speak_over_a_person(story: Story, tmp_path: Path) -> None:
    total, wrong = tried(replace(story, agent_replies=False), tmp_path)
    assert total == 90
    assert wrong == Wrong(0, 0, 0)


def test_a_bot_that_does_not_look_again_is_caught(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.answering import posting

    monkeypatch.setattr(posting, "has_moved_on", lambda *_: False)
    _, wrong = tried(replace(story, workers=1, agent_replies=False), tmp_path)
    assert wrong.spoke_over_agent > 0
