"""Whatever is joined and taken apart again, in any order: every view of every person is as it was, facts to health."""

from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge.customers import inbox, links, timeline
from knowledge.customers.entries import Handle, OrderRecorded, Payload, SurveyAnswered
from knowledge.customers.fact_entries import FactCorrected, FactQuoted, FactsRead
from knowledge.customers.facts.reading import read_facts
from knowledge.customers.inbox import Incoming
from knowledge.customers.record_entries import AccountRecorded, MoodNoted, PreferenceSet, ProductEvent
from knowledge.customers.standing import standing_of
from knowledge.customers.tables import IssueRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Failure
from knowledge.ids import CustomerId
from knowledge.scope import Scope
from tests.conftest import NOW
from tests.knowledge.customers.test_links import SARA, ledger, seen

BRANDS = count()
PEOPLE = 3
TOLD = ("told", "mood", "order", "survey", "account", "product", "preference", "read", "corrected")
histories = st.lists(st.tuples(st.sampled_from(TOLD), st.integers(0, PEOPLE - 1), st.integers(0, 30)), max_size=12)
ties = st.lists(
    st.tuples(st.sampled_from(["link", "part"]), st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), max_size=8
)


def people(database: Database, scope: Scope, history: list[tuple[str, int, int]]) -> list[CustomerId]:
    """Persons with a message each, and with what the history gives them."""
    with database.write() as session:
        first = []
        for number in range(PEOPLE):
            mail = Incoming("email", Handle("email", f"p{number}@x.example"), f"My order is TF-1000{number}.", NOW)
            first.append(inbox.receive(session, scope, mail, NOW))
        for kind, number, days in history:
            message = first[number]
            given: dict[str, Payload] = {
                "mood": MoodNoted(message.id, "negative", -0.4, "en", "m"),
                "order": OrderRecorded(f"TF-1000{number}", "shipped"),
                "survey": SurveyAnswered("csat", days % 5 + 1, "Fine"),
                "account": AccountRecorded(f"a{number}", "Plus", "active"),
                "product": ProductEvent("export", {"n": days}),
                "preference": PreferenceSet("tone", f"t{days}", "sara"),
                "read": FactsRead(message.id, (FactQuoted("stated", "order is"),), "m", "x"),
                "corrected": FactCorrected("reference", f"tf-1000{number}", f"TF-2000{days}", "sara", message.id),
            }
            at = NOW - timedelta(days=days)
            if kind == "told":
                again = Incoming("chat", Handle("chat", f"s{number}"), f"It broke {days} days ago.", at)
                inbox.receive(session, scope, again, NOW)
            else:
                new = NewEntry(message.customer, given[kind], at, message.conversation)
                timeline.append(session, scope, new, NOW)
        return [one.customer for one in first]


def views(database: Database, scope: Scope, whose: list[CustomerId]) -> dict[CustomerId, dict[str, Any]]:
    """Everything that anybody is told about these persons, and what is kept of their issues."""
    told = seen(database, scope, whose)
    with database.read() as session:
        for one in whose:
            told[one]["facts"] = read_facts(session, scope, customer=one)
            told[one]["standing"] = standing_of(session, scope, one, NOW)
        rows = session.execute(select(*IssueRow.__table__.c).where(IssueRow.brand == scope.brand).order_by(IssueRow.id))
        told[whose[0]]["issues"] = [tuple(row) for row in rows]
    return told


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, ties=ties, data=st.data())
def test_any_joining_undone_in_any_order_leaves_every_view_as_it_was(
    database: Database,
    scope: Scope,
    history: list[tuple[str, int, int]],
    ties: list[tuple[str, int, int]],
    data: st.DataObject,
) -> None:
    scope = Scope(brand=f"exact{next(BRANDS)}")
    whose = people(database, scope, history)
    before = views(database, scope, whose)
    for kind, one, other in ties:
        try:
            with database.write() as session:
                (links.link if kind == "link" else links.part)(session, scope, whose[one], whose[other], SARA, NOW)
        except Failure:
            pass  # what cannot be is refused; the ledger has nothing of it
    with database.read() as session:
        made = [row.id for row in links.holding(ledger(session, scope))]
        joined = {row.one for row in links.holding(ledger(session, scope)) if row.kind == "same"}
    assert (views(database, scope, whose) != before) == bool(joined)
    for row in data.draw(st.permutations(made)):
        with database.write() as session:
            links.unlink(session, scope, row, SARA, NOW)
    assert views(database, scope, whose) == before
