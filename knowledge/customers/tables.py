"""The tables of the customer record: envelopes, payloads, customers, handles, conversations."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, BigId, Utc
from knowledge.scope import Scoped


class CustomerRow(Scoped, Base):
    """A person. The key is random: it says nothing about who they are."""

    __tablename__ = "customers"
    __table_args__ = (Index("uq_customers_external_key", "team", "brand", "external_key", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    external_key: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    timezone: Mapped[str] = mapped_column(String(64), default="")
    preferences: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    attributes: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Utc)


class HandleRow(Scoped, Base):
    """An address of a customer. A verified one belongs to exactly one person; claims may be many.

    `shared`: several people use it (a family mailbox, an office phone), so it proves no one person.
    """

    __tablename__ = "handles"
    __table_args__ = (
        Index(
            "uq_handles_verified",
            "team",
            "brand",
            "kind",
            "value",
            unique=True,
            sqlite_where=text("verified"),
            postgresql_where=text("verified"),
        ),
        Index("ix_handles_value", "team", "brand", "kind", "value"),
        Index("ix_handles_customer", "customer"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(String(320))
    verified: Mapped[bool]
    evidence: Mapped[str] = mapped_column(String(200), default="")
    shared: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(Utc)


# Kinds that come with every message or event. What is of another kind is looked for by kind, too.
FREQUENT = frozenset(
    [
        "conversation_opened",
        "message_received",
        "message_sent",
        "message_delivered",
        "mood_noted",
        "note_added",
        "status_changed",
        "conversation_assigned",
        "issue_linked",
        "order_recorded",
        "page_viewed",
        "product_event",
        "call_held",
        "facts_read",
    ]
)
SELDOM = f"kind NOT IN ({', '.join(repr(kind) for kind in sorted(FREQUENT))})"


class EntryRow(Scoped, Base):
    """The envelope of an entry: never changed, never deleted."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_customer", "team", "brand", "customer", "at", "seq"),
        Index("ix_entries_conversation", "conversation", "at", "seq"),
        Index("uq_entries_dedupe_key", "team", "brand", "dedupe_key", unique=True),
        Index(
            "ix_entries_kind", "team", "brand", "kind", "at", sqlite_where=text(SELDOM), postgresql_where=text(SELDOM)
        ),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[datetime] = mapped_column(Utc)
    recorded_at: Mapped[datetime] = mapped_column(Utc)
    kind: Mapped[str] = mapped_column(String(40))
    customer: Mapped[str] = mapped_column(String(32))
    conversation: Mapped[str | None] = mapped_column(String(32))
    dedupe_key: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class PayloadRow(Base):
    """What the entry says. Erasing a customer deletes this row, salt included, and nothing else."""

    __tablename__ = "payloads"

    entry: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    body: Mapped[str] = mapped_column(Text)


class ConversationRow(Scoped, Base):
    """A conversation's present state: a projection of its entries, never written by hand."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("uq_conversations_external_key", "team", "brand", "external_key", unique=True),
        Index("ix_conversations_last_at", "team", "brand", "status", "last_at"),
        Index("ix_conversations_customer", "customer"),
        Index("ix_conversations_address", "team", "brand", "channel", "address_value"),
        Index("ix_conversations_issue", "issue"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    channel: Mapped[str] = mapped_column(String(32))
    address_kind: Mapped[str] = mapped_column(String(32))
    address_value: Mapped[str] = mapped_column(String(320))
    external_key: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300), default="")
    public: Mapped[bool] = mapped_column(default=False)
    issue: Mapped[str] = mapped_column(String(32))
    issue_at: Mapped[datetime | None] = mapped_column(Utc)
    issue_firm: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16), default="open")
    status_at: Mapped[datetime] = mapped_column(Utc)
    owner: Mapped[str | None] = mapped_column(String(320))
    owner_at: Mapped[datetime | None] = mapped_column(Utc)
    opened_at: Mapped[datetime] = mapped_column(Utc)
    last_at: Mapped[datetime] = mapped_column(Utc)
    last_received_at: Mapped[datetime | None] = mapped_column(Utc)
    last_sent_at: Mapped[datetime | None] = mapped_column(Utc)
    last_text: Mapped[str] = mapped_column(String(300), default="")
    last_text_at: Mapped[datetime | None] = mapped_column(Utc)
    messages: Mapped[int] = mapped_column(default=0)


class IssueRow(Scoped, Base):
    """An issue's present state: a projection of its conversations, never written by hand; it holds no words."""

    __tablename__ = "issues"
    __table_args__ = (
        Index("ix_issues_status", "team", "brand", "status", "opened_at"),
        Index("ix_issues_customer", "customer"),
        Index(
            "ix_issues_resolved",
            "team",
            "brand",
            "status_at",
            sqlite_where=text("status = 'resolved'"),
            postgresql_where=text("status = 'resolved'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    conversations: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    status_at: Mapped[datetime] = mapped_column(Utc)
    owner: Mapped[str | None] = mapped_column(String(320))
    opened_at: Mapped[datetime] = mapped_column(Utc)
