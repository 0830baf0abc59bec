"""Triggers: each kind goes off when it should and not before; mistakes in the file are told clearly, all at once."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.outreach.firing import Others, firings, others_of
from assistant.outreach.triggers import parse_triggers
from knowledge.customers.entries import (
    Entry,
    Handle,
    MessageReceived,
    MessageSent,
    OrderRecorded,
    PageViewed,
    Payload,
    SurveyAnswered,
)
from knowledge.customers.record_entries import AccountRecorded, ProductEvent
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TALK = ConversationId("d" * 32)
MAIL = Handle("email", "maya@example.org")


def told(*said: tuple[float, Payload]) -> list[Entry]:
    """Entries so many days before now."""
    found = []
    for number, (days, payload) in enumerate(said):
        at = NOW - timedelta(days=days)
        who = CustomerId("c" * 32)
        found.append(Entry(number, EntryId(f"{number:032x}"), at, at, payload.kind, who, TALK, payload))
    return found


def fire(when: str, entries: list[Entry], others: Others = Others()) -> list[str]:  # noqa: B008 - frozen
    text = "Hello"
    plan = parse_triggers(
        f"sender: {{name: T}}\ntriggers: [{{name: a, when: {when}, purpose: service, channels: [email], "
        f"subject: s, text: {text}}}]"
    )
    return [one.why for one in firings(plan.triggers[0].when, "c" * 32, entries, others, NOW)]


WE_PROMISE = MessageSent("email", "I will call you tomorrow with the result.", "ana@example.com", MAIL)
WE_ANSWER = MessageSent("email", "Here is the result.", "ana@example.com", MAIL)
HELP = PageViewed("https://help.example/returns")


@pytest.mark.parametrize(
    ("when", "entries", "times"),
    [
        ("{kind: delivery_late}", told((2, OrderRecorded("A", "late")), (1, OrderRecorded("A", "late"))), 1),
        ("{kind: delivery_late}", told((2, OrderRecorded("A", "shipped"))), 0),
        (
            "{kind: delivery_late, days: 7}",
            told((9, OrderRecorded("A", "shipped", placed_at=NOW - timedelta(days=9)))),
            1,
        ),
        (
            "{kind: delivery_late, days: 7}",
            told(
                (9, OrderRecorded("A", "shipped", placed_at=NOW - timedelta(days=9))),
                (4, OrderRecorded("A", "delivered")),
            ),
            0,
        ),
        ("{kind: payment_failed}", told((1, ProductEvent("payment_failed"))), 1),
        ("{kind: payment_failed}", told((1, AccountRecorded("1", "pro", "past_due"))), 1),
        ("{kind: payment_failed}", told((1, ProductEvent("logged_in"))), 0),
        ("{kind: page_visits, url: /returns, visits: 3}", told((0.3, HELP), (0.2, HELP), (0.1, HELP)), 1),
        ("{kind: page_visits, url: /returns, visits: 3}", told((9, HELP), (0.2, HELP), (0.1, HELP)), 0),
        ("{kind: promise_due, days: 2}", told((3, WE_PROMISE)), 1),
        ("{kind: promise_due, days: 2}", told((3, WE_PROMISE), (2, WE_ANSWER)), 0),
        ("{kind: promise_due, days: 2}", told((1, WE_PROMISE)), 0),
        ("{kind: survey_unhappy}", told((1, SurveyAnswered("csat", 2))), 1),
        ("{kind: survey_unhappy}", told((1, SurveyAnswered("csat", 3)), (1, SurveyAnswered("nps", 0))), 0),
        (
            "{kind: incident, name: outage, began: 2026-11-19T00:00:00Z, plans: [pro]}",
            told((30, AccountRecorded("1", "pro", "active"))),
            1,
        ),
        (
            "{kind: incident, name: outage, began: 2026-11-19T00:00:00Z, plans: [pro]}",
            told((30, AccountRecorded("1", "free", "active"))),
            0,
        ),
        (
            "{kind: health_falling, points: 40, days: 30}",
            told((60, SurveyAnswered("csat", 5)), (1, SurveyAnswered("csat", 1)), (0.5, SurveyAnswered("csat", 1))),
            1,
        ),
        ("{kind: health_falling, points: 40, days: 30}", told((60, SurveyAnswered("csat", 5))), 0),
    ],
)
def test_it_goes_off_when_it_should(when: str, entries: list[Entry], times: int) -> None:
    assert len(fire(when, entries)) == times
    assert len(fire(when, entries[::-1])) == times


def test_the_problem_of_others_is_told_to_who_has_not_written_yet() -> None:
    wrote = told((3, ProductEvent("export_failed")), (2, MessageReceived("email", "The export fails")))
    others = others_of([(one, wrote) for one in "xyz"], {"export_failed": 7})
    mine = told((1, ProductEvent("export_failed")))
    when = "{kind: same_problem, event: export_failed, customers: 3}"

    assert len(fire(when, mine, others)) == 1
    assert fire(when, mine, others_of([("x", wrote)], {"export_failed": 7})) == []
    assert fire("{kind: same_problem, event: export_failed, customers: 4}", mine, others) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("purpose: service", "purpose: prizes"), "there is no purpose prizes"),
        (("purpose: service", "purpose: marketing"), "postal_address"),
        (("$name", "$iban"), "$iban is nothing"),
        (("$name", "$ 5"), "stands alone"),
        (("delivery_late", "moon_phase"), "moon_phase"),
        (("holdout: 0.1", "holdout: 0.9"), "holdout"),
        (("holdout: 0.1", "colour: red"), "colour"),
        (("channels: [email]", "channels: []"), "channels"),
        (("triggers:", "triggers: ["), "no YAML"),
        (("  - name: late", "  - name: Late Delivery"), "name"),
    ],
)
def test_a_mistake_is_told_clearly(change: tuple[str, str], says: str) -> None:
    text = """
sender: {name: Tarnfell}
triggers:
  - name: late
    when: {kind: delivery_late}
    purpose: service
    channels: [email]
    subject: About your order
    text: Hello $name
    holdout: 0.1
"""
    assert parse_triggers(text).triggers[0].name == "late"
    with pytest.raises(Rejected) as failure:
        parse_triggers(text.replace(*change))
    assert says in str(failure.value)


@pytest.mark.parametrize("text", ["", "[]", "a", "[" * 5_000, "!!python/object:os.system {}", "\0", "sender: 1"])
def test_what_is_no_file_of_triggers_is_refused(text: str) -> None:
    with pytest.raises(Rejected):
        parse_triggers(text)
