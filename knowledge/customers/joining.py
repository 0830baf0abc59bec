"""Joining: what follows when a verified key arrives on one record while another record holds it.

Proof joins at once where nothing speaks against one person; else the pair is put up for somebody to look at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.customers import links, names, pairs, persons
from knowledge.customers.entries import Handle
from knowledge.customers.links import Ground
from knowledge.customers.pairs import Pair
from knowledge.customers.tables import ConversationRow, CustomerRow, HandleRow
from knowledge.ids import CustomerId
from knowledge.scope import Scope, within

AUTHOR = "threadline"
PHONE_KINDS = frozenset({"phone", "whatsapp", "sms"})
# Carriers give numbers to new people after 45 to 90 days (47 CFR 52.15(f)); a silence twice as long proves nothing.
RECYCLED_AFTER = timedelta(days=180)
_BIRTH_DATES = ("birth_date", "date_of_birth", "dob", "birthday")
# Mailboxes of several people by their name: RFC 2142 and what families and small offices write.
_MAILBOXES = (
    "family familie familia famille famiglia household home couple info office team contact kontakt sales support help "
    "billing accounts accounting admin administrator hello reception bookings booking orders hr jobs marketing "
    "postmaster webmaster hostmaster abuse noreply mail enquiries inquiries service"
)
_SHARED_MAILBOXES = frozenset(_MAILBOXES.split())

Verdict = Literal["link", "look"]


@dataclass(frozen=True)
class Known:
    """What a person's records say about who they are: spellings of the name, dates of birth."""

    names: frozenset[str] = frozenset()
    births: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """Join at once, or look at it; with the reason and how likely it is one person (0 to 1)."""

    verdict: Verdict
    reason: str
    score: float


def decide(mine: Known, theirs: Known, key: Handle, *, shared: bool = False, silent: bool = False) -> Decision:
    """Decide what a key that both people proved is worth.

    `shared`: somebody marked it as used by several people. `silent`: the other one was not heard of on this number
    for so long that it may have a new owner.
    """
    if any(one != other for one in mine.births for other in theirs.births):
        return Decision("look", f"Both proved this {key.kind}, but the dates of birth differ.", 0.1)
    likeness = {names.compare(one, other) for one in mine.names for other in theirs.names}
    if "different" in likeness:
        return Decision("look", f"Both proved this {key.kind}, but the names differ.", 0.2)
    if shared or looks_shared(key):
        return Decision("look", f"Both proved this {key.kind}, which several people use.", 0.5)
    if silent:
        return Decision("look", "The number was silent for half a year: it may have a new owner.", 0.5)
    if "unsure" in likeness:
        return Decision("look", f"Both proved this {key.kind}, but the names leave it open.", 0.7)
    return Decision("link", f"Both proved this {key.kind}.", 1.0)


def looks_shared(key: Handle) -> bool:
    """Tell whether a mailbox is one of several people by its name, such as info@ or the.smith.family@."""
    if key.kind != "email":
        return False
    local = key.value.partition("@")[0]
    words = "".join(letter if letter.isalpha() else " " for letter in local).split()
    return any(word in _SHARED_MAILBOXES or word.endswith(("family", "familie")) for word in words)


def by_key(
    session: Session, scope: Scope, customer: CustomerId, holder: HandleRow, now: datetime, *, silent: bool = False
) -> bool:
    """A verified key of `holder` arrived on the record of `customer`: join the two, or put the pair up to be looked at.

    Returns whether they are one person now. People who were said to be different are left alone.
    """
    other = cast(CustomerId, holder.customer)
    if persons.same_person(session, scope, customer, other):
        return True
    if links.vetoes(session, scope, customer, other):
        return False
    mine, theirs = (known(session, persons.records_of(session, scope, record)) for record in (customer, other))
    key = Handle(holder.kind, holder.value)
    decision = decide(mine, theirs, key, shared=holder.shared, silent=silent)
    evidence = {"rule": "verified key", "kind": holder.kind, "handle": holder.id}
    if decision.verdict == "look":
        pair = Pair(customer, other, decision.score, decision.reason, "verified key", evidence)
        pairs.put_up(session, scope, pair, now)
        return False
    links.link(session, scope, customer, other, Ground(AUTHOR, decision.reason, None, evidence, proof=True), now)
    return True


def by_session(session: Session, scope: Scope, anonymous: CustomerId, person: CustomerId, now: datetime) -> bool:
    """Somebody proved who they are in an anonymous chat session: its record becomes theirs. Returns whether it did.

    A session that stands for a known or linked person, or one that was said to be somebody else's, stays as it is:
    the next person at a shared computer does not take over the last one's record.
    """
    record = session.get(CustomerRow, anonymous)
    alone = persons.records_of(session, scope, anonymous) == (anonymous,)
    if record is None or record.external_key or not alone or proves_somebody(session, anonymous):
        return False
    mine, theirs = known(session, [anonymous]), known(session, persons.records_of(session, scope, person))
    decision = decide(mine, theirs, Handle("chat", anonymous))
    if anonymous == person or decision.verdict != "link" or links.vetoes(session, scope, anonymous, person):
        return False
    ground = Ground(AUTHOR, "They signed in during this chat.", None, {"rule": "signed session"}, proof=True)
    return links.link(session, scope, anonymous, person, ground, now) is not None


def proves_somebody(session: Session, customer: CustomerId) -> bool:
    """Tell whether a record holds a verified handle besides chat sessions, which prove a browser only."""
    found = session.scalar(
        select(HandleRow.id)
        .where(HandleRow.customer == customer, HandleRow.verified, ~HandleRow.shared, HandleRow.kind != "chat")
        .limit(1)
    )
    return found is not None


def is_silent(session: Session, scope: Scope, holder: HandleRow, now: datetime) -> bool:
    """Tell whether a phone number was last heard of so long ago that it may have a new owner."""
    if holder.kind not in PHONE_KINDS:
        return False
    heard = session.scalar(
        select(func.max(ConversationRow.last_received_at)).where(
            within(scope, ConversationRow),
            ConversationRow.customer == holder.customer,
            ConversationRow.address_kind == holder.kind,
            ConversationRow.address_value == holder.value,
        )
    )
    # What an import tells of the past is heard of when it happened; a handle alone, when it was recorded.
    return now - (heard or holder.created_at) > RECYCLED_AFTER


def known(session: Session, records: Iterable[CustomerId]) -> Known:
    """Return what these records say about who they are."""
    rows = session.scalars(select(CustomerRow).where(CustomerRow.id.in_(list(records)))).all()
    births = {birth_date(row.attributes or {}) for row in rows} - {""}
    return Known(frozenset(row.name for row in rows if row.name), frozenset(births))


def birth_date(attributes: Mapping[str, object]) -> str:
    """Return the date of birth a record tells, as YYYY-MM-DD where it can be read so; "" when it tells none."""
    told = (attributes.get(name) for name in _BIRTH_DATES)
    return next((_day(str(value)) for value in told if value), "")


def _day(told: str) -> str:
    try:
        return date.fromisoformat(told[:10]).isoformat()
    except ValueError:
        return told.strip()
