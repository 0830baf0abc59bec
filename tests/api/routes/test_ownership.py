"""One owner, over HTTP: handed over twice, gone, let pass, back after the end, and a bot that leaves it to people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from api.parts import Parts
from api.worker.bot import answer
from api.worker.routing import route
from knowledge.customers import remaining
from knowledge.customers.entries import Entry, MessageReceived
from knowledge.ids import ConversationId
from knowledge.settings import Settings
from knowledge.staff.tables import StaffRow

Headers = dict[str, str]
MINUTE = timedelta(minutes=1)
AGENT, MANAGER, ADMIN = (f"{role}@example.com" for role in ("agent", "manager", "admin"))
NOTICE = "Somebody will be with you soon."
PLAN = f"""
assignment:
  {{offering: true, accept_minutes: 2, answer_minutes: 30, tell_after_minutes: 5, explore: 0, holdout: 0,
   notice: "{NOTICE}"}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    plan = tmp_path / "service.yaml"
    plan.write_text(PLAN)
    return Settings(data_dir=tmp_path / "data", max_body_bytes=300_000, port=0, service_plan=plan)


@pytest.fixture
def staff(tokens: dict[str, str]) -> dict[str, Headers]:
    """The headers of everybody's requests, by e-mail."""
    return {f"{role}@example.com": {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}


def say(client: TestClient, headers: Headers, text: str) -> str:
    answered = client.post("/api/chat/messages", headers=headers, json={"text": text})
    assert answered.status_code == 201, answered.text
    return str(answered.json()["conversation"])


def heard(client: TestClient, headers: Headers) -> list[str]:
    return [one["text"] for one in client.get("/api/chat/messages", headers=headers).json()["messages"]]


def act(client: TestClient, who: Headers, conversation: str, what: str, **body: Any) -> int:
    return client.post(f"/api/conversations/{conversation}/{what}", headers=who, json=body or None).status_code


def seen(client: TestClient, who: Headers, conversation: str) -> tuple[str | None, str, bool]:
    found = client.get(f"/api/conversations/{conversation}", headers=who).json()
    return found["owner"], found["status"], found["waiting"]


def offered(client: TestClient, staff: dict[str, Headers]) -> list[str]:
    """Whom something is offered to now."""
    return [name for name, who in staff.items() if client.get("/api/offers", headers=who).json()["offers"]]


def test_two_hand_it_over_at_once_one_counts_and_the_other_is_told(
    client: TestClient, staff: dict[str, Headers], customer: Headers
) -> None:
    conversation = say(client, customer, "My stove broke.")
    assert act(client, staff[AGENT], conversation, "take") == 200
    passes = [(AGENT, MANAGER), (MANAGER, ADMIN), (ADMIN, MANAGER), (AGENT, ADMIN)]

    def hand_over(one: tuple[str, str]) -> tuple[int, str, str]:
        body = {"to": one[1], "reason": f"{one[0]} asks", "owner": AGENT}
        given = client.post(f"/api/conversations/{conversation}/pass", headers=staff[one[0]], json=body)
        return given.status_code, given.json().get("owner", ""), given.json().get("message", "")

    with ThreadPoolExecutor(len(passes)) as pool:
        done = list(pool.map(hand_over, passes))
    assert sorted(status for status, _, _ in done) == [200, 409, 409, 409]
    (winner,) = [owner for status, owner, _ in done if status == 200]
    assert seen(client, staff[AGENT], conversation)[0] == winner
    assert all(f"{winner} owns this conversation now" in told for status, _, told in done if status == 409)
    entries = client.get(f"/api/conversations/{conversation}/timeline", headers=staff[AGENT])
    kinds = [one["payload"]["kind"] for one in entries.json()["entries"]]
    assert kinds.count("conversation_assigned") == 2  # who took it, and who it went to
    assert kinds.count("note_added") == 1
    first = passes[[status for status, _, _ in done].index(200)]
    assert hand_over(first)[:2] == (200, winner)  # the click that was lost on the way, once more


def test_two_take_it_at_once_and_the_bot_is_not_asked(
    client: TestClient, staff: dict[str, Headers], customer: Headers
) -> None:
    conversation = say(client, customer, "My stove broke.")
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda who: act(client, who, conversation, "take"), staff.values()))
    assert sorted(statuses) == [200, 409, 409]
    assert seen(client, staff[AGENT], conversation)[0] == list(staff)[statuses.index(200)]


def test_who_closes_the_console_gives_a_waiting_chat_to_the_next(
    client: TestClient, parts: Parts, staff: dict[str, Headers], customer: Headers
) -> None:
    conversation = say(client, customer, "My stove broke.")
    assert act(client, staff[AGENT], conversation, "take") == 200
    address, now = f"/api/conversations/{conversation}/presence", datetime.now(UTC)
    assert client.put(address, headers=staff[AGENT], json={"typing": True}).status_code == 204
    route(parts, now + MINUTE)
    assert seen(client, staff[AGENT], conversation)[0] == AGENT
    assert client.put(address, headers=staff[AGENT], json={"there": False}).status_code == 204
    route(parts, now + 4 * MINUTE)
    assert seen(client, staff[AGENT], conversation)[0] is None
    assert offered(client, staff) in ([MANAGER], [ADMIN])
    say(client, customer, "Are you there?")
    assert heard(client, customer) == ["My stove broke.", "Are you there?"]  # the same conversation, nothing lost


def test_an_offer_let_pass_goes_on_the_customer_is_told_and_silence_gives_it_back(
    client: TestClient, parts: Parts, staff: dict[str, Headers], customer: Headers
) -> None:
    conversation, now = say(client, customer, "My stove broke."), datetime.now(UTC)
    asked = []
    for minutes in (0, 3, 6):
        route(parts, now + minutes * MINUTE)
        asked += offered(client, staff)
    assert sorted(asked) == sorted(staff)  # one after the other, each once
    assert heard(client, customer) == ["My stove broke.", NOTICE]
    route(parts, now + 7 * MINUTE)
    assert heard(client, customer).count(NOTICE) == 1
    late, last = asked[0], asked[-1]
    assert act(client, staff[late], conversation, "acceptance") == 409
    assert act(client, staff[last], conversation, "acceptance") == 200
    assert (
        client.put(
            f"/api/conversations/{conversation}/presence", headers=staff[last], json={"typing": False}
        ).status_code
        == 204
    )
    assert seen(client, staff[last], conversation) == (last, "open", True)  # a notice is no answer
    route(parts, now + 45 * MINUTE)
    assert seen(client, staff[last], conversation)[0] is None


def test_a_customer_back_after_the_end_comes_to_the_owner_or_to_the_queue(
    client: TestClient, parts: Parts, staff: dict[str, Headers]
) -> None:
    now = datetime.now(UTC)
    handle = {"kind": "email", "value": "ana@example.com"}

    def mail(seconds: int, text: str) -> None:
        row = {"type": "message", "id": f"m{seconds}", "conversation": "c1", "channel": "email", "direction": "in"}
        row |= {"handle": handle, "at": (now + timedelta(seconds=seconds)).isoformat(), "text": text}  # type: ignore[dict-item]
        stored = client.post("/api/events", headers=staff[ADMIN], json=row)
        assert stored.json()["added"], stored.text

    mail(-60, "My stove broke.")
    (found,) = client.get("/api/conversations", headers=staff[AGENT]).json()["conversations"]
    conversation = str(found["id"])
    assert act(client, staff[AGENT], conversation, "take") == 200
    assert act(client, staff[AGENT], conversation, "replies", text="Done.") == 201
    closed = client.put(f"/api/conversations/{conversation}/status", headers=staff[AGENT], json={"status": "resolved"})
    assert closed.status_code == 200
    assert seen(client, staff[AGENT], conversation) == (AGENT, "resolved", False)
    mail(20, "It broke again.")
    assert seen(client, staff[AGENT], conversation) == (AGENT, "open", True)
    route(parts, now + MINUTE)
    assert offered(client, staff) == []  # it is not offered round: somebody owns it
    with parts.database.write() as session:
        session.execute(update(StaffRow).where(StaffRow.email == AGENT).values(active=False))
    route(parts, now + 2 * MINUTE)
    assert seen(client, staff[MANAGER], conversation)[0] is None
    assert offered(client, {name: who for name, who in staff.items() if name != AGENT}) in ([MANAGER], [ADMIN])


def test_a_chat_that_ended_begins_anew_in_the_queue(
    client: TestClient, staff: dict[str, Headers], customer: Headers
) -> None:
    first = say(client, customer, "My stove broke.")
    assert act(client, staff[AGENT], first, "take") == 200
    closed = client.put(f"/api/conversations/{first}/status", headers=staff[AGENT], json={"status": "resolved"})
    assert closed.status_code == 200
    second = say(client, customer, "And now my tent.")
    assert second != first
    assert seen(client, staff[AGENT], second) == (None, "open", True)
    assert seen(client, staff[AGENT], first) == (AGENT, "resolved", False)


@pytest.mark.parametrize("over", ["takes", "answers", "was_told"])
def test_the_bot_says_nothing_after_a_person(
    client: TestClient, parts: Parts, staff: dict[str, Headers], customer: Headers, over: str
) -> None:
    assert client.put("/api/bot/rules", headers=staff[MANAGER], json={"mode": "always"}).status_code == 200
    conversation = say(client, customer, "I want to talk to a person, please.")
    if over == "takes":
        assert act(client, staff[AGENT], conversation, "take") == 200
    elif over == "answers":
        assert act(client, staff[AGENT], conversation, "replies", text="Here I am.") == 201
    attend(parts, conversation)
    spoken = heard(client, customer)[1:]
    assert len(spoken) == (0 if over == "takes" else 1)  # to who waits for a person it says so, once
    assert (spoken == ["Here I am."]) is (over == "answers")
    for text in ("A person, please!", "Hello?"):
        say(client, customer, text)
        attend(parts, conversation)
    assert heard(client, customer)[1:] == [*spoken, "A person, please!", "Hello?"]
    assert act(client, staff[AGENT], conversation, "replies", text="Now.") == 201
    assert heard(client, customer)[-1] == "Now."


def attend(parts: Parts, conversation: str) -> Entry:
    """Let the worker's bot look at what was said last."""
    with parts.database.read() as session:
        entries = remaining.of_conversation(session, ConversationId(conversation))
    last = next(one for one in reversed(entries) if isinstance(one.payload, MessageReceived))
    answer(parts, last)
    return last


def test_an_owner_that_is_none_is_refused(client: TestClient, staff: dict[str, Headers], customer: Headers) -> None:
    conversation = say(client, customer, "Hello")
    for owner, status in ((3, 422), ("x" * 321, 413)):
        assert act(client, staff[AGENT], conversation, "pass", to=None, reason="x", owner=owner) == status
    assert act(client, staff[AGENT], conversation, "pass", to=MANAGER, reason="x", owner="") == 200
    assert act(client, staff[AGENT], conversation, "pass", to=ADMIN, reason="x", owner="") == 409
