"""Worth: how much each fact matters to whoever takes over, from who said it, what it is and how fresh it is."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.statements import HOLLOW
from knowledge.customers.facts.values import find_values

STATEMENTS = frozenset({"request", "symptom", "tried", "stated", "answer"})
_CUSTOMER = {
    "answer": 8.4,
    "request": 8.0,
    "symptom": 7.4,
    "tried": 7.4,
    "stated": 7.0,
    "name": 6.9,
    "reference": 7.8,
    "email": 7.8,
    "phone": 7.8,
    "agreed": 5.0,
    "amount": 5.0,
    "date": 5.0,
    "time": 5.0,
    "count": 4.0,
    "number": 4.0,
}
# A sentence without a value and with so few telling words goes behind: "look it up with my ID".
_HOLLOW = 2
# Who they are, as a tool tells it: the head of the package says it too.
_THEMSELVES = 7.0
# What is not talked of.
_FAR = 4.5
# Words are the same in the singular and the plural by so many letters: passenger, passengers.
_STEM = 6
# Of so many things that tools told, one that we named is the one being worked on.
_FEW = 3
ADDRESS = "address"
_MOVES = frozenset({"address", "ship", "shipped", "shipping", "deliver", "delivered", "delivery", "postcode", "moved"})
_OVER = re.compile(r"(?:^|, )cancel(?:l?ed)?(?:,|$)", re.IGNORECASE)
SIDES = ("customer", "agent")
# What customers asked about the talk itself, and what they could not say: no use once the talk went on.
_PASSED = re.compile(
    r"(?:do|should) i (?:need|have)|are you (?:saying|sure|able)|(?:is|are) (?:that|this|there|it)\b|"
    r"if i (?:find|give|provide)|"
    r"i (?:do not|don't|can't|cannot) (?:have|remember|know|recall|find)|hold on|wait\b",
    re.IGNORECASE,
)
_THING = re.compile(r"[\w#-]*\d[\w-]*|[A-Z]{3,}")


def worth_of(facts: Sequence[Fact]) -> list[float]:
    """Return the worth of each fact; 0 for what does not hold any more."""
    talk = _talk([fact for fact in facts if not is_said_by_us(fact)])
    return [_worth(fact, at, len(facts), talk) for at, fact in enumerate(facts)]


def is_said_by_us(fact: Fact) -> bool:
    """Tell whether this is a sentence of ours: what they were told stands in the room that the rest leaves."""
    return fact.type == "stated" and fact.owner == "agent"


@dataclass(frozen=True)
class _Talk:
    """What is being talked of: the customer's words, the words tools know, the numbers that the customer's own record
    has (`given`), how near each thing is, which things are cancelled, and who said something last (entries).
    """

    spoken: frozenset[str]
    known: frozenset[str]
    given: frozenset[str]
    stems: frozenset[str]
    near: Mapping[str, float]
    over: frozenset[str]
    last_agent: str
    last_customer: str


def _talk(facts: Sequence[Fact]) -> _Talk:
    latest = {owner: next((one.source for one in reversed(facts) if one.owner == owner), "") for owner in SIDES}
    over = frozenset(thing_of(one)[1] for one in facts if one.type == "record" and _OVER.search(one.text))
    spoken = frozenset(spoken_words(facts))
    return _Talk(
        spoken,
        frozenset(word for one in facts if one.type == "record" for word in words_in(one.text)),
        frozenset(
            value.text
            for one in facts
            if one.type == "record" and not thing_of(one)[1]
            for value in find_values(one.text)
        ),
        frozenset(word[:_STEM] for word in spoken),
        _near(facts),
        over,
        latest["agent"],
        latest["customer"],
    )


def _worth(fact: Fact, at: int, count: int, talk: _Talk) -> float:
    fresh = at / count
    if fact.status == "withdrawn":
        return 0.0
    if fact.owner == "customer":
        return _of_customer(fact, at, talk) + fresh
    return _of_tool(fact, talk) + fresh if fact.owner == "tool" else _of_ours(fact, fresh, talk)


def _of_ours(fact: Fact, fresh: float, talk: _Talk) -> float:
    if fact.type == "question":
        return 8.2
    if fact.status == "done" or fact.type == "promise":
        return 6.2 + fresh
    # A bare value of ours tells something only while it is an offer.
    if fact.source == talk.last_agent and fact.status == "offered":
        return 2 + fresh
    return 0.5 + fresh if is_said_by_us(fact) else 0.0


def _of_customer(fact: Fact, at: int, talk: _Talk) -> float:
    if fact.source != talk.last_customer and _PASSED.match(fact.text):
        return 5.0
    bears = fact.type not in STATEMENTS or _bears_value(fact.text, talk.known)
    hollow = at > 0 and fact.type != "answer" and len(telling_in(fact.text)) <= _HOLLOW
    tells = 0.5 if bears else -1.8 if hollow else -0.6
    return _CUSTOMER.get(fact.type, 5.0) + tells + (1.0 if at == 0 else 0.0)


def telling_in(text: str) -> set[str]:
    """Return the words of a sentence that tell something, by their first letters; "access it with my ID" has two."""
    return {word[:_STEM] for word in re.findall(r"[^\W\d_]{4,}", text.lower()) if word not in HOLLOW}


def spoken_words(facts: Sequence[Fact]) -> set[str]:
    """Return the words (four letters or more) and numbers that facts keep of the customer's words, in lower case."""
    return {word for fact in facts if fact.owner == "customer" for word in words_in(fact.text)}


def words_in(text: str) -> set[str]:
    """Return the words of four letters or more and the numbers of three digits or more, in lower case."""
    return set(re.findall(r"\b[^\W\d_]{4,}\b|\b\d{3,}\b", text.lower()))


def _bears_value(text: str, known: Collection[str]) -> bool:
    """Tell whether a sentence has a value, a name or a word that tools know: "downgrade all of them to economy"."""
    if find_values(text) or re.search(r"(?<!^)(?<![.!?] )\b[A-Z][a-z]{2,}", text):
        return True
    return any(word in known for word in words_in(text))


def _of_tool(fact: Fact, talk: _Talk) -> float:
    """Of what a tool told without a name for it only a number that it looked up tells something."""
    if fact.type == "record":
        return _of_record(fact, talk)
    return 7.8 if fact.type == "reference" else -1.0


def _of_record(fact: Fact, talk: _Talk) -> float:
    """Of the things that tools know, those that are being talked of go first."""
    kind, thing, part = thing_of(fact)
    if ADDRESS in {kind, part}:
        return 7.6 if talk.spoken & _MOVES else 3.0
    if fact.status == "offered":
        return 8.4
    if not thing:
        numbered = any(one.type == "reference" for one in find_values(fact.text))
        return 9.2 if numbered else 7.6 if part else _THEMSELVES
    if kind == "result":
        return 7.4 if talk.near[thing] > _FAR else 3.0
    return talk.near[thing] + 0.1 if not part else _of_list(fact, thing, talk)


def _of_list(fact: Fact, thing: str, talk: _Talk) -> float:
    """Of a thing's lists, those with numbers and days (what is booked) come first, then those that were called by their
    name, then those of which something was named; of what is cancelled none is told.
    """
    if thing in talk.over:
        return -1.0
    values = find_values(fact.text)
    held = {one.type for one in values}
    part = words_in(thing_of(fact)[2])
    named = bool(words_in(fact.text) & talk.spoken)
    if held >= {"reference", "date"}:
        return talk.near[thing]
    if any(one.type == "reference" and one.text not in talk.given for one in values):
        return talk.near[thing] - 0.3
    called = any(word[:_STEM] in talk.stems for word in part)
    return talk.near[thing] - (0.5 if called else 1.0 if named else 2.0)


def thing_of(fact: Fact) -> tuple[str, str, str]:
    """Return a record's kind, its thing's id in lower case, and which of its lists this is (empty: its own values)."""
    words = fact.label.split()
    if len(words) < 2 or not _THING.fullmatch(words[1]):
        return words[0] if words else "", "", " ".join(words[1:])
    return words[0], words[1].lower(), " ".join(words[2:])


def _near(facts: Sequence[Fact]) -> dict[str, float]:
    """Return how near each thing is to what is talked of: named by the customer; named by us among few, or lately; on
    a day that the customer named, while nobody named a thing; or looked up last.
    """
    spoken = " ".join(fact.text for fact in facts if fact.owner == "customer").lower()
    days = {one.value[-5:] for one in find_values(spoken) if one.type == "date"}
    records = [fact for fact in facts if fact.type == "record" and fact.status != "offered"]
    latest = " ".join(fact.text for fact in facts[-12:] if fact.owner == "agent").lower()
    taken_up = _taken_up(facts, records)
    known = bool(taken_up) or any(thing and thing in spoken for thing in map(_id_of, records))
    last = thing_of(records[-1])[1] if records else ""
    near: dict[str, float] = {}
    for fact in records:
        thing = thing_of(fact)[1]
        found = _FAR
        if thing in spoken:
            found = 8.0
        elif thing in taken_up:
            found = 7.95
        elif not known and any(one.value[-5:] in days for one in find_values(fact.text) if one.type == "date"):
            found = 7.9
        elif thing in latest or thing == last:
            found = 7.6
        near[thing] = max(found, near.get(thing, 0.0))
    return near


def _taken_up(facts: Sequence[Fact], records: Sequence[Fact]) -> set[str]:
    """Return the few things that we named, or of which we named a number; none when we named many alike."""
    told = {fact.text.lower() for fact in facts if fact.owner == "agent" and fact.type == "reference"}
    things = {_id_of(fact) for fact in records}
    by_number = (fact for fact in records if told & set(re.findall(r"[\w#-]+", fact.text.lower())))
    named = (things & told or {_id_of(fact) for fact in by_number}) - {""}
    return named if len(named) <= max(1, len(things) // _FEW) else set()


def _id_of(fact: Fact) -> str:
    return thing_of(fact)[1]
