"""Issues: one owner and one status over all conversations, rows equal to the fold, always correctable."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge.customers import correcting, erasure, issues, links, remaining, timeline
from knowledge.customers.conversations import Conversation, fold, get_conversation
from knowledge.customers.entries import (
    ConversationAssigned,
    ConversationOpened,
    Handle,
    MessageReceived,
    Payload,
    StatusChanged,
)
from knowledge.customers.erasure import Wish
from knowledge.customers.identity import recognise
from knowledge.customers.issue_entries import IssueLinked
from knowledge.customers.issue_rows import Issue, combine
from knowledge.customers.issues import Wanted, conversations_of, get_issue, list_issues
from knowledge.customers.links import Ground
from knowledge.customers.tables import ConversationRow, IssueRow
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import ConversationId, CustomerId, IssueId, new_id
from knowledge.scope import Scope
from tests.conftest import NOW

ANA, BEN = Handle("email", "ana@mail.example"), Handle("email", "ben@mail.example")
SARA = ConversationAssigned("sara", "sara")

happenings: st.SearchStrategy[Any] = st.one_of(
    st.just(MessageReceived("email", "Hello")),
    st.builds(ConversationAssigned, st.sampled_from(["sara", "imran", None]), st.just("sara")),
    st.builds(StatusChanged, st.sampled_from(["open", "pending", "resolved"]), st.just("sara")),
    # To the issue that the conversation of this number began, by somebody's or something's word.
    st.tuples(st.integers(0, 3), st.sampled_from(["reference", "topic", "moved", "split"])),
)
# Which of four conversations, what, when; how many are stored together.
histories = st.lists(st.tuples(st.integers(0, 3), happenings, st.integers(0, 6)), max_size=14)


def begin(session: Any, scope: Scope, address: Handle = ANA, count: int = 2) -> tuple[CustomerId, list[ConversationId]]:
    customer = recognise(session, scope, address, True, NOW)
    opened = [ConversationId(new_id()) for _ in range(count)]
    for one in opened:
        timeline.append(session, scope, NewEntry(customer, ConversationOpened("email", address), NOW, one), NOW)
    return customer, opened


def put(session: Any, scope: Scope, one: ConversationId, payload: Payload, minutes: int = 0) -> None:
    customer = get_conversation(session, scope, one).customer
    timeline.append(session, scope, NewEntry(customer, payload, NOW + timedelta(minutes=minutes), one), NOW)


@given(history=histories, together=st.integers(1, 5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_are_the_fold_and_an_issue_has_one_owner_after_any_history(
    database: Database, scope: Scope, history: list[tuple[int, Any, int]], together: int
) -> None:
    with database.write() as session:
        customer, opened = begin(session, scope, Handle("email", f"{new_id()}@mail.example"), 4)
        news = []
        for number, what, minutes in history:
            said = IssueLinked(IssueId(opened[what[0]]), what[1], "sara") if isinstance(what, tuple) else what
            news.append(NewEntry(customer, said, NOW + timedelta(minutes=minutes), opened[number]))
        for start in range(0, len(news), together):
            timeline.append_many(session, scope, news[start : start + together], NOW)
            assert_one_owner(session, scope, customer)
    with database.read() as session:
        folded: list[Conversation] = []
        for one in opened:
            state = fold(timeline.after(session, scope, 0, conversation=one))
            assert state is not None
            assert get_conversation(session, scope, one) == state
            folded.append(state)
        expected = {combine([one for one in folded if one.issue == issue]) for issue in {one.issue for one in folded}}
        assert set(list_issues(session, scope, Wanted(customer=customer))) == expected


def assert_one_owner(session: Any, scope: Scope, customer: CustomerId) -> None:
    for issue in list_issues(session, scope, Wanted(customer=customer)):
        members = conversations_of(session, scope, [issue.id])[issue.id]
        assert len({one.owner for one in members}) == 1
        assert (issue.owner, issue.conversations) == (members[0].owner, len(members))
        by_status = {"open": 0, "pending": 1, "resolved": 2}
        assert issue.status == min((one.status for one in members), key=by_status.__getitem__)


def test_who_takes_one_takes_all_and_late_news_change_nothing(database: Database, scope: Scope) -> None:
    with database.write() as session:
        _, (mail, chat) = begin(session, scope)
        put(session, scope, mail, ConversationAssigned("imran", "imran"), 5)
        put(session, scope, chat, IssueLinked(IssueId(mail), "reference", "threadline", reference="TF104233"), 6)
        assert get_conversation(session, scope, chat).owner == "imran"
        put(session, scope, chat, SARA, 9)
        put(session, scope, chat, ConversationAssigned("old", "old"), 7)  # told late
        assert [get_conversation(session, scope, one).owner for one in (mail, chat)] == ["sara", "sara"]
        told = timeline.page(session, scope, conversation=mail)[-1].payload
        assert told == ConversationAssigned("sara", "sara", shared=True)
        assert get_issue(session, scope, IssueId(mail)).owner == "sara"
        with pytest.raises(NotFound):
            get_issue(session, scope, IssueId(chat))  # nothing belongs to it any more


def test_an_issue_is_resolved_when_all_of_it_is(database: Database, scope: Scope) -> None:
    with database.write() as session:
        _, (mail, chat) = begin(session, scope)
        put(session, scope, chat, IssueLinked(IssueId(mail), "topic", "threadline", score=0.8), 1)
        put(session, scope, mail, StatusChanged("resolved", "sara"), 2)
        assert get_issue(session, scope, IssueId(mail)).status == "open"
        later = NOW + timedelta(minutes=3)
        assert correcting.set_status(session, scope, IssueId(mail), "resolved", "sara", later).status == "resolved"
        assert get_conversation(session, scope, chat).status == "resolved"
        put(session, scope, chat, MessageReceived("email", "Still broken"), 4)
        assert get_issue(session, scope, IssueId(mail)).status == "open"


def test_a_persons_word_stands_against_every_guess(database: Database, scope: Scope) -> None:
    with database.write() as session:
        _, (mail, chat) = begin(session, scope)
        guess = IssueLinked(IssueId(mail), "topic", "threadline", score=0.9)
        assert correcting.move(session, scope, chat, guess, NOW) is not None
        correcting.split(session, scope, chat, "sara", "another tent", NOW)
        assert get_conversation(session, scope, chat).issue == chat
        with pytest.raises(Conflict, match="colleague"):
            correcting.move(session, scope, chat, guess, NOW + timedelta(days=1))
        put(session, scope, chat, guess, 99)  # an import that guesses later is no stronger
        assert get_conversation(session, scope, chat).issue == chat
        with pytest.raises(Conflict, match="of its own"):
            correcting.split(session, scope, chat, "sara", "", NOW)
        by_hand = IssueLinked(IssueId(mail), "moved", "sara")
        assert correcting.move(session, scope, chat, by_hand, NOW + timedelta(minutes=1)) is not None
        assert correcting.move(session, scope, chat, by_hand, NOW + timedelta(minutes=2)) is None


def test_the_first_conversation_can_be_split_off_too(database: Database, scope: Scope) -> None:
    with database.write() as session:
        _, (mail, chat, call) = begin(session, scope, count=3)
        for one in (chat, call):
            put(session, scope, one, IssueLinked(IssueId(mail), "topic", "threadline"), 1)
        correcting.split(session, scope, mail, "sara", "", NOW + timedelta(minutes=2))
        own = get_conversation(session, scope, mail).issue
        assert own not in {mail, chat, call}
        assert get_issue(session, scope, IssueId(mail)).conversations == 2
        assert get_issue(session, scope, own).conversations == 1


def test_nobody_elses_issue_can_be_joined(database: Database, scope: Scope) -> None:
    with database.write() as session:
        _, (mail, _) = begin(session, scope)
        _, (other, _) = begin(session, scope, BEN)
        with pytest.raises(Rejected, match="another person"):
            correcting.move(session, scope, mail, IssueLinked(IssueId(other), "moved", "sara"), NOW)
        with pytest.raises(NotFound):
            correcting.move(session, scope, mail, IssueLinked(IssueId("0" * 32), "moved", "sara"), NOW)
        with pytest.raises(Rejected, match="characters"):
            correcting.move(session, scope, mail, IssueLinked(IssueId(mail), "moved", "sara", "x" * 501), NOW)


def test_persons_who_part_part_with_their_issues(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, (mail, _) = begin(session, scope)
        ben, (chat, call) = begin(session, scope, BEN)
        row = links.link(session, scope, ana, ben, Ground("sara"), NOW)
        assert row is not None
        for one in (chat, call):
            correcting.move(session, scope, one, IssueLinked(IssueId(mail), "moved", "sara"), NOW)
        assert get_issue(session, scope, IssueId(mail)).conversations == 3
        links.unlink(session, scope, row.id, Ground("sara"), NOW + timedelta(minutes=1))
        assert get_issue(session, scope, IssueId(mail)).conversations == 1
        assert {get_conversation(session, scope, one).issue for one in (chat, call)} == {chat}
        assert [one.id for one in list_issues(session, scope, Wanted(customer=ben))] == [chat]


def test_the_forgotten_leave_no_issue_and_take_nobodys(database: Database, scope: Scope) -> None:
    with database.write() as session:
        ana, (mail, chat) = begin(session, scope)
        ben, (other, _) = begin(session, scope, BEN)
        put(session, scope, chat, IssueLinked(IssueId(mail), "topic", "threadline"), 1)
        before = rows_of(session, [other])
        erasure.erase(session, scope, Wish(ana, "mona"), (erasure.ERASER,), NOW)
        assert session.scalars(select(IssueRow.id).where(IssueRow.customer == ana)).all() == []
        assert rows_of(session, [other]) == before
        assert len(list_issues(session, scope, Wanted(customer=ben))) == 2


def rows_of(session: Any, ids: Sequence[str]) -> list[Any]:
    return [
        tuple(row)
        for table in (IssueRow, ConversationRow)
        for row in session.execute(select(*table.__table__.c).where(table.id.in_(ids)))
    ]


def test_what_retention_takes_the_rows_follow(database: Database, scope: Scope) -> None:
    with database.write() as session:
        _, (mail, chat) = begin(session, scope)
        put(session, scope, chat, IssueLinked(IssueId(mail), "topic", "threadline"), 1)
        put(session, scope, mail, SARA, 2)
        entries = remaining.of_conversation(session, chat)
        linked = [entry.id for entry in entries if entry.kind == "issue_linked"]
        erasure.drop_payloads(session, scope, linked)
        assert get_conversation(session, scope, chat).issue == chat
        found = set(list_issues(session, scope, Wanted()))
        assert {(one.id, one.conversations) for one in found} == {(mail, 1), (chat, 1)}


def test_lists_are_by_status_and_owner(database: Database, scope: Scope) -> None:
    with database.write() as session:
        customer, (mail, chat) = begin(session, scope)
        put(session, scope, mail, SARA, 2)
        put(session, scope, chat, StatusChanged("resolved", "sara"), 2)

        def listed(**wanted: Any) -> set[str]:
            return {one.id for one in list_issues(session, scope, Wanted(**wanted))}

        assert listed(owner="sara") == {mail}
        assert listed(owner="") == {chat}
        assert listed(status="resolved", customer=customer) == {chat}
        assert listed(customer=CustomerId("0" * 32)) == set()
        assert isinstance(issues.get_issue(session, scope, IssueId(mail)), Issue)
