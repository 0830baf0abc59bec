"""What was said becomes facts: answers, wishes, changes of mind, promises, records; each with its source."""

import json
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.said import Said
from knowledge.customers.facts.statements import stated_in

BEGIN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
Who = Literal["customer", "agent", "tool"]


def talk(*turns: tuple[Who, str]) -> list[Said]:
    return [Said(str(at), who, text, BEGIN + timedelta(minutes=at)) for at, (who, text) in enumerate(turns)]


def facts(*turns: tuple[Who, str]) -> tuple[Fact, ...]:
    return facts_of(talk(*turns))


def test_a_short_reply_is_the_answer_to_what_was_asked() -> None:
    found = facts(("agent", "At what venue is the party taking place?"), ("customer", " West Bay Venue"))
    assert [(one.type, one.label, one.text, one.sources) for one in found] == [
        ("answer", "venue party", "West Bay Venue", ("1",))
    ]


def test_no_and_yes_are_kept_where_they_are_the_answer() -> None:
    found = facts(
        ("agent", "Do you have any dietary restrictions?"), ("customer", "No thai food"),
        ("agent", "Do you need parking?"), ("customer", "yes"),
    )  # fmt: skip
    assert [one.text for one in found if one.type == "answer"] == ["No thai food", "yes"]


def test_greetings_thanks_and_consent_are_no_facts() -> None:
    assert (
        facts(("customer", "Hi there!"), ("customer", "Thank you so much. That's all."), ("customer", "ok great")) == ()
    )


@pytest.mark.parametrize(
    "end",
    [
        "With kind regards, Wendy Carmichael",
        "Best wishes, Tom",
        "Yours sincerely, Hiroshi Okabe",
        "Mit freundlichen Grüßen, Katarina Voigt",
        "Cordialement, Camille",
        "I hope this finds you well.",
    ],
)
def test_how_a_mail_ends_is_no_fact_and_what_it_asks_is_wanted(end: str) -> None:
    found = facts(("customer", f"Is it too late to have the money back?\n{end}"))
    assert [(one.type, one.status, one.text) for one in found] == [
        ("request", "asked", "Is it too late to have the money back")
    ]


def test_a_wish_keeps_its_words_and_its_values() -> None:
    found = facts(("customer", "Hello, I'd like to cancel reservation 4NQLHD on May 20, please."))
    assert ("request", "cancel reservation 4NQLHD on May 20", "asked") in [(f.type, f.text, f.status) for f in found]
    assert {(one.type, one.value) for one in found} >= {("reference", "4nqlhd"), ("date", "--05-20")}


def test_another_value_takes_the_place_of_the_first_and_the_wish_says_so() -> None:
    found = facts(
        ("customer", "I want a viewing on Wednesday at 3 pm."),
        ("agent", "Unfortunately that slot is not available."),
        ("customer", "How about 5 pm?"),
    )
    wish = next(one for one in found if one.type == "request")
    assert (wish.text, wish.now) == ("I want a viewing on Wednesday at 3 pm", "5 pm")
    assert [one.status for one in found if one.value == "15:00"] == ["withdrawn"]
    assert [one.status for one in found if one.value == "17:00"] == ["current"]


def test_what_is_wanted_besides_changes_nothing() -> None:
    found = facts(("customer", "Book me for 3 pm."), ("customer", "I also need an appointment at 5 pm for my son."))
    assert [one.now for one in found] == [""] * len(found)


def test_a_contradiction_without_a_word_of_change_keeps_both() -> None:
    found = facts(("customer", "My order is TF-10422."), ("customer", "It is order TF-10999."))
    assert [(one.value, one.status) for one in found if one.type == "reference"] == [
        ("tf-10422", "current"), ("tf-10999", "current"),
    ]  # fmt: skip


def test_the_same_fact_twice_has_two_sources() -> None:
    found = facts(("customer", "Order TF-10422 leaks."), ("customer", "Any news on tf-10422, TF-10422?"))
    assert next(one.sources for one in found if one.value == "tf-10422") == ("0", "1")


def test_an_offer_is_the_agents_until_the_customer_says_it() -> None:
    offered = facts(("agent", "We have a slot at 2 pm."))
    assert [(one.value, one.owner, one.status) for one in offered if one.type == "time"] == [
        ("14:00", "agent", "offered")
    ]
    taken = facts(("agent", "We have a slot at 2 pm."), ("customer", "Then 2 pm it is."))
    assert ("14:00", "customer", "current") in [(one.value, one.owner, one.status) for one in taken]


def test_promises_and_what_was_done_are_facts_and_routine_is_none() -> None:
    found = facts(
        ("agent", "Let me check that. I'll need your name."),
        ("agent", "The refund will be processed within 5 days. Your booking has been cancelled."),
    )
    assert [(one.type, one.status, one.text) for one in found if one.type in {"promise", "request"}] == [
        ("promise", "current", "The refund will be processed within 5 days."),
        ("request", "done", "Your booking has been cancelled."),
    ]


def test_yes_to_a_proposal_is_an_agreement_with_both_messages() -> None:
    found = facts(("agent", "Shall I send a new pole to Leeds?"), ("customer", "Yes, please!"))
    agreed = next(one for one in found if one.type == "agreed")
    assert (agreed.text, agreed.sources) == ("Shall I send a new pole to Leeds?", ("1", "0"))


def test_an_unanswered_question_stays_open() -> None:
    found = facts(("customer", "My stove is broken."), ("agent", "Which fuel do you use?"))
    assert (found[-1].type, found[-1].status, found[-1].text) == ("question", "asked", "Which fuel do you use?")


def test_a_record_is_what_the_tool_said_last_of_its_thing() -> None:
    found = facts(
        ("tool", '{"order_id": "W1", "status": "pending", "items": [{"sku": "A-1"}]}'),
        ("tool", '{"order_id": "W1", "status": "cancelled", "items": [{"sku": "A-1"}]}'),
    )
    assert [(one.label, one.text) for one in found if one.status == "current"] == [
        ("order W1 items", "A-1"), ("order W1", "cancelled"),
    ]  # fmt: skip


def test_results_that_are_lists_are_options() -> None:
    found = facts(("tool", '[{"flight_number": "HAT1", "date": "2024-05-20"}, {"flight_number": "HAT2"}]'))
    assert [(one.status, one.text) for one in found] == [("offered", "2024-05-20 HAT1, HAT2")]


def test_options_say_what_was_looked_for() -> None:
    legs = [("DEN", "LAS", "HAT1"), ("LAS", "IAH", "HAT2")], [("DEN", "LAS", "HAT1"), ("LAS", "IAH", "HAT3")]
    journeys = [[{"flight_number": at, "from": one, "to": two} for one, two, at in journey] for journey in legs]
    (found,) = facts(("tool", json.dumps(journeys)))
    assert (found.label, found.text) == ("flight options DEN LAS IAH", "HAT1 HAT2 HAT3")


def test_options_that_hardly_differ_say_nothing_of_a_search() -> None:
    rooms = [{"room_id": f"R{at}", "note": "a quiet room with a view", "bed": "king size"} for at in range(3)]
    assert [one.label for one in facts(("tool", json.dumps(rooms)))] == ["room options"]


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("Yes, please go ahead and book it in economy.", ["book it in economy"]),
        ("Go ahead with that.", []),
        ("That's fine, business class please.", ["business class"]),
        ("That's all, thank you for your assistance.", []),
        ("Sounds like a good plan.", []),
        ("Everything looks good, but the last name is Smith", ["Everything looks good, but the last name is Smith"]),
        ("That works for a morning flight to Boston", ["That works for a morning flight to Boston"]),
        ("I appreciate it, have a nice day", []),
        ("Danke, K", []),
        ("Tack så mycket!", []),
        ("Merci beaucoup, mais la tente fuit.", ["mais la tente fuit"]),
        ("Dank Ihrer Hilfe geht es", ["Dank Ihrer Hilfe geht es"]),
    ],
)
def test_consent_and_thanks_say_something_where_they_go_on(said: str, stated: list[str]) -> None:
    assert [one.text for one in stated_in(said)] == stated


def test_what_we_told_them_is_a_fact_of_ours() -> None:
    found = facts(("agent", "Basic fares end 24 hours after booking. Shall I check it?\n1. Flight HAT1 at 6 am"))
    assert [(one.owner, one.text) for one in found if one.type == "stated"] == [
        ("agent", "Basic fares end 24 hours after booking.")
    ]


Turns = st.lists(st.tuples(st.sampled_from(["customer", "agent", "tool"]), st.text(max_size=120)), max_size=8)


@given(Turns)
def test_any_talk_folds_and_every_fact_names_its_source(turns: list[tuple[Who, str]]) -> None:
    said = talk(*turns)
    speakers = {one.source: one.speaker for one in said}
    for fact in facts_of(said):
        assert fact.sources
        assert fact.owner in {speakers[source] for source in fact.sources}


@given(Turns, st.integers(0, 8))
def test_what_comes_later_never_loses_a_fact(turns: list[tuple[Who, str]], cut: int) -> None:
    """A longer talk may withdraw or change a fact, it stays in the list with its first source."""
    before = {(one.type, one.value, one.source) for one in facts_of(talk(*turns[:cut])) if one.type != "question"}
    after = {(one.type, one.value) for one in facts_of(talk(*turns)) if one.type != "question"}
    assert {(kind, value) for kind, value, _ in before if kind != "record"} <= after
