"""The handoff package: what the next person needs to go on, each fact with the message it came from."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from assistant.understanding.context import is_mere_claim
from handoff.choosing import HEAD_WORDS, MOST_WORDS, Line, choose
from handoff.constraints import constraints_of
from handoff.worth import is_said_by_us
from knowledge.customers import consent, timeline
from knowledge.customers.conversations import Conversation, Wanted, get_conversation, list_conversations
from knowledge.customers.entries import Entry, MessageReceived, MessageSent, SuggestionShown
from knowledge.customers.fact_entries import PackageOpened, PackageWorded
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.reading import MOST_ENTRIES, fold
from knowledge.customers.facts.values import NUMBERS
from knowledge.customers.record import Customer, get_customer
from knowledge.customers.record_entries import MoodNoted
from knowledge.ids import ConversationId
from knowledge.scope import Scope

_WITHIN = re.compile(
    rf"\b(?:within|in|up to|takes?)\s+(?:\d+\s*(?:to|-|–)\s*)?(?P<number>\d{{1,3}}|{'|'.join(NUMBERS)})\s+"
    r"(?:business |working )?(?P<unit>hour|day|week)s?\b",
    re.IGNORECASE,
)
_ISSUE_WORDS = 25
# What the lines of a package are, in the order they are read: the name of the part and its title.
PARTS = {
    "facts": "Told us",
    "said": "Told them",
    "tried": "Tried and done",
    "promised": "Promised",
    "questions": "Open questions",
}
# Entries about the package itself: they tell the next person nothing.
ABOUT_US = PackageOpened | PackageWorded
# A change of the score (-1 to 1) against the mean before it that is worth a word.
_TREND = 0.3


@dataclass(frozen=True)
class Told:
    """One line of the package: `source` is the entry it came from, `seq` its number; `new` since you last looked.

    `until` is when a promise falls due, where its words say so.
    """

    type: str
    text: str
    owner: str
    status: str
    source: str
    seq: int
    at: datetime
    new: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Package:
    """What is passed on. `sure` says how the customer is known, `issue` is their own sentence for it.

    `step` is what to do next and `articles` what the last suggestion rests on, by title; `seen` numbers the last
    entry that it tells of, `words` counts all of it.
    `mood` is how they sound and where that is going, empty where nobody can tell. `summary` are the sentences of the
    model `summary_by` that the transcript bears out, none without a model or when something was said since.
    """

    conversation: str
    customer: str
    name: str
    sure: str
    constraints: tuple[str, ...]
    step: str
    articles: tuple[str, ...]
    seen: int
    looked_before: bool
    issue: str = ""
    facts: tuple[Told, ...] = ()
    said: tuple[Told, ...] = ()
    tried: tuple[Told, ...] = ()
    promised: tuple[Told, ...] = ()
    questions: tuple[Told, ...] = ()
    mood: str = ""
    summary: tuple[str, ...] = ()
    summary_by: str = ""
    words: int = 0

    @property
    def parts(self) -> dict[str, tuple[Told, ...]]:
        """The lines by the title of their part; parts without any are left out."""
        return {title: lines for name, title in PARTS.items() if (lines := getattr(self, name))}

    @property
    def lines(self) -> tuple[Told, ...]:
        """Every line, whatever it is called."""
        return tuple(line for lines in self.parts.values() for line in lines)

    def as_json(self) -> dict[str, Any]:
        """Return the package as plain JSON values."""

        def plain(value: object) -> object:
            return value.isoformat() if isinstance(value, datetime) else value

        told = asdict(self, dict_factory=lambda pairs: {key: plain(value) for key, value in pairs})
        return told | {"new": sum(one.new for one in self.lines)}


def read_package(session: Session, scope: Scope, conversation: ConversationId, reader: str) -> Package:
    """Return the package of a conversation as it stands, for this reader; nothing is written.

    Raises:
        NotFound: there is no such conversation.
    """
    found = get_conversation(session, scope, conversation)
    customer = get_customer(session, scope, found.customer)
    entries = timeline.page(session, scope, customer=found.customer, limit=MOST_ENTRIES)
    others = list_conversations(session, scope, Wanted(customer=found.customer, resolved=False))
    near = {found.id} if found.public or is_mere_claim(customer, found.address) else {found.id, *_private(others)}
    return make_package(found, customer, [one for one in entries if one.conversation in {*near, None}], reader)


def _private(conversations: Collection[Conversation]) -> set[ConversationId]:
    return {one.id for one in conversations if not one.public}


def open_package(session: Session, scope: Scope, conversation: ConversationId, reader: str, now: datetime) -> Package:
    """Return the package and write down that this colleague read it; read again unchanged, it is not written again.

    Raises:
        NotFound: there is no such conversation.
    """
    timeline.hold(session, scope)
    package = read_package(session, scope, conversation, reader)
    last = _last_opened(timeline.page(session, scope, conversation=conversation, limit=MOST_ENTRIES), reader)
    if last is None or last.seen != package.seen:
        found = get_conversation(session, scope, conversation)
        payload = PackageOpened(reader, package.seen, len(package.lines), package.words)
        timeline.append(session, scope, timeline.NewEntry(found.customer, payload, now, found.id), now)
    return package


def make_package(found: Conversation, customer: Customer, entries: Sequence[Entry], reader: str) -> Package:
    """Make the package of these entries, oldest first."""
    numbers: dict[str, int] = {one.id: one.seq for one in entries}
    mine = [one for one in entries if one.conversation == found.id]
    last = _last_opened(mine, reader)
    worded = _worded(mine)
    summary = worded.sentences if worded else ()
    suggestion = _suggestion(mine)
    head = Package(
        conversation=found.id,
        customer=customer.id,
        name=customer.display_name,
        sure=_sure(found, customer),
        constraints=constraints_of(found, customer, consent.fold(entries)),
        step=_step(found, suggestion),
        articles=_articles(suggestion),
        seen=max((one.seq for one in entries if not isinstance(one.payload, ABOUT_US)), default=0),
        looked_before=last is not None,
        mood=mood_of(mine),
        summary=summary,
        summary_by=worded.model if worded and summary else "",
    )
    taken = min(_words_of_head(head), HEAD_WORDS) + len(" ".join(summary).split())
    lines = choose(fold(entries), MOST_WORDS - taken)
    told = [_told(line, numbers, last.seen if last else None) for line in lines]
    issue = _issue(told)
    named = [(one, _part(line.fact)) for one, line in zip(told, lines, strict=True) if one is not issue]
    parts = {name: tuple(one for one, part in named if part == name) for name in PARTS}
    return replace(
        head,
        issue=_short(issue.text) if issue else found.subject or _short(found.last_text),
        words=taken + sum(line.words for line in lines),
        facts=parts["facts"],
        said=parts["said"],
        tried=parts["tried"],
        promised=parts["promised"],
        questions=parts["questions"],
    )


def _words_of_head(head: Package) -> int:
    """Return how many words tell who it is, how sure, what to mind, how they sound and what to do next."""
    told = (head.name, head.sure, *head.constraints, head.mood, head.step, *head.articles)
    return len(" ".join(told).split())


def _issue(told: Sequence[Told]) -> Told | None:
    """What the customer wants: their first wish or problem, else the first that they said."""
    theirs = [one for one in told if one.owner == "customer"]
    wishes = [one for one in theirs if one.type in {"request", "symptom"}]
    return next(iter(wishes or [one for one in theirs if one.type == "stated"]), None)


def _told(line: Line, numbers: Mapping[str, int], seen: int | None) -> Told:
    fact = line.fact
    seq = numbers.get(fact.source, 0)
    new = seen is not None and any(numbers.get(source, 0) > seen for source in fact.sources)
    until = due(fact.text, fact.at) if fact.type == "promise" else None
    return Told(fact.type, line.text, fact.owner, fact.status, fact.source, seq, fact.at, new, until)


def _part(fact: Fact) -> str:
    """Return which part of the package a fact belongs to."""
    if is_said_by_us(fact):
        return "said"
    return {"tried": "tried", "promise": "promised", "question": "questions"}.get(
        fact.type, "tried" if fact.status == "done" else "facts"
    )


def mood_of(entries: Sequence[Entry]) -> str:
    """Return how the customer's last message sounds and whether that is new: "negative, getting worse"."""
    moods = [one.payload for one in entries if isinstance(one.payload, MoodNoted) and one.payload.score is not None]
    scores = [one.score for one in moods if one.score is not None]
    if not scores:
        return ""
    change = scores[-1] - sum(scores[:-1]) / len(scores[:-1]) if len(scores) > 1 else 0.0
    trend = ", getting worse" if change < -_TREND else ", getting better" if change > _TREND else ""
    return f"{moods[-1].mood}{trend}"


def due(text: str, said_at: datetime) -> datetime | None:
    """Return when a promise falls due: "within 5 to 7 days" is 7 days after it was said."""
    match = _WITHIN.search(text)
    if match is None:
        return None
    number = int(NUMBERS.get(match.group("number").lower(), match.group("number")))
    return (
        said_at
        + number
        * {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}[
            match.group("unit").lower()
        ]
    )


def _sure(found: Conversation, customer: Customer) -> str:
    known = next((one for one in customer.handles if one.handle == found.address), None)
    if known is None or not known.verified:
        return f"{found.address.kind} not verified"
    return f"{found.address.kind} verified"


def _suggestion(entries: Sequence[Entry]) -> SuggestionShown | None:
    """The suggestion for the customer's last message, if one was made."""
    asked = next((one for one in reversed(entries) if isinstance(one.payload, MessageReceived)), None)
    made = next((one.payload for one in reversed(entries) if isinstance(one.payload, SuggestionShown)), None)
    return made if made and asked and made.answers == asked.id else None


def _step(found: Conversation, suggestion: SuggestionShown | None) -> str:
    if not found.waiting:
        return "Wait for the customer." if found.status != "resolved" else "Resolved: nothing to do."
    if suggestion is not None and suggestion.decision == "answer":
        return "Check the suggested answer and send it."
    if suggestion is not None and suggestion.decision == "ask_back":
        return "Ask what the suggestion asks."
    return "Answer the customer's last message."


def _articles(suggestion: SuggestionShown | None) -> tuple[str, ...]:
    if suggestion is None:
        return ()
    wanted = {*suggestion.citations, *suggestion.guidance}
    return tuple(dict.fromkeys(one.title for one in suggestion.passages if one.number in wanted))[:3]


def _last_opened(entries: Sequence[Entry], reader: str) -> PackageOpened | None:
    opened = (one.payload for one in reversed(entries) if isinstance(one.payload, PackageOpened))
    return next((one for one in opened if one.author == reader), None)


def _worded(entries: Sequence[Entry]) -> PackageWorded | None:
    """The model's words for the conversation, while nobody has said anything since."""
    worded = next((one.payload for one in reversed(entries) if isinstance(one.payload, PackageWorded)), None)
    said = max((one.seq for one in entries if isinstance(one.payload, MessageReceived | MessageSent)), default=0)
    return worded if worded and worded.seen >= said else None


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:_ISSUE_WORDS]) + (" …" if len(words) > _ISSUE_WORDS else "")
