"""Import twice = once: the same rows again, in any order and any portions, add nothing and change nothing."""

from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.importers.importing import import_events
from knowledge.customers.tables import ConversationRow, CustomerRow, EntryRow, HandleRow, IssueRow, PayloadRow
from knowledge.database import Database
from knowledge.scope import Scope
from tests.api.importers.test_importing import NOW, customer, everything, message

BRANDS = count()
# Every type, more messages of two conversations, a second person.
ROWS = [
    *everything(),
    customer(2, name="Bo"),
    *(message(n, at=f"2026-11-20T0{n}:00:00Z") for n in range(3, 6)),
    *(message(n, customer="cus-2", conversation="conv-2") for n in range(6, 8)),
]


def state(database: Database, scope: Scope) -> list[Any]:
    """Every row of the record that an import writes."""
    told: list[Any] = []
    with database.read() as session:
        for table in (CustomerRow, HandleRow, EntryRow, ConversationRow, IssueRow):
            rows = session.execute(select(*table.__table__.c).where(table.brand == scope.brand))
            told.append(sorted(map(repr, rows)))
        mine = select(PayloadRow.body).join(EntryRow, EntryRow.id == PayloadRow.entry)
        told.append(sorted(session.scalars(mine.where(EntryRow.brand == scope.brand))))
    return told


@settings(
    max_examples=4, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=st.permutations(ROWS), again=st.lists(st.sampled_from(ROWS), max_size=20), cut=st.integers(0, len(ROWS)))
def test_importing_again_changes_nothing(
    database: Database, scope: Scope, first: list[dict[str, Any]], again: list[dict[str, Any]], cut: int
) -> None:
    scope = Scope(brand=f"twice{next(BRANDS)}")
    report = import_events(database, scope, [*first, *first[:cut]], NOW)
    assert not report.bad
    assert sum(report.added.values()) == len(ROWS)
    before = state(database, scope)
    assert len(before[2]) > len(ROWS) - 3
    for rows in (first[cut:], first[:cut], again):
        report = import_events(database, scope, rows, NOW)
        assert not report.bad
        assert not sum(report.added.values()), report.added
        assert state(database, scope) == before
