"""The fold: from what was said to the facts that hold, each said once, the withdrawn ones kept and marked."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from knowledge.customers.facts import names
from knowledge.customers.facts.changes import REFUSED, revise
from knowledge.customers.facts.fact import Fact, FactStatus, FactType
from knowledge.customers.facts.questions import NO, YES, Asked, asked_in, is_answer, sentences
from knowledge.customers.facts.records import Record, is_list, records_of
from knowledge.customers.facts.said import Said
from knowledge.customers.facts.sections import is_day, options_text, sections_of, shared_text
from knowledge.customers.facts.statements import done_in, promises_in, said_in, stated_in, trim
from knowledge.customers.facts.values import Value, find_values, same_value

# Words by which people put right a value they gave.
_PUTS_RIGHT = re.compile(
    r"\b(?:actually|instead|sorry|oops|i mean|i meant|correction|wrong|should be|mistake|not)\b", re.IGNORECASE
)
# Words by which an agent puts something to the customer.
_OFFERS = re.compile(
    r"\b(?:available|we have|there(?:'s| is| are)|found|offer\w*|can (?:do|book|offer|give)|"
    r"could (?:do|book)|how about|what about|would you like|would .{1,20} (?:work|suit)|slot|options?|starting at|"
    r"instead|you can choose)\b",
    re.IGNORECASE,
)
_SLOTS = frozenset({"reference", "email", "phone", "amount"})


def facts_of(said: Sequence[Said]) -> tuple[Fact, ...]:
    """Return the facts of what was said, in the order it was said; the same fact twice is one with two sources."""
    state = _State()
    said = [replace(one, text=one.text.replace("’", "'")) for one in said]  # as telephones write it
    for one in said:
        if one.speaker == "customer":
            _hear(state, one)
        elif one.speaker == "agent":
            state.facts = [_put_forward(fact, one.text) for fact in state.facts]
            _add(state.facts, _answered(one), one)
            state.ask(one)
        else:
            given = {fact.value for fact in state.facts if fact.type == "reference" and fact.owner == "customer"}
            _add(state.facts, _looked_up(one, given), one)
        state.refused = one.speaker != "customer" and (state.refused or bool(REFUSED.search(one.text[:400])))
    return (*state.facts, *(_open_question(said, state.asked) or state.offer))


@dataclass
class _State:
    """Where the reading stands: facts so far, what was asked last and by whom, an offer without an answer."""

    facts: list[Fact] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    asker: Said | None = None
    offer: list[Fact] = field(default_factory=list)
    refused: bool = False

    def ask(self, one: Said) -> None:
        """Remember what an agent's message asks; a message that asks nothing leaves the question open."""
        asked = asked_in(one.text)
        offers = [question for question in asked if question.consent]
        if asked:
            self.asked, self.asker = asked, one
        if offers:
            self.offer = [_fact(one, "question", offers[-1].text, status="offered")]


def _hear(state: _State, one: Said) -> None:
    """Take in a customer's message: what it changes first, then what it tells."""
    if NO.match(one.text) or YES.match(one.text):
        state.offer = []
    state.facts = revise(state.facts, one.text, refused=state.refused)
    told = _told(one, state.asked)
    if state.asker and state.asked and state.asked[-1].consent and YES.match(one.text):
        agreed = _fact(one, "agreed", state.asked[-1].text, label="agreed")
        told.append(replace(agreed, sources=(one.source, state.asker.source)))
    _add(state.facts, told, one)
    state.asked = []


def _put_forward(fact: Fact, text: str) -> Fact:
    """Of the options that a tool found, keep those that the agent put to the customer, if they named any."""
    if fact.type != "record" or fact.status != "offered":
        return fact
    parts = []
    for part in fact.text.split(", "):
        words = part.split()
        named = [word for word in words if word in text and not is_day(word)]
        if named:
            parts.append(" ".join([word for word in words if is_day(word) or word in named]))
    return replace(fact, text=", ".join(parts)) if parts else fact


def _open_question(said: Sequence[Said], asked: Sequence[Asked]) -> list[Fact]:
    """What an agent asked last and the customer has not answered."""
    last = next((one for one in reversed(said) if one.speaker != "tool"), None)
    if last is None or last.speaker == "customer" or not asked:
        return []
    return [_fact(last, "question", asked[-1].text, status="asked")]


def _told(one: Said, asked: Sequence[Asked]) -> list[Fact]:
    """What a customer's message tells: the answer to what was asked, else statements; and the values in both."""
    wanted = [question for question in asked if not question.consent]
    asks_back = one.text.rstrip().endswith("?")
    answered = bool(wanted) and is_answer(one.text) and not asks_back
    decides = bool(wanted) and wanted[-1].closed and bool(YES.match(one.text) or NO.match(one.text))
    facts: list[Fact] = []
    if answered or decides:
        facts += _answer(one, wanted)
    if not answered:
        facts += _statements(one)
    facts += [_fact(one, "name", name) for name in names.said_in(one.text, [question.kind for question in wanted])]
    label = wanted[0].label if answered and wanted else ""
    return facts + [_of_value(one, value, label) for value in find_values(one.text)]


def _statements(one: Said) -> list[Fact]:
    return [
        _fact(one, _KINDS.get(statement.kind, "stated"), statement.text, status=_status(statement.kind))
        for statement in stated_in(one.text)
    ]


_KINDS: dict[str, FactType] = {"request": "request", "symptom": "symptom", "tried": "tried"}


def _status(kind: str) -> FactStatus:
    return "asked" if kind == "request" else "current"


def _answer(one: Said, wanted: Sequence[Asked]) -> list[Fact]:
    """The answer in the customer's words, its yes or no kept where that is what was asked."""
    text = sentences(one.text)[0] if not is_answer(one.text) else one.text
    text = re.sub(r"\s+", " ", text).strip(" .!")
    text = text if wanted[-1].closed else trim(text) or text
    return [_fact(one, "answer", text, label=wanted[-1].label if len(wanted) < 3 else "")]


def _answered(one: Said) -> list[Fact]:
    """What an agent's message tells: promises, what was done, and the values they put to the customer."""
    facts = [_fact(one, "promise", text) for text in promises_in(one.text)]
    facts += [_fact(one, "request", text, status="done") for text in done_in(one.text)]
    facts += [_fact(one, "stated", text) for text in said_in(one.text)]
    return facts + [_of_value(one, value, "", _put(one.text, value)) for value in find_values(one.text)]


def _put(text: str, value: Value) -> FactStatus:
    """Return whether an agent offers a value or only says it: by the sentence it stands in."""
    begin = max(text.rfind(mark, 0, value.start) for mark in (". ", "? ", "! ", "\n")) + 1
    ends = [at for mark in (". ", "? ", "! ", "\n") if (at := text.find(mark, value.end)) >= 0]
    return "offered" if _OFFERS.search(text[begin : min(ends, default=len(text)) + 1]) else "current"


def _looked_up(one: Said, given: Collection[str]) -> list[Fact]:
    """What a tool's result tells: the sections of a thing, or several things of one kind as options.

    Numbers that the customer gave themselves are not told again.
    """
    records = records_of(one.text)
    if len(records) > 1 or is_list(one.text):
        text = options_text(records)
        label = f"{records[0].kind} options {shared_text(records)}".strip() if records else ""
        return [_fact(one, "record", text, label=label, status="offered")] if text else []
    facts = [fact for record in records for fact in _of_record(one, record, given)]
    return facts or [_of_value(one, value, "", "current") for value in find_values(one.text)]


def _of_record(one: Said, record: Record, given: Collection[str]) -> list[Fact]:
    return [
        _fact(one, "record", section.text, label=_label(record, section.name)) for section in sections_of(record, given)
    ]


def _label(record: Record, name: str) -> str:
    """Return what part of which thing this is; a list of a result without an id is called by its own name."""
    return name if name and not record.id else f"{record.kind} {record.id} {name}".strip()


def _of_value(one: Said, value: Value, label: str, status: FactStatus = "current") -> Fact:
    return replace(_fact(one, cast(FactType, value.type), value.text, label=label, status=status), value=value.value)


def _fact(one: Said, kind: FactType, text: str, *, label: str = "", status: FactStatus = "current") -> Fact:
    return Fact(kind, label, text.lower(), text, one.speaker, status, (one.source,), one.at, internal=one.internal)


def _add(facts: list[Fact], told: Sequence[Fact], one: Said) -> None:
    """Add what one message told: known facts gain a source, what it replaces is withdrawn."""
    changes = one.speaker == "customer" and bool(_PUTS_RIGHT.search(one.text))
    for fact in told:
        if _continues(facts, fact):
            facts[-1] = replace(
                facts[-1], text=f"{facts[-1].text}, {fact.text}", sources=(*facts[-1].sources, *fact.sources)
            )
            continue
        known = next((at for at, old in enumerate(facts) if _same(old, fact)), None)
        if known is not None:
            facts[known] = _again(facts[known], fact)
            continue
        for at, old in enumerate(facts):
            if old.status != "withdrawn" and _replaces(fact, old, told, changes=changes):
                facts[at] = replace(old, status="withdrawn")
        facts.append(fact)


def _continues(facts: Sequence[Fact], new: Fact) -> bool:
    """Tell whether a list of options goes on with another search's: nobody spoke in between."""
    last = facts[-1] if facts else None
    return bool(
        last
        and last.type == new.type == "record"
        and last.status == new.status == "offered"
        and last.label == new.label
    )


def _same(old: Fact, new: Fact) -> bool:
    if old.type != new.type or (old.type in {"answer", "record"} and old.label != new.label):
        return False
    return old.value == new.value or (old.type == "date" and same_value(old.value, new.value, "date"))


def _again(old: Fact, new: Fact) -> Fact:
    """The fact said once more: the customer's own word goes before an offer, a withdrawn one holds again."""
    sources = tuple(dict.fromkeys([*old.sources, *new.sources]))
    if new.owner == "customer" and old.owner != "customer":
        return replace(old, sources=sources, owner="customer", status="current")
    status = new.status if old.status == "withdrawn" and new.owner == old.owner else old.status
    return replace(old, sources=sources, status=status)


def _replaces(new: Fact, old: Fact, told: Sequence[Fact], *, changes: bool) -> bool:
    """Tell whether a fact takes another's place: a record looked up again, another answer to the same question,
    or (where the words say so) another value of the kind by the same person.
    """
    if old in told or old.owner != new.owner or old.type != new.type:
        return False
    if new.type == "record":
        return new.status != "offered" and bool(new.label) and new.label == old.label
    if new.type == "answer":
        return bool(new.label) and new.label == old.label
    return changes and new.owner == "customer" and new.type in _SLOTS and _shape(new.text) == _shape(old.text)


def _shape(text: str) -> tuple[bool, bool, bool, bool]:
    """Return what kind of characters a value has: one reference takes another's place only if it looks like it."""
    return "_" in text, "@" in text, text.isdigit(), text.isupper()
