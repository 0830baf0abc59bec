"""What became of a peak, read off the timelines that the server itself tells."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from evals.bot.interleavings import Wrong, judge
from evals.peak.play import Seen
from evals.peak.site import Site
from evals.peak.world import Customer
from evals.serving import entry_of
from knowledge.customers.bot_entries import BotDecided
from knowledge.customers.entries import Entry, MessageReceived, MessageSent

Json = dict[str, Any]


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
