"""Legal holds: the latest word of each record counts, holding wins a tie, linked records are held together."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowledge.customers import holds
from knowledge.customers.entries import Entry, Handle
from knowledge.customers.holds import fold
from knowledge.customers.identity import recognise
from knowledge.customers.link_tables import MemberRow
from knowledge.customers.privacy_entries import HoldSet
from knowledge.database import Database
from knowledge.ids import CustomerId, EntryId
from knowledge.scope import Scope
from tests.conftest import NOW

words = st.lists(st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(0, 4)), max_size=8)


@given(history=words, data=st.data())
def test_the_latest_word_counts_in_any_order(history: list[tuple[str, bool, int]], data: st.DataObject) -> None:
    entries = [
        Entry(
            number,
            EntryId(str(number)),
            NOW + timedelta(minutes=minute),
            NOW,
            "hold_set",
            CustomerId(whose),
            None,
            HoldSet(on, "why", "mona"),
        )
        for number, (whose, on, minute) in enumerate(history)
    ]
    found = fold(data.draw(st.permutations(entries)))
    for whose in "ab":
        mine = [(minute, on) for one, on, minute in history if one == whose]
        assert (CustomerId(whose) in found) is (bool(mine) and max(mine)[1])


def test_a_hold_on_one_record_holds_the_whole_person(database: Database, scope: Scope) -> None:
    with database.write() as session:
        one, other = (recognise(session, scope, Handle("email", f"{name}@mail.example"), True, NOW) for name in "ab")
        for record in (one, other):
            session.add(MemberRow(team=scope.team, brand=scope.brand, customer=record, person=one))
        session.flush()
        holds.set_hold(session, scope, other, HoldSet(True, "tax audit", "mona"), NOW)
        assert holds.held_records(session, scope) == {one, other}
        standing = holds.hold_on(session, scope, (one, other))
        assert standing is not None
        assert standing.reason == "tax audit"
