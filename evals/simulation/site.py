"""The simulation's shop: a furnished folder, the product's own server on it, and who talks to it."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt

from evals.datasets.collections import Document
from evals.retrieval.library import Making, open_library
from evals.serving import running
from evals.simulation.customers import Customer, world
from evals.simulation.voice import Voice, Written
from knowledge.staff.logins import issue_token
from knowledge.staff.people import NewStaff, Role, add_staff

AGENTS = ("first@shop.example", "second@shop.example", "third@shop.example")
MANAGER = "manager@shop.example"
SECRET = "a secret of the simulation alone, long enough"  # noqa: S105 - signs sessions of simulated customers
# Channels on which our words come in as events, as a telephone system tells them.
SPOKEN = frozenset({"phone"})
# How an address of each kind is written: number of the customer put in.
HANDLES = {"email": "email", "chat": "email", "app": "external", "sms": "sms", "whatsapp": "whatsapp", "phone": "phone"}
# The same customer lives once in each of these.
ARMS = ("read", "unread", "train")
Json = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A running server; `tokens` are the bearer tokens of the staff by e-mail address."""

    url: str
    tokens: Mapping[str, str]
    client: httpx.Client

    def ask(self, method: str, path: str, who: str, json: Any = None) -> Any:
        """Make a request as a colleague and return the JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = self.client.request(method, path, json=json, headers=headers)
        answer.raise_for_status()
        return answer.json()

    def tell(self, *events: Json) -> None:
        """Bring events in as a connector does; none may be refused."""
        report = self.ask("POST", "/api/events", MANAGER, list(events))
        assert not report["bad"], report["bad"]


@contextmanager
def open_site() -> Iterator[Site]:
    """Furnish a shop in a folder of its own and serve it.

    Raises:
        Unavailable: the server does not come up.
    """
    now = datetime.now(UTC)
    documents = [Document(one["id"], one["title"], one["text"]) for one in world()["articles"]]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "data"
        with open_library(folder, documents, Making(), now) as library, library.database.write() as session:
            tokens = {}
            for email in (*AGENTS, MANAGER):
                role: Role = "manager" if email == MANAGER else "agent"
                add_staff(session, library.scope, NewStaff(email, email.partition("@")[0], role), now)
                tokens[email] = issue_token(session, library.scope, email, "simulation", now, timedelta(hours=2))
        with running(folder, {"THREADLINE_SECRET": SECRET}) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield Site(url, tokens, client)


class Door:
    """The doors a customer comes through: the web chat by its own session, everything else as events."""

    def __init__(self, site: Site, customer: Customer, arm: str, voice: Voice | None = None) -> None:
        self._site, self._customer, self._voice = site, customer, voice or Written()
        self.id = f"{arm}-{customer.number}"
        self.email = f"{arm}.{customer.email}"
        self._said = 0
        self._chat = ""
        handles = [{"kind": kind, "value": value} for kind, value in self._handles().items()]
        site.tell({"type": "customer", "id": self.id, "name": customer.name, "handles": handles, "language": "en"})

    def write(self, contact: int, text: str) -> str:
        """Say something in the contact of that number and return the conversation it stands in."""
        channel, text = self._customer.channels[contact], self._voice.say(self._customer, text)
        if channel == "chat":
            written = self._site.client.post(
                "/api/chat/messages", json={"text": text}, headers={"Authorization": f"Bearer {self._session()}"}
            )
            written.raise_for_status()
            return str(written.json()["conversation"])
        self._event(contact, "in", text)
        return self._conversation(channel)

    def hear(self, contact: int, text: str, author: str) -> None:
        """Have our side's spoken words come in, as the telephone system tells them."""
        self._event(contact, "out", text, author)

    def _event(self, contact: int, direction: str, text: str, author: str | None = None) -> None:
        self._said += 1
        channel = self._customer.channels[contact]
        kind = HANDLES[channel]
        event: Json = {
            "type": "message",
            "id": f"{self.id}-{self._said}",
            "conversation": f"{self.id}-{contact}",
            "channel": channel,
            "direction": direction,
            "customer": self.id,
            "handle": {"kind": kind, "value": self._handles()[kind]},
            "at": datetime.now(UTC).isoformat(),
            "text": text,
        }
        self._site.tell(event | ({"author": author} if author else {}))

    def _handles(self) -> dict[str, str]:
        phone = f"+4477009{ARMS.index(self.id.partition('-')[0])}{self._customer.number:04d}"
        return {"email": self.email, "external": self.id, "phone": phone, "sms": phone, "whatsapp": phone}

    def _session(self) -> str:
        if not self._chat:
            claims = {
                "aud": "threadline-chat",
                "exp": datetime.now(UTC) + timedelta(minutes=30),
                "email": self.email,
                "name": self._customer.name,
            }
            given = {"identity": jwt.encode(claims, SECRET, algorithm="HS256"), "carry": "bearer"}
            opened = self._site.client.post("/chat/session", json=given)
            opened.raise_for_status()
            self._chat = opened.json()["token"]
        return self._chat

    def _conversation(self, channel: str) -> str:
        listed = self._site.ask("GET", f"/api/conversations?customer={self.record}&limit=50", MANAGER)
        return next(str(one["id"]) for one in listed["conversations"] if one["channel"] == channel)

    @property
    def record(self) -> str:
        """The customer's id in the record."""
        found = self._site.ask("GET", f"/api/customers?words={self._customer.name}&limit=200", MANAGER)["customers"]
        ours = next(one for one in found if any(known["handle"]["value"] == self.email for known in one["handles"]))
        return str(ours["id"])
