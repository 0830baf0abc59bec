"""Stopping: one word or one click, and nothing is sent first any more, on any channel."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import consent, persons, remaining, timeline
from knowledge.customers.entries import Entry, MessageReceived
from knowledge.customers.outreach_entries import EVERYTHING, OutreachSent, OutreachStopped, objection
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.customers.timeline import NewEntry
from knowledge.ids import CustomerId, EntryId
from knowledge.scope import Scope

# 47 CFR 64.1200(a)(10), and the same in the languages of our neighbours.
WORDS = frozenset(
    (
        *("stop", "stopall", "quit", "end", "revoke", "opt out", "optout", "cancel", "unsubscribe"),
        *("stopp", "abmelden", "abbestellen", "désabonner", "arrêt", "arret", "baja", "cancelar", "basta", "annulla"),
        *("afmelden", "avregistrera", "afmeld", "wypisz", "стоп"),
    )
)
# Whether somebody says stop, and to what, is in entries of these kinds.
HEARD = ("outreach_sent", "survey_asked", "message_received")
_NOT_WORDS = re.compile(r"[^\w\s]+")


def is_stop(text: str) -> bool:
    """Return whether a message says nothing else than to stop."""
    plain = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text[:200]).casefold())
    return len(text) <= 100 and " ".join(plain.split()).removesuffix(" please").removeprefix("please ") in WORDS


def wrote_first(entry: Entry) -> bool:
    """Return whether with this entry we wrote to somebody first: outreach, or a survey by mail."""
    said = entry.payload
    return isinstance(said, OutreachSent) or (isinstance(said, SurveyAsked) and said.message is not None)


def said_stop(entries: list[Entry]) -> Entry | None:
    """Return the first message that asks to stop after we wrote first; before that the word means something else."""
    sent = min((one.at for one in entries if wrote_first(one)), default=None)
    for one in sorted(entries, key=lambda one: (one.at, one.seq)):
        said = one.payload
        if sent is not None and isinstance(said, MessageReceived) and one.at >= sent and is_stop(said.text):
            return one
    return None


def stop(session: Session, scope: Scope, customer: CustomerId, said: OutreachStopped, now: datetime) -> bool:
    """Write down that a customer wants nothing sent first; it counts at once. `False`: it stood already.

    Raises:
        NotFound: there is no such customer.
    """
    timeline.hold(session, scope)
    records = persons.records_of(session, scope, customer)
    if consent.consents_of(session, scope, records).objects(EVERYTHING, ""):
        return False
    consent.withdraw(session, scope, customer, objection(said.how, said.author, said.message or ""), now, now)
    timeline.append(session, scope, NewEntry(customer, said, now), now)
    return True


def hear(session: Session, scope: Scope, entry: Entry, now: datetime) -> bool:
    """Stop when this message asks for it, in answer to what we sent first; returns whether it did."""
    if not isinstance(entry.payload, MessageReceived) or not is_stop(entry.payload.text):
        return False
    records = persons.records_of(session, scope, entry.customer)
    if said_stop(remaining.of_kinds(session, scope, records, HEARD)) is None:
        return False
    how = f"answered “{entry.payload.text.strip()[:40]}”"
    return stop(session, scope, entry.customer, OutreachStopped(how, "customer", EntryId(entry.id)), now)
