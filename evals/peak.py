"""The peak: 200 customers in two minutes (time-scaled) and four agents against a running server, all by HTTP.

Customers and agents come from the simulator's model (`evals.peak_world`). What is judged is read off the timelines the
server itself tells: no message lost, none answered twice, no word of the bot after a person took over.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import numpy as np

from assistant.answerable import features, open_gate
from assistant.certify import Scored, certify, sequence
from assistant.question import plain_question
from assistant.suggest import brief_of, open_assistant
from evals.bot_stage import open_story
from evals.figures import Figure
from evals.interleavings import Wrong, judge, tried
from evals.library import Making, open_library
from evals.peak_world import SHARES, TOPICS, Customer, draw
from evals.serving import entry_of, running
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import Entry, MessageReceived, MessageSent
from knowledge.staff.logins import issue_token
from knowledge.staff.people import NewStaff, Role, add_staff

SEED = 20261125
CUSTOMERS, MINUTES, AGENTS = 200, 2.0, 4
RISK = 0.05
LABELLED = 400
LOOK = 0.25
PATIENCE = 60.0
OK, CREATED = 200, 201
TRIES = 5
Say = Callable[[str], None]
Json = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A running server and the bearer tokens of its agents and its manager."""

    url: str
    agents: tuple[str, ...]
    manager: str


@dataclass
class Seen:
    """What the simulator saw from outside: messages that were accepted, and what each customer was told."""

    accepted: int = 0
    told: dict[int, list[str]] = field(default_factory=dict)
    taken: int = 0


@dataclass(frozen=True)
class Judged:
    """What became of a peak; the first three must be 0."""

    wrong: Wrong
    messages: int
    customers: int
    conversations: int
    by_bot: int
    right: int
    handed: int
    told_wait: int
    by_agents: int
    seconds: float


def calibrate(chance_of: Callable[[str], tuple[float, str]], seed: int) -> Certified:
    """Certify on labelled draws of the simulator: a question's draft is right when it holds what it must."""
    asked = [one for one in draw(LABELLED * 2, 1.0, seed) if one.kind in ("simple", "hard")]
    known: dict[str, tuple[float, str]] = {}
    scored: list[Scored] = []
    for one in asked:
        text = one.messages[-1]
        if text not in known:
            known[text] = chance_of(text)
        chance, drafted = known[text]
        scored.append(Scored(chance, bool(one.holds) and all(word in drafted for word in one.holds)))
    others, labelled = scored[: len(scored) // 2], scored[len(scored) // 2 :]
    thresholds = sequence([one.chance for one in others], len(labelled), RISK)
    found = certify(labelled, thresholds, RISK)
    return Certified(
        RISK, found.confidence, found.threshold, found.items, found.answered, found.wrong, "labelled draws", "simulator"
    )


@contextmanager
def prepared(seed: int = SEED) -> Iterator[tuple[Path, tuple[str, ...], str]]:
    """Furnish a folder for the server: library, agents, rule and certificate; yields it with the tokens."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        documents = [topic.document for topic in TOPICS]
        with open_library(folder, documents, Making(), now) as library:
            assistant = open_assistant(library.settings, library.search)

            def chance_of(text: str) -> tuple[float, str]:
                question = plain_question(text)
                brief = brief_of(assistant, question)
                drafted = " ".join(unit.text for excerpt in brief.excerpts for unit in excerpt.units)
                return open_gate().probability(features(question, brief)), drafted

            certified = calibrate(chance_of, seed + 1)
            assistant.close()
            with library.database.write() as session:
                scope = library.scope
                rules.certify(session, scope, certified, now)
                rules.set_rule(session, scope, Rule("chat", "", "peak"), now)
                tokens = []
                for number in range(AGENTS + 1):
                    role: Role = "agent" if number < AGENTS else "manager"
                    profile = {"channels": ["chat"], "capacity": {"chat": 2}}
                    email = f"{role}{number}@example.com"
                    add_staff(session, scope, NewStaff(email, f"{role} {number}", role, None, profile), now)
                    tokens.append(issue_token(session, scope, email, "peak", now, timedelta(hours=2)))
        yield folder, tuple(tokens[:AGENTS]), tokens[-1]


@contextmanager
def serving(seed: int = SEED) -> Iterator[Site]:
    """Start the product's own server on the prepared folder, with a worker inside.

    Raises:
        Unavailable: it does not come up.
    """
    with (
        prepared(seed) as (folder, agents, manager),
        running(folder, {"THREADLINE_PEAK_WAIT_SECONDS": "20"}) as url,
    ):
        yield Site(url, agents, manager)


async def play(site: Site, customers: Sequence[Customer], scale: float) -> tuple[Seen, float]:
    """Let customers and agents do what they do; returns what was seen and how many seconds it took."""
    seen, begun = Seen(), monotonic()
    done = asyncio.Event()
    # Sessions are limited by network address, as they should be: customers come from several.
    transports = [httpx.AsyncHTTPTransport(local_address=f"127.0.0.{2 + n}", retries=2) for n in range(4)]
    clients = [httpx.AsyncClient(base_url=site.url, transport=one, timeout=60) for one in transports]
    try:
        agents = [asyncio.create_task(_agent(clients[0], token, n, done, seen)) for n, token in enumerate(site.agents)]
        await asyncio.gather(*(_customer(clients[1 + one.number % 3], one, scale, seen) for one in customers))
        await _drain(site, clients[0])
        done.set()
        await asyncio.gather(*agents)
    finally:
        for client in clients:
            await client.aclose()
    return seen, monotonic() - begun


async def _customer(client: httpx.AsyncClient, one: Customer, scale: float, seen: Seen) -> None:
    await asyncio.sleep(one.at / scale)
    opened = await client.post("/chat/session", json={"carry": "bearer"})
    opened.raise_for_status()
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    for number, text in enumerate(one.messages):
        await _write(client, headers, one, f"{number}", text, seen)
        await asyncio.sleep(0.2)
    told = await _read(client, headers, PATIENCE)
    if one.thanks and told:
        await _write(client, headers, one, "thanks", "thanks, that helps", seen)
    seen.told[one.number] = told


async def _write(
    client: httpx.AsyncClient, headers: dict[str, str], one: Customer, name: str, text: str, seen: Seen
) -> None:
    """Write a message; a third of them is delivered twice, as impatient networks do."""
    key = {"Idempotency-Key": f"{one.number}-{name}"}
    wanted = 2 if one.number % 3 == 0 else 1
    for _ in range(TRIES):
        answer = await client.post("/api/chat/messages", json={"text": text}, headers=headers | key)
        wanted -= answer.status_code == CREATED
        if wanted == 0:
            break
    else:
        answer.raise_for_status()
    seen.accepted += 1


async def _read(client: httpx.AsyncClient, headers: dict[str, str], seconds: float) -> list[str]:
    """Wait until somebody answers; return what was said to the customer."""
    end = monotonic() + seconds
    while monotonic() < end:
        page: Json = (await client.get("/api/chat/messages", headers=headers)).json()
        said = [message["text"] for message in page.get("messages", []) if message["by"] == "us"]
        if said:
            return said
        await asyncio.sleep(LOOK * 2)
    return []


async def _agent(client: httpx.AsyncClient, token: str, number: int, done: asyncio.Event, seen: Seen) -> None:
    """Take somebody who waits (anyone: a race with the bot is meant), answer after a while, resolve, go on."""
    headers, random = {"Authorization": f"Bearer {token}"}, np.random.default_rng(SEED + number)
    while not done.is_set():
        waiting = await client.get("/api/conversations?waiting=true&owner=&limit=50", headers=headers)
        listed: list[Json] = waiting.json()["conversations"] if waiting.status_code == OK else []
        if not listed:
            await asyncio.sleep(LOOK)
            continue
        where = f"/api/conversations/{listed[int(random.integers(len(listed)))]['id']}"
        taken = await client.post(f"{where}/take", headers=headers)
        if taken.status_code != OK:  # a colleague was quicker
            continue
        seen.taken += 1
        await asyncio.sleep(float(random.uniform(1.0, 2.4)))
        await client.post(f"{where}/replies", json={"text": f"Hello, this is agent {number}. Done."}, headers=headers)
        await client.put(f"{where}/status", json={"status": "resolved"}, headers=headers)


async def _drain(site: Site, client: httpx.AsyncClient) -> None:
    """Wait until agents have answered everybody who waits."""
    headers, end = {"Authorization": f"Bearer {site.manager}"}, monotonic() + PATIENCE
    while monotonic() < end:
        waiting = await client.get("/api/conversations?waiting=true&limit=1", headers=headers)
        if not waiting.json()["conversations"]:
            return
        await asyncio.sleep(LOOK)


def judged(site: Site, customers: Sequence[Customer], seen: Seen, seconds: float) -> Judged:
    """Read every timeline back and count. A message that was accepted and stands on no timeline is lost as well."""
    wrong, stored, counts, right = Wrong(), 0, Counter[str](), 0
    holds = {one.messages[-1]: one.holds for one in customers}
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.manager}"}, timeout=60) as client:
        listed = _conversations(client)
        for one in listed:
            page: Json = client.get(f"/api/conversations/{one['id']}/timeline?limit=200").json()
            entries = [entry_of(row) for row in page["entries"]]
            found = judge(entries)
            wrong = Wrong(*(a + b for a, b in zip(vars(wrong).values(), vars(found).values(), strict=True)))
            stored += sum(isinstance(entry.payload, MessageReceived) for entry in entries)
            counts.update(_what(entries))
            right += _right(entries, holds)
    lost = wrong.lost + max(0, seen.accepted - stored)
    doubled = wrong.doubled + max(0, stored - seen.accepted)
    return Judged(
        wrong=Wrong(wrong.spoke_over_agent, doubled, lost),
        messages=stored,
        customers=len(customers),
        conversations=len(listed),
        by_bot=counts["answer"],
        right=right,
        handed=counts["hand_off"],
        told_wait=counts["wait"],
        by_agents=counts["agent"],
        seconds=seconds,
    )


def _conversations(client: httpx.Client) -> list[Json]:
    people: list[Json] = []
    while True:
        page: list[Json] = client.get(f"/api/customers?limit=200&offset={len(people)}").json()["customers"]
        people += page
        if not page:
            break
    found: list[Json] = []
    for person in people:
        found += client.get(f"/api/conversations?customer={person['id']}&limit=50").json()["conversations"]
    return found


def _what(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        payload = entry.payload
        if isinstance(payload, BotDecided) and payload.sent:
            yield payload.action
            if payload.action == "hand_off" and payload.wait_seconds is not None:
                yield "wait"
        if isinstance(payload, MessageSent) and payload.author != "bot":
            yield "agent"


def _right(entries: Sequence[Entry], holds: dict[str, tuple[str, ...]]) -> int:
    """Count the bot's answers that hold what a right one must; a hard question has no right answer from it."""
    asked = [entry.payload.text for entry in entries if isinstance(entry.payload, MessageReceived)]
    wanted = next((holds[text] for text in asked if text in holds), ())
    said = [one.payload for one in entries if isinstance(one.payload, BotDecided) and one.payload.action == "answer"]
    return sum(bool(wanted) and all(word in one.text for word in wanted) for one in said if one.sent)


def run(customers: int = CUSTOMERS, minutes: float = MINUTES, scale: float = 8.0, seed: int = SEED) -> Judged:
    """Play a peak and judge it; minutes pass `scale` times as fast.

    Raises:
        Unavailable: the server does not come up.
    """
    drawn = draw(customers, minutes * 60, seed)
    with serving(seed) as site:
        seen, seconds = asyncio.run(play(site, drawn, scale))
        return judged(site, drawn, seen, seconds)


def peak_part(quick: bool, say: Say) -> Iterator[Figure]:
    """Try every order of steps, play the peak, and yield the figures."""
    with tempfile.TemporaryDirectory() as place, open_story(Path(place)) as story:
        orders = tried(replace(story, agent_replies=not quick), Path(place))
    say(f"peak: {orders[0]} orders of steps; now {CUSTOMERS} customers")
    yield from peak_figures(run(40 if quick else CUSTOMERS), orders)


def peak_figures(found: Judged, interleavings: tuple[int, Wrong]) -> Iterator[Figure]:
    """Yield the three counts that must be 0; the orders of steps that were tried stand beside."""
    orders, wrong = interleavings
    settings = {
        "customers": found.customers,
        "agents": AGENTS,
        "minutes": MINUTES,
        "shares": dict(SHARES),
        "answered_by_bot": found.by_bot,
        "of_them_right": found.right,
        "handed_over": found.handed,
        "with_a_told_wait": found.told_wait,
        "replies_of_agents": found.by_agents,
        "seconds": round(found.seconds, 1),
        "orders_of_steps_tried": orders,
        "wrong_in_them": dict(vars(wrong)),
        "label": "simulated customers, by HTTP",
    }
    for name, value in (
        ("lost", found.wrong.lost + wrong.lost),
        ("doubled", found.wrong.doubled + wrong.doubled),
        ("spoke_over_agent", found.wrong.spoke_over_agent + wrong.spoke_over_agent),
    ):
        yield Figure(f"bot/peak/{name}", value, "messages", found.messages, seed=SEED, settings=settings)
