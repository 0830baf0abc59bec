"""A prepared statement does what SQLAlchemy does: same values in and out, same errors."""

from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from knowledge.customers import lookup, persons, projection, timeline
from knowledge.customers.tables import EntryRow, PayloadRow
from knowledge.database import Database
from knowledge.driver import Driver
from knowledge.prepared import Prepared, among
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


def test_many_strings_are_one_parameter_that_an_index_serves(database: Database) -> None:
    many = Prepared(select(EntryRow.id).where(EntryRow.team == bindparam("team"), among(EntryRow.id, "ids")))
    with database.write() as session:
        for name in ('e"1', "e'2", "é3"):
            INSERT.first(session, {**ROW, "id": name, "dedupe_key": name})
        assert many.all(session, {"team": "main", "ids": ["é3", 'e"1', "none"]}) in (
            [('e"1',), ("é3",)],
            [("é3",), ('e"1',)],
        )
        assert many.all(session, {"team": "main", "ids": []}) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "prepared",
    [
        *(timeline._KNOWN, timeline._FIND_MANY, timeline._NUMBERS, projection._MANY),
        *(lookup._CUSTOMERS, lookup._CONVERSATIONS, lookup._PROVEN, persons._RECORDS),
    ],
)
def test_no_lookup_of_many_walks_over_a_table(
    database: Database, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[str] = []
    run = Driver.run

    def explain(driver: Driver, statement: str, parameters: Any = ()) -> Any:
        if statement.startswith("SELECT"):
            plans.extend(row[-1] for row in run(driver, f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())
        return run(driver, statement, parameters)

    monkeypatch.setattr(Driver, "run", explain)
    lists = {key: ["x", "y"] for key in ("digests", "ids", "keys", "customers")}
    with database.write() as session:
        assert prepared.all(session, {"team": "main", "brand": "main", "customer": "x", **lists}) == []
    assert plans
    assert not [step for step in plans if step.startswith("SCAN") and "json_each" not in step], plans
    assert not [step for step in plans if step.endswith("(team=? AND brand=?)")], plans
