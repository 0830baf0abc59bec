"""Presence: who looks at a conversation and who types in it now; rows that expire, no trace in the timeline."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.customers import timeline
from knowledge.customers.conversations import get_conversation
from knowledge.database import Base, Utc
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.ids import ConversationId
from knowledge.scope import Scope, Scoped, within

# How long a sign of life counts; whoever is still there says so again before it ends.
LOOKS, TYPES = timedelta(seconds=30), timedelta(seconds=6)
CUSTOMER = ""
# So long it is known when a colleague was last there: one who left a waiting customer is told from one who is busy.
KEPT, MOMENT = timedelta(hours=12), timedelta(microseconds=1)


class PresenceRow(Scoped, Base):
    """Somebody's last sign of life in a conversation: a colleague's e-mail, or "" for the customer."""

    __tablename__ = "presences"
    __table_args__ = (Index("ix_presences_customer", "customer"),)

    conversation: Mapped[str] = mapped_column(String(32), primary_key=True)
    who: Mapped[str] = mapped_column(String(320), primary_key=True)
    customer: Mapped[str] = mapped_column(String(32))
    looks_until: Mapped[datetime] = mapped_column(Utc)
    types_until: Mapped[datetime | None] = mapped_column(Utc)


@dataclass(frozen=True)
class Present:
    """Who looks and who types now, by e-mail, and whether the customer does."""

    looking: tuple[str, ...] = ()
    typing: tuple[str, ...] = ()
    customer_looking: bool = False
    customer_typing: bool = False


@dataclass(frozen=True)
class Sign:
    """A sign of life: whose (`CUSTOMER`, or a colleague's e-mail), whether they type; not `there`: they left."""

    who: str
    typing: bool = False
    there: bool = True


def note(session: Session, scope: Scope, conversation: ConversationId, sign: Sign, now: datetime) -> None:
    """Keep a sign of life until it expires; customers' expired ones go, colleagues' after twelve hours.

    Readers of other processes are woken.

    Raises:
        NotFound: there is no such conversation.
    """
    timeline.hold(session, scope)
    customer = get_conversation(session, scope, conversation).customer
    old = or_(PresenceRow.looks_until < now - KEPT, and_(PresenceRow.who == CUSTOMER, PresenceRow.looks_until < now))
    session.execute(delete(PresenceRow).where(within(scope, PresenceRow), old))
    if not sign.there:
        mine = within(scope, PresenceRow), PresenceRow.conversation == conversation, PresenceRow.who == sign.who
        if sign.who == CUSTOMER:
            session.execute(delete(PresenceRow).where(*mine))
        else:
            session.execute(update(PresenceRow).where(*mine).values(looks_until=now - MOMENT, types_until=None))
        return
    row = PresenceRow(
        conversation=conversation,
        who=sign.who,
        customer=customer,
        looks_until=now + LOOKS,
        types_until=now + TYPES if sign.typing else None,
        team=scope.team,
        brand=scope.brand,
    )
    session.merge(row)


def present(session: Session, scope: Scope, conversation: ConversationId, now: datetime) -> Present:
    """Return who is in a conversation now."""
    query = select(PresenceRow.who, PresenceRow.types_until).where(
        within(scope, PresenceRow), PresenceRow.conversation == conversation, PresenceRow.looks_until >= now
    )
    typing = {who: ends is not None and ends >= now for who, ends in session.execute(query)}
    staff = sorted(who for who in typing if who != CUSTOMER)
    return Present(
        looking=tuple(staff),
        typing=tuple(who for who in staff if typing[who]),
        customer_looking=CUSTOMER in typing,
        customer_typing=typing.get(CUSTOMER, False),
    )


def last_there(session: Session, scope: Scope) -> dict[str, datetime]:
    """Return until when each colleague looked at any conversation, by e-mail; nobody for whom it is not known."""
    query = select(PresenceRow.who, func.max(PresenceRow.looks_until)).where(
        within(scope, PresenceRow), PresenceRow.who != CUSTOMER
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(PresenceRow.who))}


def _forget(session: Session, scope: Scope, person: Person) -> dict[str, int]:
    mine = within(scope, PresenceRow) & PresenceRow.customer.in_(person.records)
    return {"signs of life": delete_rows(session, PresenceRow, mine)}


ERASER = Eraser(room="knowledge.customers.presence", tables=frozenset({PresenceRow.__tablename__}), erase=_forget)
