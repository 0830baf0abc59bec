"""The tables of the library: articles, passages, vectors, sources, and the revision that indexes follow."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base, Utc
from knowledge.scope import Scoped


class ArticleRow(Scoped, Base):
    """An article as it stands: `source` is the collection it came from, `key` its name in there."""

    __tablename__ = "articles"
    __table_args__ = (Index("uq_articles_key", "team", "brand", "source", "key", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    source: Mapped[str] = mapped_column(String(500))
    key: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(500))
    url: Mapped[str] = mapped_column(String(2_000), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    visibility: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    stated_date: Mapped[str] = mapped_column(String(40), default="")
    product: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[str] = mapped_column(String(10), default="")
    valid_until: Mapped[str] = mapped_column(String(10), default="")
    ingested_at: Mapped[datetime] = mapped_column(Utc)


class PassageRow(Scoped, Base):
    """A piece of an article. The id is a digest of all that is indexed, so a passage never changes."""

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_article", "article"),
        Index("ix_passages_scope", "team", "brand"),
        Index("ix_passages_digest", "digest"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    article: Mapped[str] = mapped_column(ForeignKey("articles.id"))
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(String(1_000), default="")
    text: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16), default="")
    digest: Mapped[str] = mapped_column(String(64))


class VectorRow(Base):
    """The vector of a text under one embedder: float32, little-endian. Shared by equal texts."""

    __tablename__ = "vectors"

    embedder: Mapped[str] = mapped_column(String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class SourceRow(Scoped, Base):
    """The last reading of a source: when, what became of its articles, and why it failed where it did."""

    __tablename__ = "library_sources"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(500), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(Utc)
    good_at: Mapped[datetime | None] = mapped_column(Utc)
    problem: Mapped[str] = mapped_column(String(500), default="")
    failures: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    removed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    findings: Mapped[str] = mapped_column(Text, default="[]")


class LibraryStateRow(Scoped, Base):
    """Grows by one with each change to the passages; an index that has seen it is up to date."""

    __tablename__ = "library_state"

    team: Mapped[str] = mapped_column(String(64), primary_key=True)
    brand: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
