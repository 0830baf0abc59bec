"""Contacts: what a queue is made of, folded from the record: when a customer came, who answered, when, how long."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from knowledge.customers import timeline
from knowledge.customers.tables import ConversationRow, EntryRow, PayloadRow
from knowledge.ids import ConversationId
from knowledge.scope import Scope, within

# After so long without a word, the next one begins a new contact (the sessionisation that our measures use).
PAUSE = timedelta(minutes=30)
KINDS = ("message_received", "message_sent", "status_changed")
AT_ONCE = 500


@dataclass(frozen=True)
class Event:
    """What moves a contact: the customer spoke, we spoke (`bot`, or only to say `hold` on), or it was closed."""

    kind: str
    at: datetime
    bot: bool = False
    hold: bool = False
    closing: bool = False


@dataclass(frozen=True)
class Contact:
    """One visit of a customer to a queue (its channel).

    `answered` is the first answer of a person; `by_bot` that the bot's was the last word they needed; `until` is our
    last word; `left`: it was closed without an answer.
    """

    queue: str
    conversation: ConversationId
    arrived: datetime
    answered: datetime | None = None
    until: datetime | None = None
    by_bot: bool = False
    left: bool = False
    replies: int = 0

    @property
    def waiting(self) -> bool:
        """Whether the customer still waits for the first word."""
        return self.answered is None and not self.by_bot and not self.left


def fold(queue: str, conversation: ConversationId, events: Iterable[Event]) -> list[Contact]:
    """Return the contacts of one conversation, from its events in the order they happened."""
    contacts: list[Contact] = []
    last: datetime | None = None
    for event in events:
        if event.kind == "message_received":
            if not contacts or _is_new(contacts[-1], event.at, last):
                contacts.append(Contact(queue, conversation, event.at))
            elif contacts[-1].by_bot:
                contacts[-1] = replace(contacts[-1], by_bot=False)  # the bot's answer was not enough
        elif contacts:
            contacts[-1] = _step(contacts[-1], event)
        last = event.at
    return contacts


def _is_new(contact: Contact, at: datetime, last: datetime | None) -> bool:
    return not contact.waiting and last is not None and at - last > PAUSE


def _step(contact: Contact, event: Event) -> Contact:
    if event.kind == "status_changed":
        return replace(contact, left=True) if event.closing and contact.waiting else contact
    if event.hold:
        return contact
    if event.bot:
        return replace(contact, by_bot=contact.answered is None)
    answered = contact.answered or event.at
    return replace(contact, answered=answered, until=event.at, by_bot=False, replies=contact.replies + 1)


@dataclass
class Contacts:
    """The contacts of a window of the record, kept in step by reading what is after a cursor.

    It is a cache: reading anew from the beginning gives the same. Entries may arrive late or out of order, so every
    conversation that was touched is folded again as a whole.
    """

    since: datetime
    cursor: int = 0
    by_conversation: dict[ConversationId, list[Contact]] = field(default_factory=dict)

    def refresh(self, session: Session, scope: Scope) -> None:
        """Read what happened since the last time."""
        if self.cursor == 0:
            self._all(session, scope)
            return
        touched: set[ConversationId] = set()
        while fresh := timeline.after(session, scope, self.cursor, limit=AT_ONCE):
            self.cursor = fresh[-1].seq
            touched |= {one.conversation for one in fresh if one.kind in KINDS and one.conversation}
        names = sorted(touched)
        for start in range(0, len(names), AT_ONCE):
            self._read(session, _events(scope, self.since).where(EntryRow.conversation.in_(names[start:][:AT_ONCE])))

    def every(self) -> Iterator[Contact]:
        """Yield every contact."""
        for contacts in self.by_conversation.values():
            yield from contacts

    def by_queue(self) -> dict[str, list[Contact]]:
        """Return the contacts of each queue, in the order they arrived."""
        queues: defaultdict[str, list[Contact]] = defaultdict(list)
        for contact in sorted(self.every(), key=lambda one: one.arrived):
            queues[contact.queue].append(contact)
        return dict(queues)

    def _all(self, session: Session, scope: Scope) -> None:
        self.cursor = timeline.last_seq(session, scope)
        self._read(session, _events(scope, self.since))

    def _read(self, session: Session, query: Select[Any]) -> None:
        ordered = query.order_by(EntryRow.conversation, EntryRow.at, EntryRow.seq)
        rows = session.execute(ordered.execution_options(yield_per=5_000))
        for (conversation, channel), some in groupby(rows, key=lambda row: (row[0], row[1])):
            name = ConversationId(conversation)
            self.by_conversation[name] = fold(channel, name, (_event(row) for row in some))


def _events(scope: Scope, since: datetime) -> Select[Any]:
    """Envelopes with the little of the payload that counts. Inside JSON text a quote is escaped, so that what a
    customer writes can never look like the author's key."""
    bot = PayloadRow.body.contains('"author":"bot"', autoescape=True)
    hold = PayloadRow.body.contains('"holding":true', autoescape=True)
    closing = PayloadRow.body.contains('"status":"resolved"', autoescape=True)
    told = or_(EntryRow.kind == "message_sent", EntryRow.kind == "status_changed")
    columns: tuple[Any, ...] = (
        EntryRow.conversation,
        ConversationRow.channel,
        EntryRow.kind,
        EntryRow.at,
        bot,
        hold,
        closing,
    )
    return (
        select(*columns)
        .join(ConversationRow, ConversationRow.id == EntryRow.conversation)
        .outerjoin(PayloadRow, and_(PayloadRow.entry == EntryRow.id, told))
        .where(within(scope, EntryRow), EntryRow.kind.in_(KINDS), EntryRow.at >= since)
    )


def _event(row: Sequence[Any]) -> Event:
    _, _, kind, at, bot, hold, closing = row
    return Event(kind, at, bool(bot), bool(hold), bool(closing))
