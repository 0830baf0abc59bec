"""What a colleague reads first: the package's lines under its budget, from what tools and customers told."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from handoff.choosing import HEAD_WORDS, MOST_FACTS, MOST_WORDS, choose
from knowledge.customers.facts.fold import facts_of
from knowledge.customers.facts.said import Said, Speaker

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def lines(*told: tuple[Speaker, Any], most_words: int = MOST_WORDS - HEAD_WORDS) -> list[str]:
    said = [
        Said(str(at), who, what if isinstance(what, str) else json.dumps(what), AT + timedelta(minutes=at))
        for at, (who, what) in enumerate(told)
    ]
    return [line.text for line in choose(facts_of(said), most_words)]


def trip(number: str, **more: Any) -> dict[str, Any]:
    legs = [("IAH", "ORD", "HT078", 27), ("ORD", "DEN", "HT118", 27), ("DEN", "IAH", "HT266", 28)]
    flights = [{"from": one, "to": two, "flight_number": leg, "date": f"2026-11-{day}"} for one, two, leg, day in legs]
    return {"trip_id": number, "cabin": "economy", "flights": flights, "paid": [{"card_id": f"card_{number}"}]} | more


def test_neighbours_on_one_day_tell_it_once() -> None:
    told = lines(("customer", "Please change my trip AB1234."), ("tool", trip("AB1234")))
    assert "flights: 2026-11-27 IAH ORD HT078, ORD DEN HT118, 2026-11-28 DEN IAH HT266" in told


def test_of_what_is_cancelled_only_that_it_is() -> None:
    told = lines(("customer", "I cancelled my trip AB1234."), ("tool", trip("AB1234", status="cancelled")))
    assert [line for line in told if "trip AB1234" in line and "customer" not in line][-1] == (
        "trip AB1234: economy, cancelled"
    )
    assert not [line for line in told if "HT078" in line]


def test_of_a_long_list_what_the_customer_named_stays() -> None:
    names = ["Headphones", "Vacuum Cleaner", "Smart Watch", "Lamp", "Mug", "Jacket", "Backpack", "Thermostat"]
    items = [{"name": one, "item_id": f"{at}151293680", "options": "wide blue long"} for at, one in enumerate(names)]
    said: list[tuple[Speaker, Any]] = [
        ("customer", "The thermostat of order #W2378 is broken."),
        ("tool", {"order_id": "#W2378", "i": items}),
    ]
    of_order = next(line for line in lines(*said) if line.startswith("order #W2378 i:"))
    assert "Backpack 6151293680 wide blue long, Thermostat 7151293680 wide blue long" in of_order
    of_order = next(line for line in lines(*said, most_words=36) if line.startswith("order #W2378 i:"))
    assert "Thermostat 7151293680 wide blue long" in of_order
    assert "Headphones 0151293680, Vacuum Cleaner 1151293680" in of_order
    assert "Backpack 6151293680, " in of_order


def test_a_number_that_a_tool_looked_up_is_told() -> None:
    assert lines(("customer", "I am Mia Garcia and want to return a kettle."), ("tool", "mia_garcia_4516"))[-1] == (
        "mia_garcia_4516"
    )
    assert lines(("customer", "What does the kettle cost?"), ("tool", "1625")) == ["What does the kettle cost"]


def test_a_thing_that_we_named_goes_before_others_of_the_same_day() -> None:
    trips: list[tuple[Speaker, Any]] = [("tool", trip(f"AB12{number}")) for number in range(10, 14)]
    said = [("customer", "Please change my trip of 27 November."), *trips, ("agent", "This is trip AB1212, is it?")]
    told = lines(*said, most_words=40)
    assert [before for before, line in pairwise(told) if line.startswith("flights:")] == ["trip AB1212: economy"]


def test_a_long_sentence_is_told_up_to_its_last_value() -> None:
    filler = "because it is really not what I thought it would be when I saw it in the shop"
    (told,) = lines(("customer", f"I want to return the kettle {filler} with all the others that day and send it back"))
    assert told.startswith("I want to return the kettle")
    assert told.endswith(" …")
    told = lines(("customer", f"I want to return the kettle {filler} on 3 May and also the lamp and all of it today"))[
        0
    ]
    assert "3 May" in told


def test_a_telephones_apostrophe_is_an_apostrophe() -> None:
    assert lines(("customer", "I’m sorry, I’d like to cancel order TF-10422")) == ["cancel order TF-10422"]


def test_an_address_is_told_where_one_is_talked_of() -> None:
    record = {"order_id": "W-2378", "status": "pending", "address": {"street": "3 Hill Road", "city": "Leeds"}}
    about = lines(("customer", "Can order W-2378 be shipped elsewhere?"), ("tool", record))
    assert about[1:] == ["order W-2378: pending", "address: 3 Hill Road, Leeds"]
    silent = lines(("customer", "Is order W-2378 paid?"), ("tool", record))
    assert silent.index("order W-2378: pending") < len(silent) - 1


def test_what_the_talk_was_about_gives_way_and_the_budget_holds() -> None:
    many: list[tuple[Speaker, Any]] = [("tool", trip(f"AB12{number:02}")) for number in range(10, 30)]
    said: list[tuple[Speaker, Any]] = [
        ("customer", "I don't remember the number. Please move my trip AB1212 to 3 December."),
        *many,
        ("agent", "Which seat would you like on HT078?"),
        ("customer", "A window, please."),
    ]
    told = lines(*said)
    assert len(told) <= MOST_FACTS
    assert sum(len(line.split()) for line in told) <= MOST_WORDS
    assert any("AB1212" in line for line in told)
    assert not [line for line in told if "remember" in line]


def test_a_package_is_never_longer_than_its_budget() -> None:
    items = [{"name": f"Lamp {'red ' * (at % 4)}", "item_id": f"68171465{at:02}", "fit": "wide"} for at in range(9)]
    trips: list[tuple[Speaker, Any]] = [
        ("tool", {"order_id": f"#W23{at}", "items": items[at:], "parts": items[: at + 1]}) for at in range(4)
    ]
    for most in range(30, 150):
        told = lines(("customer", "I want to return the red lamp of order #W232."), *trips, most_words=most)
        assert len(" ".join(told).split()) <= most, (most, told)
        assert not [line for line in told if line.endswith(": …")]


def test_a_list_that_does_not_fit_is_begun_and_says_that_more_is_left() -> None:
    told = lines(("customer", "Please change my trip AB1234."), ("tool", trip("AB1234")), most_words=17)
    assert "flights: 2026-11-27 IAH ORD HT078, ORD DEN HT118 …" in told


def test_what_a_shortened_list_no_longer_says_stays() -> None:
    people = [{"name": name, "born": f"19{at}0-05-04"} for at, name in enumerate(["Ann Lee", "Bo Kim", "Cy Ray"], 5)]
    known = {"user_id": "ann_lee_12", "saved": people[1:]}
    said = [("tool", known), ("tool", trip("AB1234", people=people)), ("customer", "All of AB1234 and Bo, please")]
    for most in range(30, 60):
        told = "\n".join(lines(*said, most_words=most))
        assert "Cy Ray" in told or "Ann Lee" not in told or "…" in told, (most, told)


def test_a_wish_that_names_what_tools_know_goes_before_one_that_names_nothing() -> None:
    said: list[tuple[Speaker, Any]] = [
        ("customer", "My trip is AB1234."),
        ("customer", "Look it up, please. Could you put everybody into economy?"),
        ("agent", "One moment."),
        ("tool", trip("AB1234")),
        ("customer", "Thank you."),
    ]
    told = lines(*said, most_words=27)
    assert [line for line in told if "economy" in line and "trip" not in line]
    assert not [line for line in told if line.lower().startswith("look it up")]


def test_numbers_that_nothing_else_tells_go_before_numbers_that_are_told_elsewhere() -> None:
    person = {"user_id": "mia_garcia_4516", "cards": [{"id": "card_77001"}]}
    paid_here = trip("AB1234", people=[{"name": "Mia Garcia"}, {"name": "Bo Kim"}], paid=[{"card_id": "card_88002"}])
    said: list[tuple[Speaker, Any]] = [("customer", "Please change my trip AB1234."), ("tool", person)]
    told = lines(*said, ("tool", paid_here), most_words=22)
    assert [line for line in told if line.startswith("paid: card_88002")]
    assert not [line for line in told if line.startswith("people:")]


def test_what_we_told_them_takes_the_room_that_is_left() -> None:
    told: list[tuple[Speaker, Any]] = [
        ("customer", "My stove leaks, order TF-10422."),
        ("agent", "Repairs cost $40 in Leeds. TF-10422 was sent on May 3. A new valve is $12. Hoses are $7."),
        ("customer", "That is a lot of money for a stove."),
    ]
    # The three newest, none of them of which all values stand there already.
    assert lines(*told)[1:-1] == ["TF-10422 was sent on May 3.", "A new valve is $12.", "Hoses are $7."]
    assert len(lines(*told, most_words=14)) == 2


def test_a_colleagues_note_was_not_told_to_the_customer() -> None:
    note = Said("1", "agent", "Bought on 20 July, the pole is covered.", AT, internal=True)
    chosen = choose(facts_of([Said("0", "customer", "The pole of my tent broke.", AT), note]))
    assert [line.text for line in chosen][-1] == "note: Bought on 20 July, the pole is covered."


def test_an_open_question_is_told_without_politeness_and_what_we_would_do_then() -> None:
    asked = "Could you please provide your user ID and the reason, so I can cancel it?"
    assert lines(("customer", "Cancel my trip AB1234."), ("agent", asked))[-1] == (
        "question: your user ID and the reason?"
    )
