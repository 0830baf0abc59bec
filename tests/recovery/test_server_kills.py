"""Killed while agents ask for suggestions and send: what was acknowledged is there, and nothing is sent twice."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.importing import import_events
from knowledge.customers import conversations, timeline
from knowledge.customers.conversations import fold
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, SuggestionJudged, SuggestionShown
from knowledge.database import open_database
from knowledge.ids import ConversationId
from knowledge.scope import Scope
from knowledge.settings import Settings
from knowledge.staff.logins import issue_token
from knowledge.staff.people import NewStaff, add_staff
from tests.recovery.conftest import ROUNDS, START_SECONDS, Start, kill

pytestmark = pytest.mark.timeout(300 + 120 * ROUNDS)
SCOPE = Scope()
AGENTS = 3
AGENT = "kim@shop.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def token(settings: Settings) -> str:
    """Store a customer with a conversation for each agent, and return a login's token."""
    now = datetime.now(UTC)
    rows: list[dict[str, object]] = [{"type": "customer", "id": "c1", "name": "Ada"}]
    for number in range(AGENTS):
        handle = {"kind": "external", "value": f"acc-{number}"}
        row = {"type": "message", "id": f"m{number}", "conversation": f"conv-{number}", "channel": "chat"}
        rows.append(
            {**row, "direction": "in", "customer": "c1", "handle": handle, "at": now.isoformat(), "text": "Hi?"}
        )
    with closing(open_database(settings.database)) as database:
        assert import_events(database, SCOPE, rows, now).bad == []
        with database.write() as session:
            add_staff(session, SCOPE, NewStaff(AGENT, "Kim", "manager"), now)
            return issue_token(session, SCOPE, AGENT, "test", now, timedelta(hours=1))


class Shop:
    """A server that is killed and started again; agents find its present address here."""

    def __init__(self, start: Start, token: str) -> None:
        self._start, self._token = start, token
        self.url = ""
        # One client for all: making one reads certificates, which starves the server that is to start.
        self._client = httpx.Client(timeout=30, trust_env=False, verify=False)
        self.up()

    def up(self) -> None:
        """Start the server and wait until it tells its address."""
        self._process = self._start("serve", "--port", "0")
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("Threadline answers at "), self._process.communicate()[1]
        self.url = line.split()[-1]

    def down(self) -> bool:
        """Kill the server."""
        return kill(self._process)

    def close(self) -> None:
        """Give the agents' connections back."""
        self._client.close()

    def post(self, path: str, body: object, key: str = "") -> dict[str, object]:
        """Post until it is acknowledged, as a client does that knows of failures: the same key each time."""
        headers = {"Authorization": f"Bearer {self._token}"} | ({"Idempotency-Key": key} if key else {})
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self._client.post(self.url + path, json=body, headers=headers)
            except httpx.TransportError:
                time.sleep(0.2)
                continue
            assert answer.is_success, answer.text
            return dict(answer.json())
        raise AssertionError(f"{path} was never acknowledged")


@pytest.fixture
def shop(start: Start, token: str) -> Iterator[Shop]:
    """A running server, and its address for the agents."""
    with closing(Shop(start, token)) as opened:
        yield opened


class Agents:
    """Agents at work in threads, each on a conversation; `acknowledged` is what the server said it has."""

    def __init__(self, works: list[Callable[[int], str]]) -> None:
        self._ending = threading.Event()
        self.acknowledged: list[str] = []
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work, args=(work,)) for work in works]

    def __enter__(self) -> "Agents":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(timeout=START_SECONDS)

    def _work(self, work: Callable[[int], str]) -> None:
        number = 0
        try:
            while not self._ending.is_set():
                self.acknowledged.append(work(number))
                number += 1
        except BaseException as failure:
            self.failures.append(failure)
            raise


def shake(shop: Shop, agents: Agents, chance: random.Random) -> int:
    """Kill and restart the server at random moments while the agents work; returns how often."""
    killed = 0
    for _ in range(ROUNDS):
        before = len(agents.acknowledged)
        while len(agents.acknowledged) < before + 3 and not agents.failures:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.3)
        killed += shop.down()
        shop.up()
    return killed


def stored(settings: Settings) -> list[Entry]:
    """Return everything that is in the record, having checked every conversation against its entries."""
    with closing(open_database(settings.database)) as database, database.read() as session:
        entries = list(_all(lambda cursor: timeline.after(session, SCOPE, cursor)))
        for found in conversations.list_conversations(session, SCOPE, conversations.Wanted(), limit=100):
            own = [entry for entry in entries if entry.conversation == found.id]
            assert fold(own) == found
    return entries


def _all(read: Callable[[int], list[Entry]]) -> Iterator[Entry]:
    cursor = 0
    while page := read(cursor):
        yield from page
        cursor = page[-1].seq


def ids(settings: Settings) -> list[ConversationId]:
    with closing(open_database(settings.database)) as database, database.read() as session:
        return [conversations.find_by_key(session, SCOPE, f"conv-{number}").id for number in range(AGENTS)]


def test_killed_while_sending(shop: Shop, settings: Settings, chance: random.Random) -> None:
    def sender(conversation: ConversationId) -> Callable[[int], str]:
        def send(number: int) -> str:
            words = f"{conversation} answer {number}"
            entry = shop.post(f"/api/conversations/{conversation}/replies", {"text": words}, f"{conversation}-{number}")
            return str(entry["id"])

        return send

    with Agents([sender(one) for one in ids(settings)]) as agents:
        assert shake(shop, agents, chance) == ROUNDS
    shop.down()
    assert agents.failures == []
    sent = [entry for entry in stored(settings) if isinstance(entry.payload, MessageSent)]
    assert sorted(agents.acknowledged) == sorted(entry.id for entry in sent)
    texts = [entry.payload.text for entry in sent]
    assert len(texts) == len(set(texts))


def test_killed_while_suggesting(shop: Shop, settings: Settings, chance: random.Random) -> None:
    def drafter(conversation: ConversationId) -> Callable[[int], str]:
        def draft(number: int) -> str:
            about = f"/api/conversations/{conversation}"
            shown = shop.post(f"{about}/suggestions", {})
            body = {"text": f"{conversation} edited {number}", "suggestion": shown["suggestion"]}
            shop.post(f"{about}/replies", body, f"{conversation}-{number}")
            return str(shown["suggestion"])

        return draft

    with Agents([drafter(one) for one in ids(settings)]) as agents:
        assert shake(shop, agents, chance) == ROUNDS
    shop.down()
    assert agents.failures == []
    entries = stored(settings)
    shown = [entry.payload.suggestion for entry in entries if isinstance(entry.payload, SuggestionShown)]
    assert len(shown) == len(set(shown))
    assert set(agents.acknowledged) <= set(shown)
    judged = [entry.payload.suggestion for entry in entries if isinstance(entry.payload, SuggestionJudged)]
    sent = [entry.payload.suggestion for entry in entries if isinstance(entry.payload, MessageSent)]
    assert sorted(judged) == sorted(sent) == sorted(agents.acknowledged)


def test_killed_while_customers_write_and_events_arrive(shop: Shop, settings: Settings, chance: random.Random) -> None:
    def source(name: str) -> Callable[[int], str]:
        def bring(number: int) -> str:
            row = {"type": "message", "id": f"{name}-{number}", "conversation": f"mail-{name}", "channel": "email"}
            handle = {"kind": "email", "value": f"{name}@mail.example"}
            at = datetime.now(UTC).isoformat()
            told = shop.post("/api/events", {**row, "direction": "in", "handle": handle, "at": at, "text": row["id"]})
            assert told["bad"] == [], json.dumps(told)
            return str(row["id"])

        return bring

    with Agents([source(f"person{number}") for number in range(AGENTS)]) as agents:
        assert shake(shop, agents, chance) == ROUNDS
    shop.down()
    assert agents.failures == []
    received = [entry.payload.text for entry in stored(settings) if isinstance(entry.payload, MessageReceived)]
    mailed = [words for words in received if words.startswith("person")]
    assert sorted(mailed) == sorted(agents.acknowledged)
