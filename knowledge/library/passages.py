"""Passages in the store: their identity, their vectors, and the revision that indexes follow."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from knowledge.database import insert_into
from knowledge.library.splitting import Piece
from knowledge.library.tables import ArticleRow, LibraryStateRow, PassageRow, VectorRow
from knowledge.scope import Scope, within

T = TypeVar("T")
# SQLite takes at most 32,766 values a statement, PostgreSQL 65,535.
MANY = 5_000


def embedded_text(title: str, heading: str, text: str) -> str:
    """Return the text of a passage as embedders see it."""
    return "\n".join(part for part in (title, heading, text) if part)


def text_digest(title: str, heading: str, text: str) -> str:
    """Return the digest of what is embedded: equal texts share a vector."""
    return hashlib.sha256(embedded_text(title, heading, text).encode()).hexdigest()


def passage_id(article: ArticleRow, piece: Piece) -> str:
    """Return the digest of all that is indexed of a passage."""
    parts = (
        article.id,
        article.title,
        piece.heading,
        piece.text,
        article.visibility,
        article.language,
        article.url,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def replace_passages(session: Session, articles: Sequence[tuple[ArticleRow, Sequence[Piece]]]) -> list[str]:
    """Make these the passages of each article: what stays keeps its row. Returns the digests of those that went."""
    session.flush()
    present: dict[str, dict[str, PassageRow]] = {article.id: {} for article, _ in articles}
    for row in session.scalars(select(PassageRow).where(PassageRow.article.in_(present))):
        present[row.article][row.id] = row
    gone: list[PassageRow] = []
    fresh: list[dict[str, object]] = []
    for article, pieces in articles:
        own = present[article.id]
        wanted = {passage_id(article, piece): (position, piece) for position, piece in reversed([*enumerate(pieces)])}
        gone += [row for key, row in own.items() if key not in wanted]
        for key, (position, piece) in wanted.items():
            if key in own:
                own[key].position = position
            else:
                fresh.append(_row(article, key, position, piece))
    for row in gone:
        session.delete(row)
    session.flush()
    if fresh:
        session.execute(insert(PassageRow), fresh)
    return [row.digest for row in gone]


def _row(article: ArticleRow, key: str, position: int, piece: Piece) -> dict[str, object]:
    return {
        "id": key,
        "team": article.team,
        "brand": article.brand,
        "article": article.id,
        "position": position,
        "heading": piece.heading,
        "text": piece.text,
        "visibility": article.visibility,
        "language": article.language,
        "digest": text_digest(article.title, piece.heading, piece.text),
    }


def drop_unused_vectors(session: Session, digests: Iterable[str]) -> None:
    """Delete the vectors of those texts that no passage holds any more."""
    for some in chunks(sorted(set(digests)), MANY):
        session.execute(
            delete(VectorRow).where(
                VectorRow.digest.in_(some),
                ~select(PassageRow.id).where(PassageRow.digest == VectorRow.digest).exists(),
            ),
            execution_options={"synchronize_session": False},
        )


def known_digests(session: Session, embedder: str, digests: Iterable[str]) -> set[str]:
    """Return which of those texts have a vector under `embedder`."""
    known: set[str] = set()
    for some in chunks(sorted(set(digests)), MANY):
        known.update(
            session.scalars(select(VectorRow.digest).where(VectorRow.embedder == embedder, VectorRow.digest.in_(some)))
        )
    return known


def store_vectors(session: Session, embedder: str, vectors: dict[str, bytes]) -> None:
    """Keep vectors (float32, little-endian) by the digest of their text; one that is there stays."""
    rows = [{"embedder": embedder, "digest": digest, "vector": vector} for digest, vector in vectors.items()]
    for some in chunks(rows, MANY):
        session.execute(insert_into(session, VectorRow).on_conflict_do_nothing(), some)


def lock_library(session: Session, scope: Scope) -> LibraryStateRow:
    """Return the scope's state row, locked until the transaction ends: one writer at a time."""
    session.execute(
        insert_into(session, LibraryStateRow).on_conflict_do_nothing(),
        [{"team": scope.team, "brand": scope.brand, "revision": 0}],
    )
    return session.scalars(select(LibraryStateRow).where(within(scope, LibraryStateRow)).with_for_update()).one()


def library_revision(session: Session, scope: Scope) -> int:
    """Return the revision that an up-to-date index has seen; 0 for an empty library."""
    return session.scalar(select(LibraryStateRow.revision).where(within(scope, LibraryStateRow))) or 0


def chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """Cut a sequence into runs of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
