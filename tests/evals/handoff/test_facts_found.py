"""What is found on public data, against cases worked out by hand; and the real data, where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.datasets import abcd
from evals.datasets.abcd import Conversation, Shop
from evals.datasets.intents import NONE, Intents, read_natcs, read_nlupp
from evals.datasets.service_dialogues import Dialogues
from evals.datasets.tau_support import Desk, Solved
from evals.datasets.tweetsumm import Summaries
from evals.datasets.utterances import Utterance, Utterances
from evals.handoff.facts_found import customer_figures, length_figures, needed_figures, slot_figures
from evals.intake.help_centre import help_centre_figures
from knowledge.failures import NotFound
from tests.conftest import NOW

Read = Callable[[Path], Intents]


def test_a_slot_is_found_whole_in_part_or_not() -> None:
    rows = (
        Utterance("1", "I paid 20.50 EUR yesterday", frozenset({"pay"}), "bank", slots={"amount": "20.50 EUR"}),
        Utterance("2", "that blue thing", frozenset({"pay"}), "bank", slots={"category": "blue thing"}),
    )
    [figure] = slot_figures(Utterances("made", rows, "d"))
    assert (figure.value, figure.n) == (0.5, 2)
    assert figure.settings["by slot"] == {"amount": "1 of 1", "category": "0 of 1"}


def test_what_an_action_uses_and_the_customer_knows_is_counted() -> None:
    told = {"reason_for_call": "You want to return #W4776164.", "known_info": "You are Yusuf Rossi."}
    actions = (("get_order", {"order_id": "#W4776164", "page": "99999"}), ("find", {"last_name": "Rossi", "ok": True}))
    desk = Desk("made", "", {}, (Solved("1", {"instructions": told}, actions),), "d")
    [figure] = needed_figures(desk)
    assert figure.name == "facts/tau_support_made/needed_recall"
    assert figure.n == 2  # 99999 is nothing that the customer knows
    assert list(needed_figures(Desk("none", "", {}, (), "d"))) == []


def test_what_customers_say_of_themselves() -> None:
    turns = (("agent", "Your name?"), ("customer", "crystal minh, order 3348917502"), ("action", "3348917502"))
    one = Conversation("1", "f", "s", turns, ("crystal minh", "3348917502", "never@said.example"))
    [figure] = customer_figures(Shop((), {}, (one,), "d"))
    assert figure.n == 2


def test_lengths_of_summaries() -> None:
    people = Summaries({"1": ("one two three", "one two three four five"), "2": ("a b c d",)}, "d")
    [figure] = length_figures(people, Dialogues("none", (), "d"))
    assert (figure.value, figure.n, dict(figure.baseline)) == (4, 3, {})


@pytest.mark.parametrize("read", [read_natcs, read_nlupp])
def test_whole_intents_are_out_of_scope_and_nothing_learnt_is_reported(
    read: object, data: Path, tmp_path: Path
) -> None:
    assert callable(read)
    intents = read(data)
    asked = {intent for _, intent in (*intents.tuning, *intents.reporting)}
    assert NONE in asked
    assert asked - {NONE} <= set(intents.examples)
    learnt = {text for some in intents.examples.values() for text in some}
    assert not learnt & {text for text, _ in (*intents.tuning, *intents.reporting)}
    with pytest.raises(NotFound):
        read(tmp_path)


def test_what_is_on_record_of_a_customer(data: Path) -> None:
    assert all(one.on_record for one in abcd.read(data).conversations)


def test_a_help_centre_is_read_whole(data: Path, tmp_path: Path) -> None:
    figures = {one.name: one for one in help_centre_figures(data, NOW)}
    assert figures["ingest/chatwoot_docs/files_read"].value > 0.9
    assert figures["ingest/chatwoot_docs/words_kept"].value > 0.9
    with pytest.raises(NotFound):
        list(help_centre_figures(tmp_path, NOW))
