"""The table of the outbox: what waits to be delivered and what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, Utc
from knowledge.scope import Scoped


class OutboxRow(Scoped, Base):
    """A message for a channel outside: a projection of its entries, and whether a delivery of it is under way.

    `sending_since` stands while a delivery was begun whose outcome is not known; `attempts` counts those that began.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state", "team", "brand", "state", "queued_at"),
        Index("ix_outbox_customer", "customer"),
    )

    message: Mapped[str] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    customer: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    unsure: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    queued_at: Mapped[datetime] = mapped_column(Utc)
    sending_since: Mapped[datetime | None] = mapped_column(Utc)
    attempts: Mapped[int] = mapped_column(default=0)
