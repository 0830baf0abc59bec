"""The tables of lessons: what could be learnt from colleagues' replies, and from whose conversations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, Utc
from knowledge.scope import Scoped


class LessonRow(Scoped, Base):
    """A question and its answer, waiting for a person's yes or no; `article` is what an approved one became."""

    __tablename__ = "lessons"
    __table_args__ = (Index("ix_lessons_state", "team", "brand", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    article: Mapped[str] = mapped_column(String(32), default="")
    decided_by: Mapped[str] = mapped_column(String(320), default="")
    proposed_at: Mapped[datetime] = mapped_column(Utc)
    decided_at: Mapped[datetime | None] = mapped_column(Utc)


class LessonSourceRow(Scoped, Base):
    """A conversation that a lesson was read in."""

    __tablename__ = "lesson_sources"
    __table_args__ = (Index("ix_lesson_sources_customer", "customer"),)

    lesson: Mapped[str] = mapped_column(ForeignKey("lessons.id"), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer: Mapped[str] = mapped_column(String(32))
