"""Live streams over a real server: nothing lost, nothing doubled, and a clean end."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api import live
from api.parts import Parts
from api.stopping import Server
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.inbox import Incoming, receive
from knowledge.database import Database, open_database
from knowledge.scope import Scope
from knowledge.staff import logins
from knowledge.units import IDLE_UNITS

HEADERS = dict[str, str]
ARRIVE = Callable[..., Entry]
SERVING = Callable[[FastAPI], AbstractContextManager[tuple[str, Server]]]
Event = dict[str, str]


@contextmanager
def stream(base: str, path: str, headers: HEADERS) -> Iterator[Iterator[Event]]:
    """Open a stream and read its events, as a browser's EventSource does."""
    with (
        httpx.Client(base_url=base, timeout=20, trust_env=False) as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Event]:
    event: Event = {}
    for line in lines:
        if not line and "data" in event:
            yield event
        if not line:
            event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


def _write(database: Database, scope: Scope, writer: int, count: int) -> None:
    for number in range(count):
        now = datetime.now(UTC)
        incoming = Incoming("email", Handle("email", f"w{writer}@example.com"), f"{writer}.{number}", now)
        with database.write() as session:
            receive(session, scope, incoming, now)
        time.sleep(random.random() / 200)


def test_a_reader_that_is_cut_again_and_again_misses_and_doubles_nothing(
    app: FastAPI, parts: Parts, agent: HEADERS, serving: SERVING
) -> None:
    # Two writers in this process and one behind a connection of its own, as another process would be.
    with serving(app) as (base, _):
        other = open_database(parts.database.engine.url.render_as_string(hide_password=False))
        writers = [
            threading.Thread(target=_write, args=(database, parts.scope, number, 25))
            for number, database in enumerate((parts.database, parts.database, other))
        ]
        for writer in writers:
            writer.start()
        seen: list[int] = []
        expected = 3 * 25 + 3  # each writer's conversation is opened once
        while len(seen) < expected:
            resumed = agent | ({"Last-Event-ID": str(seen[-1])} if seen else {})
            with stream(base, "/api/live?after=0", resumed) as events:
                for _ in range(random.randint(1, 15)):
                    event = next(events)
                    assert json.loads(event["data"])["seq"] == int(event["id"])
                    seen.append(int(event["id"]))
                    if len(seen) == expected:
                        break
        for writer in writers:
            writer.join()
        other.close()
    with parts.database.read() as session:
        stored = [entry.seq for entry in timeline.after(session, parts.scope, 0)]
    assert seen == stored


def test_events_applied_to_a_stale_state_equal_a_fresh_fetch(
    app: FastAPI, agent: HEADERS, arrive: ARRIVE, serving: SERVING
) -> None:
    conversation = arrive("one").conversation
    path = f"/api/conversations/{conversation}"
    with serving(app) as (base, _), httpx.Client(base_url=base, headers=agent, trust_env=False) as client:
        stale = client.get(f"{path}/timeline").json()
        with stream(base, f"/api/live?after={stale['cursor']}&conversation={conversation}", agent) as events:
            client.post(f"{path}/replies", json={"text": "two"})
            client.post(f"{path}/notes", json={"text": "three"})
            arrive("elsewhere", "bob@example.com")
            client.post(f"{path}/take")
            client.put(f"{path}/status", json={"status": "resolved"})
            arrived = [json.loads(next(events)["data"]) for _ in range(4)]
        fresh = client.get(f"{path}/timeline").json()
    assert stale["entries"] + arrived == fresh["entries"]


def test_a_customer_hears_answers_and_nothing_else(
    app: FastAPI, agent: HEADERS, arrive: ARRIVE, serving: SERVING
) -> None:
    with serving(app) as (base, _), httpx.Client(base_url=base, trust_env=False) as client:
        sessions = [client.post("/chat/session", json={"carry": "bearer"}).json()["token"] for _ in range(2)]
        ana, bob = ({"Authorization": f"Bearer {token}"} for token in sessions)
        said = client.post("/api/chat/messages", headers=ana, json={"text": "hello"}).json()
        other = client.post("/api/chat/messages", headers=bob, json={"text": "bob's secret"}).json()
        path = f"/api/conversations/{said['conversation']}"
        with stream(base, f"/api/chat/live?after={said['seq']}", ana) as events:
            client.post(f"{path}/notes", headers=agent, json={"text": "a note"})
            client.post(f"/api/conversations/{other['conversation']}/replies", headers=agent, json={"text": "to bob"})
            arrive("a mail")
            client.post(f"{path}/replies", headers=agent, json={"text": "hi Ana"})
            heard = json.loads(next(events)["data"])
    assert (heard["by"], heard["text"], heard["conversation"]) == ("us", "hi Ana", said["conversation"])
    assert set(heard) == {"seq", "id", "at", "conversation", "by", "text", "attachments"}
    assert heard["attachments"] == []


def test_without_a_cursor_a_stream_begins_now(app: FastAPI, agent: HEADERS, arrive: ARRIVE, serving: SERVING) -> None:
    arrive("before")
    with serving(app) as (base, _), stream(base, "/api/live", agent) as events:
        after = arrive("after")
        assert int(next(events)["id"]) == after.seq


def test_a_queue_is_followed_and_resumed(
    app: FastAPI, parts: Parts, agent: HEADERS, arrive: ARRIVE, serving: SERVING
) -> None:
    with serving(app) as (base, _), httpx.Client(base_url=base, trust_env=False, headers=agent) as client:
        first = arrive("one", "a@mail.example")
        queue = "owner=&waiting=true"
        page = client.get(f"/api/conversations?{queue}").json()
        assert [one["id"] for one in page["conversations"]] == [first.conversation]
        arrive("two", "b@mail.example")
        client.post(f"/api/conversations/{first.conversation}/notes", json={"text": "known"})
        client.post(f"/api/conversations/{first.conversation}/take")
        client.post(f"/api/conversations/{first.conversation}/notes", json={"text": "not in the queue any more"})
        names: list[str] = []
        cursor = str(page["cursor"])
        while len(names) < 3:  # cut after every event
            with stream(base, f"/api/conversations/live?{queue}", agent | {"Last-Event-ID": cursor}) as events:
                event = next(events)
                assert json.loads(event["data"])["seq"] == int(event["id"]) > int(cursor)
                cursor = event["id"]
                names.append(event["event"])
        assert names == ["entered", "changed", "left"]
        for bad in ("status=gone", "owner=" + "x" * 400, "waiting=perhaps", "after=-1"):
            assert client.get(f"/api/conversations/live?{bad}").status_code == 422


@pytest.mark.parametrize("path", ["/api/live", "/api/chat/live"])
def test_a_stream_says_at_once_that_it_is_there(app: FastAPI, agent: HEADERS, serving: SERVING, path: str) -> None:
    with serving(app) as (base, _), httpx.Client(base_url=base, trust_env=False, timeout=5) as client:
        token = client.post("/chat/session", json={"carry": "bearer"}).json()["token"]
        headers = {"Authorization": f"Bearer {token}"} if "chat" in path else agent
        with client.stream("GET", path, headers=headers) as answer:
            assert next(answer.iter_lines()) == ": listening"


def test_streams_end_when_the_server_stops(app: FastAPI, agent: HEADERS, serving: SERVING) -> None:
    with serving(app) as (base, server), stream(base, "/api/live", agent) as events:
        began = time.monotonic()
        server.should_exit = True
        assert list(events) == []
        assert time.monotonic() - began < 4


def test_a_stream_ends_with_its_login(
    app: FastAPI,
    parts: Parts,
    tokens: dict[str, str],
    arrive: ARRIVE,
    serving: SERVING,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.0)
    headers = {"Authorization": f"Bearer {tokens['agent']}"}
    with serving(app) as (base, _), stream(base, "/api/live?after=0", headers) as events:
        arrive("heard")
        assert next(events)["event"] == "entry"
        assert next(events)["event"] == "entry"
        with parts.database.write() as session:
            logins.log_out(session, tokens["agent"])
        arrive("not heard")
        assert list(events) == []


def test_readers_that_leave_leave_nothing_behind(
    app: FastAPI, agent: HEADERS, arrive: ARRIVE, serving: SERVING, parts: Parts
) -> None:
    with serving(app) as (base, _):
        for _ in range(5):
            with stream(base, "/api/live?after=0", agent) as events:
                arrive("x")
                next(events)
        arrive("one more rings every bell that is left")
        deadline = time.monotonic() + 5
        pool: Any = parts.database.engine.pool
        while pool.checkedout() > IDLE_UNITS and time.monotonic() < deadline:
            time.sleep(0.05)
        assert pool.checkedout() <= IDLE_UNITS


def test_a_bad_stream_is_refused_before_it_begins(app: FastAPI, agent: HEADERS, serving: SERVING) -> None:
    for path, status in [
        ("/api/live?after=-1", 422),
        ("/api/live?after=99999999999999999999999", 422),
        ("/api/live?conversation=" + "0" * 32, 404),
        ("/api/live?customer=" + "0" * 32, 404),
        ("/api/live?conversation=%00", 422),
    ]:
        with serving(app) as (base, _), httpx.Client(base_url=base, trust_env=False) as client:
            assert client.get(path, headers=agent).status_code == status
            assert client.get("/api/live", headers=agent | {"Last-Event-ID": "x"}).status_code == 422
