"""Passages together with their stored vectors, for whoever compares the whole library with itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.library.tables import ArticleRow, PassageRow, VectorRow
from knowledge.scope import Scope, within

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class StoredPassage:
    """A passage with what tells its article from others."""

    id: str
    article: str
    source: str
    key: str
    title: str
    visibility: str
    product: str
    text: str


def stored_passages(session: Session, scope: Scope, embedder: str) -> tuple[list[StoredPassage], "NDArray[np.float32]"]:
    """Return all passages that have a vector under `embedder`, and their vectors in the same order."""
    import numpy as np

    article = (ArticleRow.id, ArticleRow.source, ArticleRow.key, ArticleRow.title, ArticleRow.visibility)
    rows = session.execute(
        select(PassageRow.id, *article, ArticleRow.product, PassageRow.text, VectorRow.vector)
        .join(ArticleRow, ArticleRow.id == PassageRow.article)
        .join(VectorRow, VectorRow.digest == PassageRow.digest)
        .where(within(scope, PassageRow), VectorRow.embedder == embedder)
        .order_by(PassageRow.id)
    ).all()
    vectors = [np.frombuffer(row[-1], dtype="<f4") for row in rows]
    return [StoredPassage(*row[:-1]) for row in rows], np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)
