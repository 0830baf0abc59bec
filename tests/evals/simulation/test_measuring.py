"""A small simulation against the real server: whoever reads the package asks for less."""

import pytest

from evals.simulation.customers import Customer, draw
from evals.simulation.measuring import SEED, Pair, compared, figures_of, simulate


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Two customers, both arms."""
    return simulate(draw(2, SEED), lambda _text: None, Greeting())


class Greeting:
    """A voice that ends every message alike."""

    def say(self, customer: Customer, text: str, /) -> str:
        return f"{text}\nRegards, {customer.name}"


def test_customers_speak_in_the_voice_that_was_given(pairs: list[Pair]) -> None:
    for story in (one for pair in pairs for one in (pair.read, pair.unread)):
        said = [one.text for one in story.messages if one.speaker == "customer"]
        assert said
        assert all(text.endswith(("Customer 0", "Customer 1")) for text in said)


def test_journeys_happen_on_the_channels_that_were_drawn_and_end_resolved(pairs: list[Pair]) -> None:
    for pair in pairs:
        for story, played in zip((pair.read, pair.unread), pair.seen, strict=True):
            assert story.channels == tuple(dict.fromkeys(played.customer.channels))
            assert story.resolved
            assert len(story.switches) >= len(played.customer.channels) - 1


def test_agents_who_read_the_package_have_less_repeated_to_them(pairs: list[Pair]) -> None:
    assert all(len(pair.read.repeats) <= len(pair.unread.repeats) for pair in pairs)
    by_name = {one.name: one for one in compared(pairs)}
    assert by_name["repeats_per_issue"].difference.value < 0
    assert by_name["context_preservation"].difference.value > 0
    opened = [one for pair in pairs for one in pair.seen[0].entries if one["kind"] == "package_opened"]
    assert len(opened) == sum(len(pair.seen[0].customer.channels) - 1 for pair in pairs)
    assert not any(one["kind"] == "package_opened" for pair in pairs for one in pair.seen[1].entries)


def test_figures_say_that_this_is_a_simulation_and_carry_the_other_arm(pairs: list[Pair]) -> None:
    figures = list(figures_of(pairs))
    assert {one.name for one in figures} == {
        "simulation/switching/repeats_per_issue",
        "simulation/switching/context_preservation",
        "simulation/switching/resolution_without_repeats",
    }
    for one in figures:
        assert "simulation" in one.settings["label"]
        assert set(one.baseline) == {"package not read"}
        assert one.settings["low"] <= one.settings["difference"] <= one.settings["high"]
