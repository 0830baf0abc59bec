"""Killed while all are at work: what was acknowledged is there, and nothing is sent twice."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.importers.importing import import_events
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
    """People at work in threads, by what they do; `acknowledged` is what the server said it has of each."""

    def __init__(self, works: Mapping[str, Callable[[int], str]]) -> None:
        self._ending = threading.Event()
        self.acknowledged: dict[str, list[str]] = {name: [] for name in works}
        self.failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work, args=one) for one in works.items()]

    def __enter__(self) -> "Agents":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(timeout=START_SECONDS)

    def _work(self, name: str, work: Callable[[int], str]) -> None:
        done = self.acknowledged[name]
        try:
            while not self._ending.is_set():
                done.append(work(len(done)))
        except BaseException as failure:
            self.failures.append(failure)
            raise


def shake(shop: Shop, agents: Agents, chance: random.Random) -> int:
    """Kill and restart the server at random moments, each time everybody was served; returns how often."""
    killed = 0
    for _ in range(ROUNDS):
        before = {name: len(done) for name, done in agents.acknowledged.items()}
        while any(len(done) == before[name] for name, done in agents.acknowledged.items()) and not agents.failures:
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


def sender(shop: Shop, conversation: ConversationId) -> Callable[[int], str]:
    """Somebody answers."""

    def send(number: int) -> str:
        words = f"{conversation} answer {number}"
        entry = shop.post(f"/api/conversations/{conversation}/replies", {"text": words}, f"{conversation}-{number}")
        return str(entry["id"])

    return send


def drafter(shop: Shop, conversation: ConversationId) -> Callable[[int], str]:
    """Somebody asks for a suggestion and sends it, edited."""

    def draft(number: int) -> str:
        about = f"/api/conversations/{conversation}"
        shown = shop.post(f"{about}/suggestions", {})
        body = {"text": f"{conversation} edited {number}", "suggestion": shown["suggestion"]}
        shop.post(f"{about}/replies", body, f"{conversation}-{number}")
        return str(shown["suggestion"])

    return draft


def source(shop: Shop, name: str) -> Callable[[int], str]:
    """A customer writes, told by another system."""

    def bring(number: int) -> str:
        row = {"type": "message", "id": f"{name}-{number}", "conversation": f"mail-{name}", "channel": "email"}
        handle = {"kind": "email", "value": f"{name}@mail.example"}
        at = datetime.now(UTC).isoformat()
        told = shop.post("/api/events", {**row, "direction": "in", "handle": handle, "at": at, "text": row["id"]})
        assert told["bad"] == [], json.dumps(told)
        return str(row["id"])

    return bring


def test_killed_while_everybody_is_at_work(shop: Shop, settings: Settings, chance: random.Random) -> None:
    first, second, third = ids(settings)
    works = {
        "sent": sender(shop, first),
        "suggested": drafter(shop, second),
        "suggested too": drafter(shop, third),
        "wrote": source(shop, "person0"),
        "wrote too": source(shop, "person1"),
    }
    with Agents(works) as agents:
        assert shake(shop, agents, chance) == ROUNDS
    shop.down()
    assert agents.failures == []
    acknowledged, entries = agents.acknowledged, stored(settings)
    assert_sent_once(acknowledged["sent"], entries)
    assert_suggested_once(acknowledged["suggested"] + acknowledged["suggested too"], entries)
    received = [entry.payload.text for entry in entries if isinstance(entry.payload, MessageReceived)]
    mailed = [words for words in received if words.startswith("person")]
    assert sorted(mailed) == sorted(acknowledged["wrote"] + acknowledged["wrote too"])


def assert_sent_once(acknowledged: list[str], entries: list[Entry]) -> None:
    """Check that what was acknowledged is there, and that no words are twice."""
    sent = [entry for entry in entries if isinstance(entry.payload, MessageSent)]
    assert sorted(acknowledged) == sorted(entry.id for entry in sent if entry.payload.suggestion is None)
    texts = [entry.payload.text for entry in sent]
    assert len(texts) == len(set(texts))


def assert_suggested_once(acknowledged: list[str], entries: list[Entry]) -> None:
    """Check that every suggestion that was acknowledged was shown, judged and sent once."""
    shown = [entry.payload.suggestion for entry in entries if isinstance(entry.payload, SuggestionShown)]
    assert len(shown) == len(set(shown))
    assert set(acknowledged) <= set(shown)
    judged = [entry.payload.suggestion for entry in entries if isinstance(entry.payload, SuggestionJudged)]
    sent = [entry.payload for entry in entries if isinstance(entry.payload, MessageSent)]
    used = [said.suggestion for said in sent if said.suggestion is not None]
    assert sorted(judged) == sorted(used) == sorted(acknowledged)
