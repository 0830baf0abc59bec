"""Dead letters: work that failed for good waits here until somebody has it done again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers.tables import CustomerRow, EntryRow, HandleRow
from knowledge.erasing import Eraser, Person, delete_rows
from knowledge.failures import Conflict, NotFound
from knowledge.ids import new_id
from knowledge.scope import Scope, within
from knowledge.work.tables import LetterRow, RunRow

REASON_CHARS = 500
# What takes the place of a reason that quoted somebody who was forgotten; shorter words quote nobody in particular.
QUOTED = "It named somebody who was forgotten."
LEAST = 5


@dataclass(frozen=True)
class Letter:
    """What failed, how often it was tried, why it failed last, and whether it has been done since."""

    id: str
    work: str
    subject: str
    reason: str
    attempts: int
    buried_at: datetime
    replays: int
    wanted: bool
    settled_at: datetime | None


@dataclass(frozen=True)
class Failed:
    """Work that will not be tried again by itself."""

    work: str
    subject: str
    reason: str
    attempts: int


def bury(session: Session, scope: Scope, failed: Failed, now: datetime) -> Letter:
    """Write down that work failed for good; the same work's letter is written anew."""
    row = _of(session, scope, failed.work, failed.subject)
    about = session.scalar(select(EntryRow.customer).where(EntryRow.id == failed.subject))
    if row is None:
        row = LetterRow(
            id=new_id(), team=scope.team, brand=scope.brand, work=failed.work, subject=failed.subject, replays=0
        )
        session.add(row)
    row.customer = about
    row.reason = failed.reason[:REASON_CHARS]
    row.attempts = failed.attempts
    row.buried_at = now
    row.wanted = False
    row.settled_at = None
    session.flush()
    return _letter(row)


def settle(session: Session, scope: Scope, work: str, subject: str, now: datetime) -> None:
    """Write down that work which had failed is done."""
    row = _of(session, scope, work, subject)
    if row is not None and row.settled_at is None:
        row.settled_at, row.wanted = now, False


def list_letters(session: Session, scope: Scope, *, settled: bool = False, limit: int = 100) -> list[Letter]:
    """Return dead letters, the latest first; with `settled` also those that were done since."""
    query = select(LetterRow).where(within(scope, LetterRow))
    if not settled:
        query = query.where(LetterRow.settled_at.is_(None))
    rows = session.scalars(query.order_by(LetterRow.buried_at.desc(), LetterRow.id.desc()).limit(limit))
    return [_letter(row) for row in rows]


def replay(session: Session, scope: Scope, letter: str) -> Letter:
    """Ask for a dead letter's work again; a worker begins it within a second. Asking twice is asking once.

    Raises:
        NotFound: there is no such letter.
        Conflict: it was done since.
    """
    row = session.scalar(select(LetterRow).where(within(scope, LetterRow), LetterRow.id == letter).with_for_update())
    if row is None:
        raise NotFound("There is no such dead letter.", "`threadline letters list` shows them.")
    if row.settled_at is not None:
        raise Conflict("This work was done since.")
    if not row.wanted:
        row.wanted, row.replays = True, row.replays + 1
    session.flush()
    return _letter(row)


def wanted(session: Session, scope: Scope) -> list[Letter]:
    """Return the letters whose work was asked for again and has not begun."""
    rows = session.scalars(select(LetterRow).where(within(scope, LetterRow), LetterRow.wanted).with_for_update())
    return [_letter(row) for row in rows]


def begun(session: Session, letter: Letter) -> None:
    """Write down that a letter's work has begun again."""
    session.get_one(LetterRow, letter.id).wanted = False


def forget(session: Session, scope: Scope, person: Person) -> Mapping[str, int]:
    """Delete the letters about a person, and the reasons of jobs that quote an address, a name or an id of theirs."""
    mine = within(scope, LetterRow) & LetterRow.customer.in_(list(person.records))
    gone = delete_rows(session, LetterRow, mine)
    words = _words_of(session, person)
    runs = session.scalars(select(RunRow).where(within(scope, RunRow), RunRow.outcome != ""))
    others = session.scalars(select(LetterRow).where(within(scope, LetterRow), LetterRow.customer.is_(None)))
    quoting = [row for row in runs if _quotes(row.outcome, words)]
    letters = [row for row in others if _quotes(row.reason, words)]
    for run in quoting:
        run.outcome = QUOTED
    for letter in letters:
        letter.reason = QUOTED
    return {"dead letters": gone, "reasons of jobs": len(quoting) + len(letters)}


def _words_of(session: Session, person: Person) -> set[str]:
    """Return what names a person in a failure's message: handles, name, outside id."""
    mine = list(person.records)
    handles = session.scalars(select(HandleRow.value).where(HandleRow.customer.in_(mine)))
    rows = session.execute(select(CustomerRow.name, CustomerRow.external_key).where(CustomerRow.id.in_(mine)))
    told = {*handles, *(word for row in rows for word in row if word)}
    return {word.casefold() for word in told if len(word) >= LEAST}


def _quotes(text: str, words: Collection[str]) -> bool:
    plain = text.casefold()
    return any(word in plain for word in words)


ERASER = Eraser("knowledge.work", frozenset({LetterRow.__tablename__, RunRow.__tablename__}), forget)


def _of(session: Session, scope: Scope, work: str, subject: str) -> LetterRow | None:
    return session.scalar(
        select(LetterRow)
        .where(within(scope, LetterRow), LetterRow.work == work, LetterRow.subject == subject)
        .with_for_update()
    )


def _letter(row: LetterRow) -> Letter:
    return Letter(
        row.id,
        row.work,
        row.subject,
        row.reason,
        row.attempts,
        row.buried_at,
        row.replays,
        row.wanted,
        row.settled_at,
    )
