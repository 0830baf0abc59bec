"""A prepared statement does what SQLAlchemy does: same values in and out, same errors."""

from datetime import timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.database import Database
from knowledge.prepared import Prepared
from tests.conftest import NOW

NAMES = tuple(column.key for column in EntryRow.__table__.c if column.key != "seq")
INSERT = Prepared(insert(EntryRow).returning(EntryRow.seq, EntryRow.at), *NAMES)
READ = select(EntryRow.id, EntryRow.at, EntryRow.conversation).where(
    EntryRow.id == bindparam("wanted"), EntryRow.team == "main"
)
ROW = dict.fromkeys(NAMES, "x") | {"id": "e", "team": "main", "conversation": None, "recorded_at": NOW}
ROW["at"] = NOW.astimezone(timezone(timedelta(hours=5)))


def test_values_go_in_and_out_as_they_do_elsewhere(database: Database) -> None:
    with database.write() as session:
        assert INSERT.first(session, ROW) == (1, NOW)
        assert Prepared(READ).first(session, {"wanted": "e"}) == ("e", NOW, None)
        assert tuple(session.execute(READ, {"wanted": "e"}).one()) == ("e", NOW, None)
        assert Prepared(READ).first(session, {"wanted": "other"}) is None


def test_errors_are_sqlalchemys_and_show_no_values(database: Database) -> None:
    orphan = {"entry": "nobody", "salt": b"s", "body": "a secret"}
    with pytest.raises(IntegrityError) as caught, database.write() as session:
        Prepared(insert(PayloadRow), *orphan).run(session, orphan)
    assert "a secret" not in str(caught.value)
