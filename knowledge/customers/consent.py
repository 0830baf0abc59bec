"""Consent: what a customer agreed to, for which purpose and channel, with its proof; nothing said means no."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.customers import record, remaining, timeline
from knowledge.customers.entries import Entry
from knowledge.customers.privacy_entries import ConsentGiven, ConsentWithdrawn
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Rejected
from knowledge.ids import CustomerId, EntryId
from knowledge.scope import Scope

KINDS = ("consent_given", "consent_withdrawn")
EVERY_CHANNEL = ""
_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MAX_CHARS = 200
_MAX_PROOF_CHARS = 2_000


@dataclass(frozen=True)
class Standing:
    """The latest word on a purpose and channel (empty: every channel), and what proves it."""

    purpose: str
    channel: str
    given: bool
    objection: bool
    text_version: str
    how: str
    author: str
    proof: str
    at: datetime
    entry: EntryId

    @property
    def _weight(self) -> tuple[datetime, bool, EntryId]:
        # The later word counts; of two at the same moment, the one that withdraws.
        return self.at, not self.given, self.entry


@dataclass(frozen=True)
class Consents:
    """Everything a customer agreed to or refused, by purpose and channel."""

    standings: tuple[Standing, ...] = ()

    def standing(self, purpose: str, channel: str) -> Standing | None:
        """Return the word that counts for a purpose on a channel: the later of the channel's own and the general."""
        fitting = [one for one in self.standings if one.purpose == purpose and one.channel in (channel, EVERY_CHANNEL)]
        return max(fitting, key=lambda one: one._weight, default=None)

    def allows(self, purpose: str, channel: str) -> bool:
        """Return whether the customer agreed; silence is no."""
        found = self.standing(purpose, channel)
        return found is not None and found.given

    def objects(self, purpose: str, channel: str) -> bool:
        """Return whether the customer objected: then not even a purpose that needs no consent is allowed."""
        found = self.standing(purpose, channel)
        return found is not None and found.objection


def fold(entries: Iterable[Entry]) -> Consents:
    """Return what these entries lead to, in whatever order they come; erased ones say nothing."""
    latest: dict[tuple[str, str], Standing] = {}
    for entry in entries:
        said = entry.payload
        if isinstance(said, ConsentGiven | ConsentWithdrawn):
            found = _standing(entry, said)
            known = latest.get((said.purpose, said.channel), found)
            latest[said.purpose, said.channel] = max(known, found, key=lambda one: one._weight)
    return Consents(tuple(latest[key] for key in sorted(latest)))


def _standing(entry: Entry, said: ConsentGiven | ConsentWithdrawn) -> Standing:
    return Standing(
        purpose=said.purpose,
        channel=said.channel,
        given=isinstance(said, ConsentGiven),
        objection=isinstance(said, ConsentWithdrawn) and said.objection,
        text_version=said.text_version if isinstance(said, ConsentGiven) else "",
        how=said.how,
        author=said.author,
        proof=said.proof,
        at=entry.at,
        entry=entry.id,
    )


def consents_of(session: Session, scope: Scope, records: Collection[CustomerId]) -> Consents:
    """Return the consents of a person, over all their records."""
    return fold(remaining.of_kinds(session, scope, records, KINDS))


def give(
    session: Session, scope: Scope, customer: CustomerId, said: ConsentGiven, at: datetime, now: datetime
) -> Entry:
    """Record that a customer agreed, at `at`.

    Raises:
        NotFound: there is no such customer.
        Rejected: purpose or channel is no word, the version of the text or the way is missing, or a field is too long.
    """
    return _append(session, scope, customer, said, at, now)


def withdraw(
    session: Session, scope: Scope, customer: CustomerId, said: ConsentWithdrawn, at: datetime, now: datetime
) -> Entry:
    """Record that a customer withdrew or objected, at `at`; nothing need have been given before.

    Raises:
        NotFound: there is no such customer.
        Rejected: purpose or channel is no word, or a field is too long.
    """
    return _append(session, scope, customer, said, at, now)


def _append(
    session: Session,
    scope: Scope,
    customer: CustomerId,
    said: ConsentGiven | ConsentWithdrawn,
    at: datetime,
    now: datetime,
) -> Entry:
    _check(said)
    if at > now:
        raise Rejected("Nobody can consent in the future.", "Give the time at which they said so.")
    timeline.hold(session, scope)
    record.get_customer(session, scope, customer)
    return timeline.append(session, scope, NewEntry(customer, said, at), now)


def _check(said: ConsentGiven | ConsentWithdrawn) -> None:
    if not _WORD.fullmatch(said.purpose):
        raise Rejected("A purpose is a short lower-case word.", "For example: marketing.")
    if said.channel != EVERY_CHANNEL and not _WORD.fullmatch(said.channel):
        raise Rejected("A channel is a short lower-case word, or empty: every channel.", "For example: email.")
    needed = [said.how, said.author, *([said.text_version] if isinstance(said, ConsentGiven) else [])]
    if any(not text.strip() or len(text) > _MAX_CHARS for text in needed):
        raise Rejected(
            f"How, by whom and to which version of the text are needed, in at most {_MAX_CHARS} characters each.",
            "For example: how=form, text_version=2026-03.",
        )
    if len(said.proof) > _MAX_PROOF_CHARS:
        raise Rejected(f"The proof has more than {_MAX_PROOF_CHARS} characters.", "Name where it is kept instead.")
