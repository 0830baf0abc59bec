"""What indexes are filled from: passages and their vectors, as the database holds them."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.customers.entries import Visibility
from knowledge.database import Database
from knowledge.ids import ArticleId, PassageId
from knowledge.library.articles import stated, valid
from knowledge.library.passages import MANY, chunks, embedded_text, known_digests, library_revision, store_vectors
from knowledge.library.tables import ArticleRow, PassageRow, VectorRow
from knowledge.scope import Scope, within
from retrieval.embedding import Embedder
from retrieval.passages import Only, Passage

# Passages kept at hand so that a search needs no SQL; some 2 KB each.
CACHED = 20_000
# Texts embedded between two transactions.
EMBEDDED = 128


@dataclass(frozen=True)
class Snapshot:
    """What the library holds: passage id → visibility, at a revision and on a day."""

    revision: int
    day: date
    passages: dict[str, Visibility]


Today = Callable[[], date]


def utc_today() -> date:
    """Return the present day, UTC."""
    return datetime.now(UTC).date()


class PassageStore:
    """Reads passages of one scope, and keeps the ones asked for."""

    def __init__(self, database: Database, scope: Scope, today: Today = utc_today) -> None:
        """Read through `database`; `today` says which articles are within their dates."""
        self._database, self._scope, self.today = database, scope, today
        self._cache: OrderedDict[str, Passage] = OrderedDict()
        self._lock = Lock()

    def revision(self) -> int:
        """Return the library's revision."""
        with self._database.read() as session:
            return library_revision(session, self._scope)

    def snapshot(self) -> Snapshot:
        """Return the ids of all passages whose article is within its dates, consistent with the revision returned."""
        day = self.today()
        with self._database.read() as session:
            revision = library_revision(session, self._scope)
            rows = session.execute(
                select(PassageRow.id, PassageRow.visibility)
                .join(ArticleRow, ArticleRow.id == PassageRow.article)
                .where(within(self._scope, PassageRow), valid(day))
            )
            return Snapshot(revision, day, {key: cast(Visibility, visibility) for key, visibility in rows})

    def titles(self) -> list[str]:
        """Return the titles of all articles, each as often as it occurs."""
        with self._database.read() as session:
            return list(session.scalars(select(ArticleRow.title).where(within(self._scope, ArticleRow))))

    def fitting(self, only: Only) -> dict[str, Visibility]:
        """Return the ids of the passages whose article is within its dates and states what is asked for."""
        with self._database.read() as session:
            known = stated(session, self._scope)
            query = (
                select(PassageRow.id, PassageRow.visibility)
                .join(ArticleRow, ArticleRow.id == PassageRow.article)
                .where(within(self._scope, PassageRow), valid(self.today()))
            )
            if only.product:
                query = query.where(ArticleRow.product.in_(fitting(known.products, only.product)))
            if only.language:
                query = query.where(ArticleRow.language.in_(fitting(known.languages, only.language)))
            return {key: cast(Visibility, visibility) for key, visibility in session.execute(query)}

    def get(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return those of the passages that exist; what is not at hand is read in one query."""
        with self._lock:
            found = {key: self._cache[key] for key in ids if key in self._cache}
        missing = [key for key in ids if key not in found]
        if missing:
            read: dict[str, Passage] = {passage.id: passage for passage in self.read(missing)}
            with self._lock:
                self._cache.update(read)
                while len(self._cache) > CACHED:
                    self._cache.popitem(last=False)
            found |= read
        return found

    def warm(self, ids: Collection[str]) -> None:
        """Have passages at hand before somebody asks for them, as many as are kept."""
        for some in chunks(sorted(ids)[:CACHED], MANY):
            self.get(some)

    def remember(self, passages: Iterable[Passage]) -> None:
        """Keep passages at hand that were read for something else, as long as there is room."""
        with self._lock:
            for passage in passages:
                if len(self._cache) >= CACHED:
                    return
                self._cache[passage.id] = passage

    def forget(self, ids: Collection[str]) -> None:
        """Drop passages that are gone."""
        with self._lock:
            for key in ids:
                self._cache.pop(key, None)

    def read(self, ids: Sequence[str]) -> Iterator[Passage]:
        """Read passages from the database."""
        query = select(PassageRow, ArticleRow.title, ArticleRow.url, ArticleRow.stated_date).join(
            ArticleRow, ArticleRow.id == PassageRow.article
        )
        for some in chunks(ids, MANY):
            with self._database.read() as session:
                rows = session.execute(query.where(within(self._scope, PassageRow), PassageRow.id.in_(some))).all()
            yield from (_passage(row[0], *row[1:]) for row in rows)

    def vectors(self, ids: Sequence[str], embedder: Embedder) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of passages; those that are missing are made and stored."""
        found: dict[str, NDArray[np.float32]] = {}
        for some in chunks(ids, MANY):
            self._embed_missing(some, embedder)
            with self._database.read() as session:
                rows = session.execute(
                    select(PassageRow.id, VectorRow.vector)
                    .join(VectorRow, VectorRow.digest == PassageRow.digest)
                    .where(PassageRow.id.in_(some), VectorRow.embedder == embedder.id)
                )
                found |= {key: np.frombuffer(vector, dtype="<f4") for key, vector in rows}
        return found

    def _embed_missing(self, ids: Sequence[str], embedder: Embedder) -> None:
        with self._database.read() as session:
            missing = _missing_texts(session, ids, embedder.id)
        for some in chunks(missing, EMBEDDED):
            rows = embedder.embed([text for _, text in some]).astype("<f4")
            with self._database.write() as session:
                vectors = {digest: row.tobytes() for (digest, _), row in zip(some, rows, strict=True)}
                store_vectors(session, embedder.id, vectors)


def fitting(names: Iterable[str], wanted: str) -> list[str]:
    """Return the names that are what is wanted, in capitals or not, or a kind of it: en-GB is en."""
    asked = wanted.strip().casefold()
    return [name for name in names if name.casefold() == asked or name.casefold().startswith(f"{asked}-")]


def _missing_texts(session: Session, ids: Sequence[str], embedder: str) -> list[tuple[str, str]]:
    rows = session.execute(select(PassageRow.digest, PassageRow.id).where(PassageRow.id.in_(ids)))
    holders: dict[str, str] = {row[0]: row[1] for row in rows}
    lacking = [holders[digest] for digest in holders.keys() - known_digests(session, embedder, holders)]
    texts = session.execute(
        select(PassageRow.digest, ArticleRow.title, PassageRow.heading, PassageRow.text)
        .join(ArticleRow, ArticleRow.id == PassageRow.article)
        .where(PassageRow.id.in_(lacking))
    )
    return [(row[0], embedded_text(row[1], row[2], row[3])) for row in texts]


def _passage(stored: PassageRow, title: str, url: str, stated_date: str) -> Passage:
    return Passage(
        id=PassageId(stored.id),
        article=ArticleId(stored.article),
        title=title,
        heading=stored.heading,
        url=url,
        text=stored.text,
        visibility=cast(Visibility, stored.visibility),
        language=stored.language,
        stated_date=stated_date,
    )
