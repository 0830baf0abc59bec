"""The customers' voice by a model: the same facts in other words, or the written words."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from evals.simulation.customers import draw
from evals.simulation.voice import Modelled, Written, open_voice
from knowledge.failures import Unavailable
from knowledge.settings import Settings

CUSTOMER = next(one for one in draw(60, seed=3) if "order" in one.facts)
ORDER = CUSTOMER.facts["order"]


@pytest.fixture
def server(chat_server: Callable[..., Any]) -> Any:
    """A server that says its `answer`."""
    made = chat_server(lambda _: made.answer)
    return made


@pytest.fixture
def voice(server: Any) -> Iterator[Modelled]:
    opened = Modelled(server.url, "m", "", 5.0)
    yield opened
    opened.close()


def test_a_wording_that_keeps_the_facts_is_said_the_same_in_both_arms(server: Any, voice: Modelled) -> None:
    server.answer = f"Hey, it's about {ORDER}."
    written = f"My order number is {ORDER}."
    assert voice.say(CUSTOMER, written) == voice.say(CUSTOMER, written) == server.answer
    assert (len(server.seen), voice.reworded, voice.kept) == (1, 1, 0)
    assert CUSTOMER.mood in server.seen[0]["messages"][0]["content"]


@pytest.mark.parametrize("answer", ["", "It is about my order.", "It is about TF-000000.", f"{ORDER} {'word ' * 200}"])
def test_what_loses_a_fact_or_runs_on_stays_as_written(server: Any, voice: Modelled, answer: str) -> None:
    server.answer = answer
    assert voice.say(CUSTOMER, f"My order number is {ORDER}.") == f"My order number is {ORDER}."
    assert (voice.reworded, voice.kept) == (0, 1)


def test_a_fact_that_was_not_said_may_not_be_added(server: Any, voice: Modelled) -> None:
    server.answer = f"Any news about {ORDER}?"
    assert voice.say(CUSTOMER, "Is there any news?") == "Is there any news?"


def test_without_a_model_words_are_the_written_ones_and_asking_for_one_is_refused() -> None:
    assert Written().say(CUSTOMER, "Hello") == "Hello"
    with pytest.raises(Unavailable, match="no model"):
        open_voice(Settings(_env_file=None, chat_url="", chat_model=""))


def test_a_model_that_is_down_is_said() -> None:
    settings = Settings(
        _env_file=None, chat_url="http://127.0.0.1:9", chat_model="m", chat_key=SecretStr(""), chat_seconds=1.0
    )
    opened = open_voice(settings)
    with pytest.raises(Unavailable, match="does not answer"):
        opened.say(CUSTOMER, "Hello")
    opened.close()
