"""A journey: a customer goes from channel to channel, and each contact is answered by an agent who is new to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.simulation.customers import Customer, question_for
from evals.simulation.site import AGENTS, MANAGER, SPOKEN, Door, Site
from evals.simulation.voice import Voice

# Questions asked in one contact before the agent goes on with what is known.
QUESTIONS = 3


@dataclass(frozen=True)
class Played:
    """What came of a journey: its timeline as the API tells it, drafts sent."""

    customer: Customer
    record: str
    entries: tuple[dict[str, Any], ...]
    drafts: int


def play(site: Site, customer: Customer, *, reads: bool, voice: Voice | None = None) -> Played:
    """Play a journey; the agents of its later contacts open the handoff package (`reads`) or do not.

    In both cases they read the conversation before them, send the product's suggestion where it has one, and ask for
    what they do not know. The customer's draws are the same in both.
    """
    door = Door(site, customer, "read" if reads else "unread", voice)
    conversations, drafts = [], 0
    for contact in range(len(customer.channels)):
        where = door.write(contact, customer.opens(contact))
        agent = Agent(site, door, customer, contact, where)
        drafts += agent.answer(reads=reads and contact > 0)
        conversations.append(where)
    for one in dict.fromkeys(conversations):
        site.ask("PUT", f"/api/conversations/{one}/status", AGENTS[len(customer.channels) - 1], {"status": "resolved"})
    return Played(customer, door.record, tuple(timeline(site, door.record)), drafts)


@dataclass(frozen=True)
class Agent:
    """A scripted agent in one contact."""

    site: Site
    door: Door
    customer: Customer
    contact: int
    conversation: str

    @property
    def who(self) -> str:
        """Their e-mail address: every contact has an agent of its own."""
        return AGENTS[self.contact]

    def answer(self, *, reads: bool) -> int:
        """Take the conversation, ask for what is missing, tell the solution if it is the last; return drafts sent."""
        path = f"/api/conversations/{self.conversation}"
        self.site.ask("POST", f"{path}/take", self.who)
        known = self._package() if reads else set()
        sent = self._send_suggestion()
        for _ in range(QUESTIONS):
            known |= self._heard()
            missing = [slot for slot in self.customer.facts if slot not in known]
            if not missing:
                break
            self._ask(question_for(missing))
        if self.contact == len(self.customer.channels) - 1:
            self.say(self.customer.solved())
        else:
            self.say("Thank you, I have passed this on and we will come back to you.")
            self.site.ask("POST", f"{path}/pass", self.who, {"to": None, "reason": "Somebody else goes on with it."})
        return sent

    def _package(self) -> set[str]:
        """Open the package and return the slots whose value stands in it."""
        package = self.site.ask("POST", f"/api/conversations/{self.conversation}/package", self.who)
        lines = [line["text"] for part in ("facts", "tried", "promised", "questions") for line in package[part]]
        return self.customer.known_in("\n".join([package["issue"], *lines]))

    def _heard(self) -> set[str]:
        """Return the slots whose value the customer told in this conversation."""
        page = self.site.ask("GET", f"/api/conversations/{self.conversation}/timeline?limit=100", self.who)
        said = [one["payload"]["text"] for one in page["entries"] if one["kind"] == "message_received"]
        return self.customer.known_in("\n".join(said))

    def _ask(self, question: str) -> None:
        self.say(question)
        reply = self.customer.answers(question)
        if reply:
            self.door.write(self.contact, reply)

    def _send_suggestion(self) -> int:
        """Send what the product suggests, as it is; the customer answers what it asks."""
        if self.customer.channels[self.contact] in SPOKEN:
            return 0
        shown = self.site.ask("POST", f"/api/conversations/{self.conversation}/suggestions", self.who)
        text = shown["reply_text"]
        if not text.strip():
            return 0
        self.say(text, shown["suggestion"])
        reply = self.customer.answers(text)
        if reply:
            self.door.write(self.contact, reply)
        return 1

    def say(self, text: str, suggestion: str | None = None) -> None:
        """Say something to the customer, on the way of the channel."""
        if self.customer.channels[self.contact] in SPOKEN:
            self.door.hear(self.contact, text, self.who)
            return
        given = {"text": text, "suggestion": suggestion}
        self.site.ask("POST", f"/api/conversations/{self.conversation}/replies", self.who, given)


def timeline(site: Site, record: str) -> Iterator[dict[str, Any]]:
    """Yield everything that happened with a customer, the newest page first."""
    before = ""
    while True:
        page = site.ask("GET", f"/api/customers/{record}/timeline?limit=200{before}", MANAGER)
        yield from page["entries"]
        if page["before"] is None:
            return
        before = f"&before={page['before']}"
