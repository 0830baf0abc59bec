"""The rubric of the training exercise, line by line, over entries as the record tells them."""

from datetime import UTC, datetime, timedelta

import pytest

from evals.live.reading import tell
from evals.simulation.exercise import RUBRIC, judge
from knowledge.customers.entries import Entry, Handle, MessageReceived, MessageSent, PassageUsed, Payload
from knowledge.customers.fact_entries import PackageOpened
from knowledge.ids import ArticleId, ConversationId, CustomerId, EntryId, PassageId

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TEXT = "Standard delivery takes three to five working days. A late parcel is sent again free of charge."
PASSAGES = (
    PassageUsed(1, PassageId("p"), ArticleId("a"), "Late parcels", "", "", TEXT, "public", 1.0, similarity=0.7),
)
GOOD = "Standard delivery takes three to five working days."


def entry(minute: float, payload: Payload, where: str = "second") -> Entry:
    at = AT + timedelta(minutes=minute)
    seq = int(minute * 10) + 1
    return Entry(seq, EntryId(f"e{seq}"), at, at, payload.kind, CustomerId("c"), ConversationId(where), payload)


def sent(text: str) -> MessageSent:
    return MessageSent("email", text, "me@shop.example", Handle("email", "c@mail.example"))


def scored(*answers: tuple[float, Payload]) -> dict[str, bool]:
    before = [entry(0, MessageReceived("chat", "My parcel is late. My order number is TF-123456."), "first")]
    mine = [
        entry(60, MessageReceived("email", "I wrote to you by chat about a parcel. Is there any news?")),
        *(entry(minute, payload) for minute, payload in answers),
    ]
    story = tell("issue", "c", [*before, *mine])
    assert story is not None
    return judge(story, mine, PASSAGES)


def test_a_good_answer_meets_every_line() -> None:
    found = scored((61, PackageOpened("me@shop.example", 1, 3, 20)), (62, sent(f"Hello!\n{GOOD}")))
    assert found == dict.fromkeys(RUBRIC, True)


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("opened_package", ((62, sent(GOOD)), (63, PackageOpened("me@shop.example", 1, 3, 20)))),
        ("in_time", ((90, sent(GOOD)),)),
        ("promised_only_what_holds", ((61, sent(f"{GOOD}\nWe will refund you £500 tomorrow.")),)),
        ("kept_language", ((61, sent("Guten Tag, wir prüfen das für Sie und melden uns morgen wieder bei Ihnen.")),)),
        ("cited", ((61, sent("The weather is lovely here by the sea today.")),)),
        (
            "asked_nothing_again",
            (
                (61, sent(f"{GOOD} What is your order number?")),
                (62, MessageReceived("email", "TF-123456")),
                (63, sent(GOOD)),
            ),
        ),
    ],
)
def test_each_line_is_missed_where_its_reason_is(line: str, answers: tuple[tuple[float, Payload], ...]) -> None:
    assert scored(*answers)[line] is False


def test_to_look_into_it_is_no_promise_and_silence_meets_nothing() -> None:
    assert scored((61, sent("I will look into it and we will get back to you.")))["promised_only_what_holds"]
    assert scored() == dict.fromkeys(RUBRIC, False)
