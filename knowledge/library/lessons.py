"""Lessons: questions with answers read in conversations, kept until a person says yes or no to each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from knowledge.erasing import Eraser, Person
from knowledge.failures import Conflict, NotFound
from knowledge.ids import CustomerId, new_id
from knowledge.library.lesson_tables import LessonRow, LessonSourceRow
from knowledge.scope import Scope, within

Kind = Literal["example", "gap"]
State = Literal["waiting", "approved", "refused"]
MOST = 500
WAITING: tuple[State, ...] = ("waiting",)


@dataclass(frozen=True)
class Source:
    """A conversation that a lesson was read in, and whose it is."""

    conversation: str
    customer: CustomerId


@dataclass(frozen=True)
class Lesson:
    """A question and an answer: an example of a colleague's, or a gap that the library had no answer to.

    `conversations` is in how many it was asked; `answer` of a gap is "" where nobody answered it yet.
    """

    id: str
    kind: Kind
    question: str
    answer: str
    state: State
    conversations: int
    article: str
    decided_by: str
    proposed_at: datetime


def list_lessons(session: Session, scope: Scope, states: Collection[State] = WAITING) -> list[Lesson]:
    """Return lessons, those asked most often first; at most `MOST`."""
    asked = func.count(LessonSourceRow.conversation)
    query = (
        select(LessonRow, asked)
        .outerjoin(LessonSourceRow, LessonSourceRow.lesson == LessonRow.id)
        .where(within(scope, LessonRow), LessonRow.state.in_(list(states)))
        .group_by(LessonRow.id)
        .order_by(asked.desc(), LessonRow.proposed_at, LessonRow.id)
        .limit(MOST)
    )
    return [_lesson(row, count) for row, count in session.execute(query)]


def get_lesson(session: Session, scope: Scope, lesson: str) -> Lesson:
    """Return one lesson.

    Raises:
        NotFound: there is no such lesson.
    """
    row = session.scalar(select(LessonRow).where(within(scope, LessonRow), LessonRow.id == lesson))
    if row is None:
        raise NotFound("There is no such lesson.")
    count = session.scalar(select(func.count()).select_from(LessonSourceRow).where(LessonSourceRow.lesson == lesson))
    return _lesson(row, count or 0)


def conversations_of(session: Session, scope: Scope, lesson: Collection[str]) -> dict[str, list[str]]:
    """Return by lesson the conversations it was read in, the latest kept first."""
    query = (
        select(LessonSourceRow.lesson, LessonSourceRow.conversation)
        .where(within(scope, LessonSourceRow), LessonSourceRow.lesson.in_(list(lesson)))
        .order_by(LessonSourceRow.lesson, LessonSourceRow.conversation.desc())
    )
    found: dict[str, list[str]] = {}
    for one, conversation in session.execute(query):
        found.setdefault(one, []).append(conversation)
    return found


def propose(
    session: Session, scope: Scope, said: tuple[Kind, str, str], sources: Sequence[Source], now: datetime
) -> str:
    """Keep a new lesson, (kind, question, answer), for people to decide on, and return its id."""
    kind, question, answer = said
    own = {"team": scope.team, "brand": scope.brand}
    row = LessonRow(
        id=new_id(),
        kind=kind,
        question=question,
        answer=answer,
        state="waiting",
        proposed_at=now,
        decided_at=None,
        **own,
    )
    session.add(row)
    session.flush()
    add_sources(session, scope, row.id, sources)
    return row.id


def add_sources(session: Session, scope: Scope, lesson: str, sources: Iterable[Source]) -> int:
    """Note in which other conversations the same was asked; returns how many were new."""
    query = select(LessonSourceRow.conversation).where(LessonSourceRow.lesson == lesson)
    known = set(session.scalars(query))
    fresh = {one.conversation: one for one in sources if one.conversation not in known}
    for one in fresh.values():
        own = {"team": scope.team, "brand": scope.brand}
        session.add(LessonSourceRow(lesson=lesson, conversation=one.conversation, customer=one.customer, **own))
    session.flush()
    return len(fresh)


def settle(session: Session, scope: Scope, lesson: str, state: State, by: tuple[str, str], now: datetime) -> Lesson:
    """Write down what a colleague decided, (e-mail, the article it became or "").

    Raises:
        NotFound: there is no such lesson.
        Conflict: somebody decided before.
    """
    get_lesson(session, scope, lesson)
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(LessonRow)
        .where(within(scope, LessonRow), LessonRow.id == lesson, LessonRow.state == "waiting")
        .values(state=state, decided_by=by[0], article=by[1], decided_at=now)
    )
    if not done.rowcount:
        raise Conflict("This lesson was decided on already.", "Look at the page again.")
    session.expire_all()
    return get_lesson(session, scope, lesson)


def told_of(session: Session, scope: Scope, records: Collection[CustomerId]) -> list[dict[str, str]]:
    """Return what was read in a person's conversations and is not decided on, for their export."""
    query = (
        select(LessonRow)
        .join(LessonSourceRow, LessonSourceRow.lesson == LessonRow.id)
        .where(within(scope, LessonRow), LessonSourceRow.customer.in_(list(records)), LessonRow.state == "waiting")
        .distinct()
    )
    rows = sorted(session.scalars(query), key=lambda row: (row.proposed_at, row.id))
    return [{"question": row.question, "answer": row.answer} for row in rows]


def forget(session: Session, scope: Scope, person: Person) -> Mapping[str, int]:
    """Delete what was read in a person's conversations; an approved article was read by a person and stays."""
    mine = within(scope, LessonSourceRow) & LessonSourceRow.customer.in_(list(person.records))
    touched = list(session.scalars(select(LessonSourceRow.lesson).where(mine).distinct()))
    unread = list(session.scalars(select(LessonRow.id).where(LessonRow.id.in_(touched), LessonRow.state != "approved")))
    session.execute(delete(LessonSourceRow).where(mine | LessonSourceRow.lesson.in_(unread)))
    gone: CursorResult[Any] = session.execute(delete(LessonRow).where(LessonRow.id.in_(unread)))  # type: ignore[assignment]
    return {"lessons": gone.rowcount}


ERASER = Eraser("knowledge.lessons", frozenset({"lessons", "lesson_sources"}), forget)


def _lesson(row: LessonRow, conversations: int) -> Lesson:
    return Lesson(
        row.id,
        cast(Kind, row.kind),
        row.question,
        row.answer,
        cast(State, row.state),
        conversations,
        row.article,
        row.decided_by,
        row.proposed_at,
    )
