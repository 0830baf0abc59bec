"""The training exercise: a simulated customer comes back on another channel, and a person answers them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from assistant.answering.words import spoken
from assistant.brief import Context
from assistant.checking.claims import check_claims
from evals.live.reading import tell
from evals.live.stories import Story
from evals.serving import entry_of
from evals.simulation.customers import Customer
from evals.simulation.playing import Agent, timeline
from evals.simulation.site import AGENTS, Door, Site
from knowledge.customers.entries import Claim, Entry, MessageReceived, MessageSent, PassageUsed
from knowledge.customers.fact_entries import PackageOpened

RUBRIC: Mapping[str, str] = {
    "asked_nothing_again": "asked for nothing the customer had told before",
    "opened_package": "opened the handoff package before the first answer",
    "promised_only_what_holds": "promised nothing that the library does not bear out",
    "kept_language": "answered in the customer's language",
    "cited": "told something that an article bears out",
    "in_time": "first answer within five minutes",
}
IN_TIME = timedelta(minutes=5)
# To look into something is no promise that an article could bear out.
_LOOKS_INTO = re.compile(
    r"\b(?:look|check|ask|find out|pass|forward|let you know|get back|come back|be in touch|help)\b", re.IGNORECASE
)
_PASSAGES: TypeAdapter[tuple[PassageUsed, ...]] = TypeAdapter(tuple[PassageUsed, ...])


@dataclass
class Exercise:
    """One customer for a person to answer: the first contact is over, the second begins now on another channel."""

    site: Site
    customer: Customer
    door: Door = field(init=False)
    conversation: str = field(init=False)
    said: str = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(self.site, self.customer, "train")
        first = self.door.write(0, self.customer.opens(0))
        Agent(self.site, self.door, self.customer, 0, first).answer(reads=False)
        self.said = self.customer.opens(1)
        self.conversation = self.door.write(1, self.said)
        self._ask("POST", "/take")

    @property
    def channel(self) -> str:
        """Where the customer is now."""
        return self.customer.channels[1]

    def package(self) -> Mapping[str, Any]:
        """Open the handoff package, as the console does."""
        opened: Mapping[str, Any] = self._ask("POST", "/package")
        return opened

    def suggestion(self) -> str:
        """Return what the product suggests, "" where it has nothing."""
        return str(self._ask("POST", "/suggestions")["reply_text"])

    def reply(self, text: str) -> str:
        """Answer the customer; returns what they say to it, "" when they wait for more."""
        agent = Agent(self.site, self.door, self.customer, 1, self.conversation)
        agent.say(text)
        answer = self.customer.answers(text)
        if answer:
            self.door.write(1, answer)
        return answer

    def score(self) -> dict[str, bool]:
        """Return which lines of the rubric were met, read off the record."""
        found = self._ask("POST", "/suggestions")["passages"]
        passages = _PASSAGES.validate_python(found)
        rows = timeline(self.site, self.door.record)
        entries = sorted((entry_of(row) for row in rows), key=lambda one: (one.at, one.seq))
        story = tell(self.door.record, self.door.record, entries)
        assert story is not None, "an exercise without a word"
        mine = [one for one in entries if one.conversation == self.conversation]
        return judge(story, mine, passages)

    def _ask(self, method: str, path: str) -> Any:
        return self.site.ask(method, f"/api/conversations/{self.conversation}{path}", AGENTS[1])


def judge(story: Story, mine: Iterable[Entry], passages: tuple[PassageUsed, ...]) -> dict[str, bool]:
    """Return which lines were met; `mine` are the entries of the conversation that the person answered, in order.

    Nothing said meets nothing.
    """
    entries = list(mine)
    sent = [one for one in entries if isinstance(one.payload, MessageSent)]
    heard = [one for one in entries if isinstance(one.payload, MessageReceived)]
    if not sent or not heard:
        return dict.fromkeys(RUBRIC, False)
    opened = [one.at for one in entries if isinstance(one.payload, PackageOpened)]
    words = [one.payload.text for one in sent if isinstance(one.payload, MessageSent)]
    asked = [one.payload.text for one in heard if isinstance(one.payload, MessageReceived)]
    claims = [claim for text in words for claim in _claims(text, passages)]
    return {
        "asked_nothing_again": not any(one.elicited and one.at > sent[0].at for one in story.repeats),
        "opened_package": any(at <= sent[0].at for at in opened),
        "promised_only_what_holds": not any(_promises_too_much(claim) for claim in claims),
        "kept_language": spoken(words) in ("", spoken(asked)),
        "cited": any(claim.support == "supported" for claim in claims),
        "in_time": sent[0].at - heard[0].at <= IN_TIME,
    }


def _claims(text: str, passages: tuple[PassageUsed, ...]) -> tuple[Claim, ...]:
    """Check a person's words, who puts no marks, against all passages that were found."""
    marks = "".join(f"[{one.number}]" for one in passages)
    return check_claims("\n".join(f"{line} {marks}" for line in text.splitlines() if line.strip()), passages, Context())


def _promises_too_much(claim: Claim) -> bool:
    promised = claim.signals.get("promise", 0.0) > 0 and claim.support != "supported"
    return promised and not _LOOKS_INTO.search(claim.text)
