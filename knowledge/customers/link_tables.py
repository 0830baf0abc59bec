"""The tables of identity: the ledger of links, who belongs together, and pairs to be looked at.

None of them holds a word about a person: evidence names fields and handles, values are read from the records.
"""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, BigId, Utc
from knowledge.scope import Scoped


class LinkRow(Scoped, Base):
    """Somebody or something said that two records are one person, or are not, or took that back."""

    __tablename__ = "links"
    __table_args__ = (
        Index("ix_links_one", "one"),
        Index("ix_links_other", "other"),
        Index("uq_links_revokes", "revokes", unique=True),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    one: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    other: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    revokes: Mapped[str | None] = mapped_column(String(32))
    proof: Mapped[bool] = mapped_column(default=False)
    author: Mapped[str] = mapped_column(String(320))
    reason: Mapped[str] = mapped_column(String(500), default="")
    score: Mapped[float | None]
    evidence: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(Utc)


class MemberRow(Scoped, Base):
    """Which person a linked record belongs to: a projection of the ledger. Records without links have no row."""

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_person", "person"),)

    customer: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(32))


class LinkSuggestionRow(Scoped, Base):
    """Two records that may be one person, for somebody to look at."""

    __tablename__ = "link_suggestions"
    __table_args__ = (
        Index("uq_link_suggestions_pair", "one", "other", unique=True),
        Index("ix_link_suggestions_score", "team", "brand", "score"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    one: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    other: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    source: Mapped[str] = mapped_column(String(32))
    score: Mapped[float]
    reason: Mapped[str] = mapped_column(String(500), default="")
    evidence: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(Utc)
