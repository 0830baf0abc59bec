"""The alarm at other topics, end to end: on the page, from questions that stand on the record."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from knowledge.bot import rules
from knowledge.bot.rules import Certified
from knowledge.customers import timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.record import NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.ids import EntryId

NOW = datetime.now(UTC)
THINGS = (
    "boots",
    "a tent",
    "a jacket",
    "a stove",
    "a rope",
    "gloves",
    "a backpack",
    "a sleeping bag",
    "a lamp",
    "socks",
)
RETURNS = ("How do I send back {}?", "Can I return {}?", "What does it cost to return {}?", "Refund for {}, please?")
OTHERS = ("My bank card was declined", "Which visa do I need for Peru?", "Book me a table for two", "How tall is K2?")


def ask(parts: Parts, questions: list[str], at: datetime) -> None:
    with parts.database.write() as session:
        who = save_customer(session, parts.scope, NewCustomer(f"c{at}"), at)
        for number, question in enumerate(questions):
            about = EntryId(f"{number:032x}")
            decided = BotDecided("answer", "shadow", about, (about,), text="Sixty days.", question=question, chance=0.9)
            timeline.append(session, parts.scope, NewEntry(who, decided, at + timedelta(seconds=number)), at)


@pytest.mark.parametrize("other", [True, False])
def test_other_questions_than_before_the_certificate_raise_the_alarm(
    parts: Parts, client: TestClient, tokens: dict[str, str], other: bool
) -> None:
    manager = {"Authorization": f"Bearer {tokens['manager']}"}
    known = [one.format(thing) for thing in THINGS for one in RETURNS] * 2
    ask(parts, known[:60], NOW - timedelta(days=3))
    assert "ask about other things" not in client.get("/console/bot", headers=manager).text
    with parts.database.write() as session:
        given = Certified(0.05, 0.95, 0.5, 100, 80, 0, "verdicts", "tests")
        rules.certify(session, parts.scope, given, NOW - timedelta(days=2))
    assert "ask about other things" not in client.get("/console/bot", headers=manager).text
    fresh = [f"{one} {number}" for one in OTHERS for number in range(8)] if other else known[::3]
    ask(parts, fresh, NOW - timedelta(days=1))
    for _ in range(2):
        page = client.get("/console/bot", headers=manager).text
        assert ("ask about other things" in page) == other
        told = client.get("/api/bot", headers=manager).json()["drift"]
        assert (told["alarm"], told["known"], told["fresh"]) == (other, 60, min(50, len(fresh)))
    assert parts.bot.drifted(NOW - timedelta(days=2)) == other
