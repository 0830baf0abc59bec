"""How the bot's answers ended, over HTTP: four definitions side by side, and false answers that find their way back."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.parts import Parts
from api.sessions import chat_link
from api.worker.bot import answer
from assistant.gate.calibration import verdicts
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers import timeline
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.ids import EntryId
from knowledge.staff.logins import issue_token

pytestmark = pytest.mark.usefixtures("library")
BEGUN = datetime.now(UTC)
ASKED = "How many days do I have to return a tent?"


class Shop:
    """A shop with a bot that answers at any time, and a clock that is set by hand."""

    def __init__(self, parts: Parts) -> None:
        self.now = BEGUN
        self.parts = Parts(parts.settings, parts.database, parts.scope, parts.search, parts.assistant, lambda: self.now)
        self.client = TestClient(create_app(self.parts))
        self.roles: dict[str, dict[str, str]] = {}

    def ask(self, email: str, text: str = ASKED) -> BotDecided:
        """Let somebody with a signed link write in the chat, and the bot look at it."""
        identity = chat_link(self.parts.settings, email, email, BEGUN).partition("#identity=")[2]
        token = self.client.post("/chat/session", json={"identity": identity, "carry": "bearer"}).json()["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert self.client.post("/api/chat/messages", json={"text": text}, headers=bearer).status_code == 201
        said, decided = self.last("message_received"), self.decided()
        answer(self.parts, said)
        assert len(self.decided()) == len(decided) + 1
        return self.decided()[-1]

    def last(self, kind: str) -> Any:
        with self.parts.database.read() as session:
            return [one for one in timeline.after(session, self.parts.scope, 0) if one.kind == kind][-1]

    def decided(self) -> list[BotDecided]:
        with self.parts.database.read() as session:
            payloads = [one.payload for one in timeline.after(session, self.parts.scope, 0)]
        return [one for one in payloads if isinstance(one, BotDecided)]

    def mail(self, email: str, text: str) -> None:
        with self.parts.database.write() as session:
            receive(session, self.parts.scope, Incoming("email", Handle("email", email), text, self.now), self.now)

    def shown(self) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get("/api/bot", headers=self.roles["manager"]).json()
        return told

    def ended(self) -> dict[str, tuple[int, int, int]]:
        return {one["kind"]: (one["resolved"], one["of"], one["open"]) for one in self.shown()["outcomes"]}

    def judge(self, decision: EntryId, right: bool, role: str = "agent") -> int:
        path = f"/api/bot/decisions/{decision}/verdict"
        return self.client.post(path, json={"right": right}, headers=self.roles[role]).status_code


@pytest.fixture
def shop(parts: Parts, tokens: dict[str, str]) -> Shop:
    opened = Shop(parts)
    with parts.database.write() as session:
        rules.set_rule(session, parts.scope, Rule(mode="always"), BEGUN)
        rules.certify(session, parts.scope, Certified(0.05, 0.95, 0.05, 100, 80, 0, "verdicts", "ada"), BEGUN)
        for role in tokens:
            token = issue_token(session, parts.scope, f"{role}@example.com", "long", BEGUN, timedelta(days=30))
            opened.roles[role] = {"Authorization": f"Bearer {token}"}
    opened.now += timedelta(seconds=1)
    return opened


def test_four_definitions_stand_side_by_side_and_a_mail_three_days_later_undoes_durable(shop: Shop) -> None:
    assert shop.ask("ana@example.com").action == "answer"
    assert shop.ask("bo@example.com").action == "answer"
    shop.now += timedelta(minutes=2)
    shop.ask("bo@example.com", "thanks, that helps")
    assert shop.ended() == dict.fromkeys(("confirmed", "assumed", "verified", "durable"), (0, 0, 2))
    shop.now = BEGUN + timedelta(hours=25)
    assert shop.ended() == {
        "confirmed": (1, 2, 0), "assumed": (2, 2, 0), "verified": (0, 0, 2), "durable": (0, 0, 2)
    }  # fmt: skip
    shop.now = BEGUN + timedelta(hours=74)
    assert shop.ended()["verified"] == (2, 2, 0)
    shop.mail("ana@example.com", "The tent leaks, what now?")
    shop.now = BEGUN + timedelta(days=7, hours=1)
    assert shop.ended() == {
        "confirmed": (1, 2, 0), "assumed": (2, 2, 0), "verified": (2, 2, 0), "durable": (1, 2, 0)
    }  # fmt: skip
    page = shop.client.get("/console/bot", headers=shop.roles["manager"]).text
    assert "<td>1 of 2</td><td>0</td>" in page
    assert "no contact on any channel for 7 days" in page


def test_a_false_answer_found_by_an_agent_counts_in_the_bound_and_stops_the_bot(shop: Shop) -> None:
    people = [f"c{number}@example.com" for number in range(3)]
    assert [shop.ask(one).action for one in people] == ["answer"] * 3
    with shop.parts.database.read() as session:
        made = [one for one in timeline.after(session, shop.parts.scope, 0) if one.kind == "bot_decided"]
    # the agent sees it in the conversation, with the two buttons
    told = shop.client.get(f"/console/conversations/{made[0].conversation}/timeline", headers=shop.roles["agent"]).text
    assert f'data-decision="{made[0].id}" data-right="no"' in told
    assert shop.judge(made[0].id, False) == 201
    assert shop.shown()["certificate"]["threshold"] == 0.05  # one alone shows nothing
    assert [(one.key, one.right) for one in _verdicts(shop)] == [(made[0].id, False)]
    for decision in made[1:]:
        assert shop.judge(decision.id, False) == 201
    stopped = shop.shown()
    assert (stopped["labels"], stopped["customers"], stopped["wrong"], stopped["needed"]) == (3, 3, 3, 59)
    assert (stopped["certificate"]["threshold"], stopped["certificate"]["author"]) == (None, "bot")
    assert "stopped" in stopped["certificate"]["source"]
    assert shop.ended()["verified"] == (0, 0, 3)
    handed = shop.ask("new@example.com")
    assert (handed.action, handed.reason) == ("hand_off", "uncertified")
    assert "judged wrong than it allows" in shop.client.get("/console/bot", headers=shop.roles["manager"]).text
    # whoever certifies anew has these verdicts in the bound
    again = shop.client.post("/api/bot/certificate", json={}, headers=shop.roles["manager"]).json()
    assert (again["items"], again["threshold"], again["author"]) == (3, None, "manager@example.com")


def test_what_is_to_be_judged_is_one_answer_a_customer_until_they_have_a_verdict(shop: Shop) -> None:
    shop.ask("ana@example.com")
    shop.ask("ana@example.com", "Delivery costs how much?")
    shop.ask("bo@example.com")

    def to_judge() -> list[str]:
        page = shop.client.get("/console/bot", headers=shop.roles["manager"]).text
        listed = page.partition("To judge next")[2].partition("Its latest words")[0]
        return re.findall(r'data-decision="([0-9a-f]{32})"', listed)

    first = to_judge()
    assert len(first) == 2
    for decision in first:
        assert shop.judge(EntryId(decision), True) == 201
    assert to_judge() == []


def _verdicts(shop: Shop) -> Any:
    with shop.parts.database.read() as session:
        return verdicts(session, shop.parts.scope)
