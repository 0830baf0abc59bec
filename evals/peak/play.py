"""Customers and agents of a peak at work, each by HTTP as a chat window or a console would; what they saw is kept."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
import numpy as np

from evals.peak.site import SEED, Site
from evals.peak.world import Customer

LOOK = 0.25
PATIENCE = 60.0
OK, CREATED = 200, 201
TRIES = 5
Json = dict[str, Any]


@dataclass
class Seen:
    """What the simulator saw from outside: messages that were accepted, and what each customer was told.

    `needed` is set once somebody whom only a person can help was told so.
    """

    accepted: int = 0
    told: dict[int, list[str]] = field(default_factory=dict)
    taken: int = 0
    needed: asyncio.Event = field(default_factory=asyncio.Event)


async def play(site: Site, customers: Sequence[Customer], scale: float, busy: float = 0.0) -> tuple[Seen, float]:
    """Let customers and agents do what they do; returns what was seen and how many seconds it took.

    Agents who are `busy` are with others for the first seconds, and until the first who needs a person was told so.
    """
    seen, begun = Seen(), monotonic()
    done = asyncio.Event()
    # Sessions are limited by network address, as they should be: customers come from several.
    transports = [httpx.AsyncHTTPTransport(local_address=f"127.0.0.{2 + n}", retries=2) for n in range(4)]
    clients = [httpx.AsyncClient(base_url=site.url, transport=one, timeout=60) for one in transports]
    try:
        agents = [
            asyncio.create_task(_agent(clients[0], token, n, done, seen, busy)) for n, token in enumerate(site.agents)
        ]
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
    if told and one.kind != "simple":
        seen.needed.set()


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
        await asyncio.sleep(LOOK * 4)
    return []


async def _agent(
    client: httpx.AsyncClient, token: str, number: int, done: asyncio.Event, seen: Seen, busy: float
) -> None:
    """Take somebody who waits (anyone: a race with the bot is meant), answer after a while, resolve, go on."""
    headers, random = {"Authorization": f"Bearer {token}"}, np.random.default_rng(SEED + number)
    await asyncio.sleep(busy)
    with suppress(TimeoutError):
        await asyncio.wait_for(seen.needed.wait(), PATIENCE if busy else 0)
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
    """Wait until agents have answered everybody who waits, or nobody any more for too long."""
    headers, left, end = {"Authorization": f"Bearer {site.manager}"}, -1, monotonic() + PATIENCE
    while monotonic() < end:
        waiting = await client.get("/api/conversations?waiting=true&limit=100", headers=headers)
        now = len(waiting.json()["conversations"])
        if now == 0:
            return
        if now != left:
            left, end = now, monotonic() + PATIENCE
        await asyncio.sleep(LOOK)
