"""The tables of attachments: contents by their hash, and whose files they are."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, Utc
from knowledge.scope import Scoped


class BlobRow(Base):
    """A content, kept once however many files have it."""

    __tablename__ = "blobs"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class FileRow(Scoped, Base):
    """A file that came or went with a message; before it is sent, who uploaded it (`uploader`)."""

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_customer", "customer"),
        Index("ix_files_digest", "digest"),
        Index("ix_files_entry", "entry"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    uploader: Mapped[str] = mapped_column(String(100), default="")
    customer: Mapped[str | None] = mapped_column(String(32))
    conversation: Mapped[str | None] = mapped_column(String(32))
    entry: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Utc)
