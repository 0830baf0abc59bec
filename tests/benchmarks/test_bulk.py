"""The bulk path of the benchmark leaves what appending leaves."""

from typing import Any

from sqlalchemy import select

from benchmarks import bulk, history
from knowledge.customers.tables import ConversationRow, CustomerRow, EntryRow, HandleRow, IssueRow, PayloadRow
from knowledge.database import Database, open_database

# Drawn at random for every entry.
DRAWN = {"id", "digest", "entry", "salt"}


def test_a_bulk_history_is_what_appends_leave(database: Database, tmp_path: Any) -> None:
    bulk.fill(database, 0, 600, 1)
    bulk.fill(database, 600, 1_000, 1)
    appended = open_database(f"sqlite:///{tmp_path / 'appended.db'}")
    history.fill(appended, 0, 600, 1)
    history.fill(appended, 600, 1_000, 1)
    assert stored(database) == stored(appended)
    appended.close()


def stored(database: Database) -> dict[str, list[Any]]:
    """Every row, in the order of its key; of entries what is not drawn."""
    with database.read() as session:
        entries = select(EntryRow, PayloadRow.body).join(PayloadRow, PayloadRow.entry == EntryRow.id)
        entries = entries.order_by(EntryRow.seq).with_only_columns(
            *(column for column in EntryRow.__table__.c if column.key not in DRAWN), PayloadRow.body
        )
        found = {"entries": [tuple(row) for row in session.execute(entries)]}
        for table in (CustomerRow, HandleRow, ConversationRow, IssueRow):
            rows = session.execute(select(*table.__table__.c).order_by(table.__table__.c.id))
            found[table.__tablename__] = [tuple(row) for row in rows]
    assert len(found["entries"]) == 1_000
    return found
