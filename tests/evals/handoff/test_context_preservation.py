"""Cuts and what was needed, by hand; the package sees nothing that comes later; truth catches what is false."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.datasets.service_dialogues import Dialogue, Dialogues, Step, read_star, read_tau
from evals.handoff.appearing import appears
from evals.handoff.context_preservation import OURS, is_tuning, measure, newest_words, preservation_figures
from evals.handoff.cutting import Cut, cuts_of, needed_of, said_before
from evals.handoff.fact_truth import why_false
from knowledge.customers.facts.fact import Fact
from knowledge.failures import NotFound

STEPS = (
    Step("customer", "I need a viewing on Wednesday at 3 pm for 2 people."),
    Step("agent", "May I have your name?"),
    Step("customer", "Ana Lee"),
    Step("call", "", "book", (("Day", "Wednesday"), ("Hour", "3 pm"), ("Name", "Ana Lee"))),
    Step("tool", '{"viewing_id": "V-10422", "insurance": "no", "people": 2}'),
    Step("customer", "How about 5 pm instead?"),
    Step(
        "call", "", "book", (("Day", "Wednesday"), ("Hour", "5 pm"), ("Name", "Ana Lee"), ("people", "2"), ("x", "77"))
    ),
)
TALK = Dialogue("d", "t", "g", STEPS)
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value", "text", "there"),
    [
        ("date", "2024-05-20", "on May 20th", True),
        ("date", "2024-05-20", "on May 21st", False),
        ("time", "2 pm", "at 14:00", True),
        ("cabin", "basic_economy", "in Basic Economy", True),
        ("amount", "1023", "it costs $1,023", True),
        ("amount", "102", "it costs $1,023", False),
        ("id", "359", "room 3590", False),
        ("count", "2", "two guests", True),
        ("insurance", "no", "insurance no", True),
        ("insurance", "no", "there is no other flight", False),
        ("name", "Ana", "banana", False),
    ],
)
def test_a_value_appears_however_it_is_written(key: str, value: str, text: str, there: bool) -> None:
    assert appears(key, value, text) is there


def test_needed_is_what_was_used_later_and_known_before() -> None:
    assert needed_of(STEPS, 3) == (("Day", "Wednesday"), ("Hour", "3 pm"), ("Name", "Ana Lee"), ("people", "2"))
    assert needed_of(STEPS, 1) == (("Day", "Wednesday"), ("Hour", "3 pm"), ("people", "2"))
    assert ("Hour", "5 pm") in needed_of(STEPS, 6)


def test_the_package_sees_neither_calls_nor_what_comes_after_the_cut() -> None:
    cut = Cut(TALK, 3, needed_of(STEPS, 3))
    assert [one.speaker for one in said_before(Cut(TALK, 5, ()))] == ["customer", "agent", "customer", "tool"]
    other = replace(TALK, steps=(*STEPS[:3], Step("customer", "Forget it, I am Bob on Friday.")))
    assert said_before(cut) == said_before(Cut(other, 3, ()))
    assert measure(cut, "g").hits[OURS] == (True,) * 4


def fact(**more: object) -> Fact:
    told = {
        "type": "request", "label": "", "value": "v", "text": "I need a viewing on Wednesday at 3 pm for 2 people",
        "owner": "customer", "status": "asked", "sources": ("0",), "at": AT,
    }  # fmt: skip
    return Fact(**(told | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "at", "why"),
    [
        ({}, 3, ""),
        ({}, 7, "status"),
        ({"now": "5 pm"}, 7, ""),
        ({"now": "9 pm"}, 7, "status"),
        ({"owner": "agent"}, 3, "owner"),
        ({"text": "I need a viewing on Friday"}, 3, "value"),
        ({"type": "name", "text": "Ana Lee", "sources": ("2",)}, 3, ""),
        ({"type": "name", "text": "Wednesday"}, 3, "type"),
        ({"status": "done"}, 3, "status"),
        (
            {
                "type": "record",
                "owner": "tool",
                "status": "current",
                "text": "V-10422, insurance no",
                "sources": ("4",),
            },
            5,
            "",
        ),
        ({"type": "record", "owner": "tool", "status": "current", "text": "V-99999", "sources": ("4",)}, 5, "value"),
    ],
)
def test_truth_catches_what_is_false_of_the_prefix(told: dict[str, object], at: int, why: str) -> None:
    assert why_false(fact(**told), Cut(TALK, at, ())).split(":")[0] == why


def test_a_dialogue_that_needs_nothing_gives_no_figure() -> None:
    mute = Dialogue("d", "restaurant_book", "g", (Step("customer", "Hello"), Step("call", "", "f", (("a", "xyz"),))))
    assert not is_tuning(mute.task)
    with pytest.raises(NotFound):
        list(preservation_figures(Dialogues("none", (mute,), "0")))


def test_lengths_are_equal() -> None:
    assert newest_words("one two\nthree four", 3) == "two\nthree four"
    assert newest_words("one", 0) == ""


@pytest.mark.parametrize("read", [read_tau, read_star])
def test_readers_leave_out_instructions_and_golds(data: Path, read: object) -> None:
    dialogues = read(data)  # type: ignore[operator]
    assert dialogues.dialogues
    for cut in list(cuts_of(dialogues))[:20]:
        assert all(one.speaker in {"customer", "agent", "tool"} for one in said_before(cut))
    everything = repr(dialogues)
    assert "customer_instruction" not in everything
    assert "[instruction 1 of" not in everything
