"""The tables of the bot: rules and certificates as they were set (the latest counts), and what each day cost."""

from datetime import date, datetime

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, BigId, Utc
from knowledge.scope import Scoped


class BotRuleRow(Scoped, Base):
    """One setting of a rule; a later row of the same channel and topic supersedes it."""

    __tablename__ = "bot_rules"
    __table_args__ = (Index("ix_bot_rules_place", "team", "brand", "channel", "topic"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(32))
    topic: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(16))
    share: Mapped[float]
    author: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime] = mapped_column(Utc)


class BotCertificateRow(Scoped, Base):
    """What labelled answers certify: from which chance on so much is wrong at most. `threshold` is null: nothing."""

    __tablename__ = "bot_certificates"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    risk: Mapped[float]
    confidence: Mapped[float]
    threshold: Mapped[float | None]
    items: Mapped[int]
    answered: Mapped[int]
    wrong: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(320))
    at: Mapped[datetime] = mapped_column(Utc)


class BotSpendRow(Scoped, Base):
    """What the bot used on one day (UTC): tokens of models, and turns it looked at."""

    __tablename__ = "bot_spend"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    tokens: Mapped[int] = mapped_column(BigId, default=0)
    turns: Mapped[int] = mapped_column(default=0)
