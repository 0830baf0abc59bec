"""A page of a timeline is one run of one index, newest first, on both engines: what comes before it costs nothing.

So is what is looked for by kind: an empty campaign costs nothing in however long a history.
"""

import json
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from benchmarks import history, raw
from benchmarks.history import BEGIN, SCOPE
from knowledge.customers import timeline
from knowledge.customers.privacy_entries import HoldSet
from knowledge.customers.seldom import of_kinds
from knowledge.customers.tables import EntryRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.driver import Driver


def test_a_page_is_one_run_of_an_index(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    history.fill(database, 0, 3_000, 1)
    rng = random.Random(1)
    news = [history.message(7, BEGIN + timedelta(minutes=one), f"long:{one}", rng) for one in range(2_000)]
    with database.write() as session:
        timeline.append_many(session, SCOPE, news, BEGIN)
    raw.settle(database)
    asked: list[tuple[str, Any]] = []
    run = Driver.run

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    def note_and_run(driver: Driver, statement: str, parameters: Any = ()) -> Any:
        asked.append((statement, tuple(parameters)))
        return run(driver, statement, parameters)

    monkeypatch.setattr(Driver, "run", note_and_run)
    with database.read() as session:
        engine = session.connection().engine
        event.listen(engine, "before_cursor_execute", note)
        whole = timeline.page(session, SCOPE, customer=history.customer_id(7))
        timeline.page(session, SCOPE, customer=history.customer_id(7), before=whole[-1].seq, limit=3)
        timeline.page(session, SCOPE, conversation=history.conversation_id(7, 0))
    event.remove(engine, "before_cursor_execute", note)
    monkeypatch.undo()
    pages = [one for one in asked if "payloads" in one[0]]
    assert len(pages) == 3
    for (statement, parameters), index in zip(pages, ("customer", "customer", "conversation"), strict=True):
        steps = _plan(database, statement, parameters)
        assert f"ix_entries_{index}" in steps, steps
        assert not any(word in steps for word in ("SCAN", "Seq Scan", "TEMP B-TREE", "Sort")), steps


def test_seldom_kinds_are_found_by_an_index_of_their_own(database: Database) -> None:
    history.fill(database, 0, 3_000, 1)
    news = [NewEntry(history.customer_id(7), HoldSet(True, "case 12", "m@example.com"), BEGIN)]
    with database.write() as session:
        timeline.append_many(session, SCOPE, news, BEGIN)
    raw.settle(database)
    for kinds, order in ((("hold_set",), EntryRow.at), (("hold_set", "bot_decided"), EntryRow.seq.desc())):
        query = timeline.ENTRIES.where(of_kinds(SCOPE, *kinds)).order_by(order)
        with database.read() as session:
            assert [row.kind for row in session.execute(query)] == ["hold_set"]
        steps = _plan(database, str(query.compile(database.engine, compile_kwargs={"literal_binds": True})), ())
        assert "ix_entries_kind" in steps, steps
    with pytest.raises(ValueError, match="message_received"):
        of_kinds(SCOPE, "hold_set", "message_received")


def _plan(database: Database, statement: str, parameters: Any) -> str:
    """What the engine would do, step by step, without the text of the statement."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "; ".join(row[-1] for row in rows)
        rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        return json.dumps(rows.scalar_one())
