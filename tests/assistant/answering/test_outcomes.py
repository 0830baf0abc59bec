"""Four definitions of resolved from one story, and verdicts that become labels and certificates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant.answering import judging
from assistant.answering.judging import Label, Verdict, certificate_of, has_failed
from assistant.answering.outcomes import Outcome, counts, outcome, read_outcomes
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import Entry, Handle, MessageReceived, MessageSent, Payload, SurveyAnswered
from knowledge.failures import NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
HERE, THERE, ANA = ConversationId("a" * 32), ConversationId("b" * 32), CustomerId("c" * 32)


def at(hours: float, payload: Payload, conversation: ConversationId = HERE) -> Entry:
    when = AT + timedelta(hours=hours)
    return Entry(
        int(hours * 100) + 10, EntryId(f"{int(hours * 100):032x}"), when, when, payload.kind, ANA, conversation, payload
    )


def asked(hours: float, text: str = "How long can I return it?", conversation: ConversationId = HERE) -> Entry:
    return at(hours, MessageReceived("chat", text), conversation)


def answered(hours: float = 0.1, supported: bool = True) -> Entry:
    done = EntryId("9" * 32)
    return at(
        hours,
        BotDecided(
            "answer", "always", EntryId("0" * 32), (EntryId("0" * 32),), supported=supported, sent=done, text="30 days."
        ),
    )


def told(entries: list[Entry], days: float) -> Outcome:
    found = outcome(entries, HERE, AT + timedelta(days=days))
    assert found is not None
    return found


def test_a_window_that_is_not_over_counts_as_nothing() -> None:
    story = [asked(0), answered()]
    first = told(story, 0.5)
    assert (first.confirmed, first.assumed, first.verified, first.durable) == (False, None, None, None)
    assert (told(story, 2).assumed, told(story, 2).verified) == (True, None)
    assert (told(story, 4).verified, told(story, 4).durable) == (True, None)
    assert told(story, 8).durable is True
    assert outcome([asked(0)], HERE, AT) is None


@pytest.mark.parametrize(
    ("more", "assumed", "verified", "durable"),
    [
        (asked(5, "And if it is worn?"), False, False, False),
        (asked(30, "It did not work"), True, False, False),
        (asked(100, "My tent leaks", THERE), True, True, False),  # another channel, within seven days
        (asked(200, "My tent leaks", THERE), True, True, True),
        (asked(1, "thanks, that helps"), True, True, True),
        (at(1, MessageSent("chat", "Sara here", "sara@x.example", Handle("chat", "x"))), False, False, False),
    ],
)
def test_what_comes_after_decides(more: Entry, assumed: bool, verified: bool, durable: bool) -> None:
    found = told([asked(0), answered(), more], 30)
    assert (found.assumed, found.verified, found.durable) == (assumed, verified, durable)


def test_thanks_and_ratings_confirm_and_an_unsupported_answer_is_never_verified() -> None:
    assert told([asked(0), answered(), asked(1, "Thank you!")], 8).confirmed
    assert not told([asked(0), answered(), asked(1, "thanks, but that does not help")], 8).confirmed
    rated = SurveyAnswered("csat", 4)
    assert told([asked(0), answered(), at(2, rated)], 8).confirmed
    unsupported = told([asked(0), answered(supported=False)], 30)
    assert (unsupported.assumed, unsupported.verified, unsupported.durable) == (True, False, False)


def test_counts_stand_side_by_side() -> None:
    late = AT + timedelta(days=30)
    known = [
        told([asked(0), answered()], 30),
        told([asked(0), answered(), asked(5)], 30),
        told([asked(0), answered()], 30),
    ]
    told_counts = {one.kind: (one.resolved, one.of, one.open) for one in counts(known, late)}
    assert told_counts == {"confirmed": (0, 3, 0), "assumed": (2, 3, 0), "verified": (2, 3, 0), "durable": (2, 3, 0)}


@pytest.fixture
def decided(desk: Any) -> tuple[Any, Entry]:
    asked_entry = desk.receive("How long?", Handle("chat", "a" * 64))
    payload = BotDecided("answer", "shadow", asked_entry.id, (asked_entry.id,), text="30 days.", chance=0.9)
    return desk, desk.append(asked_entry.customer, payload, asked_entry.conversation)


def test_verdicts_become_labels_and_the_latest_counts(decided: tuple[Any, Entry]) -> None:
    desk, entry = decided
    with desk.database.write() as session:
        for right in (True, False):
            judging.judge(session, desk.scope, Verdict(entry.id, right, "sara@x.example"), desk.tick())
        (label,) = judging.labels(session, desk.scope)
        assert (label.chance, label.right, label.posted) == (0.9, False, False)
        assert judging.unlabelled_chances(session, desk.scope, []) == [0.9]
        assert judging.unlabelled_chances(session, desk.scope, [label]) == []
        assert read_outcomes(session, desk.scope, desk.now) == []
        with pytest.raises(NotFound):
            judging.judge(session, desk.scope, Verdict(EntryId("f" * 32), True, "x"), desk.now)
        with pytest.raises(NotFound):
            judging.judge(session, desk.scope, Verdict(entry.payload.answers, True, "x"), desk.now)


def labelled(number: int, right: bool, chance: float = 0.9, hours: float = 0) -> Label:
    name = f"{number:032x}"
    when = AT + timedelta(hours=hours)
    return Label(EntryId(name), CustomerId(name), ConversationId(name), chance, right, True, when)


def test_labels_certify_what_they_can_and_no_more() -> None:
    others = [0.9] * 500
    assert certificate_of([labelled(n, True) for n in range(59)], others, 0.05, 0.95).threshold == 0.9
    assert certificate_of([labelled(n, True) for n in range(58)], others, 0.05, 0.95).threshold is None
    # Sixty verdicts on one customer are one.
    alike = [labelled(0, True) for _ in range(60)]
    assert certificate_of(alike, others, 0.05, 0.95).items == 1


def test_a_certificate_is_watched_by_what_came_after_it() -> None:
    certified = Certified(0.05, 0.95, 0.9, 100, 100, 0, "", "", AT)
    fine = [labelled(n, n % 50 != 0, hours=1) for n in range(200)]
    bad = [labelled(n, n % 4 != 0, hours=1) for n in range(60)]
    assert not has_failed(fine, certified)
    assert has_failed(bad, certified)
    assert not has_failed([Label(**{**vars(one), "at": AT - timedelta(1)}) for one in bad], certified)


def test_rules_refuse_what_makes_no_sense_and_keep_their_history(desk: Any) -> None:
    with desk.database.write() as session:
        for bad in (Rule(mode="loud"), Rule(share=1.1), Rule(channel="x" * 33), Rule(topic="a\nb")):  # type: ignore[arg-type]
            with pytest.raises(Rejected):
                rules.set_rule(session, desk.scope, bad, desk.tick())
        rules.set_rule(session, desk.scope, Rule("chat", "", "shadow", 0.5, "ada"), desk.tick())
        rules.set_rule(session, desk.scope, Rule("chat", "", "peak", 1.0, "ada"), desk.tick())
        assert [one.mode for one in rules.list_rules(session, desk.scope)] == ["peak"]
        assert [one.mode for one in rules.history(session, desk.scope)] == ["peak", "shadow"]
        assert rules.certified(session, desk.scope) is None
