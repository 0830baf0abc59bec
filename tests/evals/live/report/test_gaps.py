"""Knowledge gaps: unanswered questions by volume, and drafts without personal data."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from evals.report.gaps import draft_file, find_gaps, read_unanswered
from evals.report.reading import Given, read_source
from knowledge.customers import inbox, timeline
from knowledge.customers.entries import Handle, StatusChanged, SuggestionJudged, SuggestionShown
from knowledge.customers.erasure import ERASER, Wish, erase
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.outreach_entries import OutreachHeldOut
from knowledge.customers.record_entries import AccountRecorded
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.ids import SuggestionId, new_id
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import open_embedder

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REPLY = "Dear Mara Lindqvist, a kayak may travel on the roof in bag K-2. Write to mara@example.org. "


def _conversation(database: Database, scope: Scope, question: str, reply: str, *, decision: str, done: bool) -> None:
    with database.write() as session:
        handle = Handle("email", f"{new_id()}@example.org")
        got = inbox.receive(session, scope, Incoming("email", handle, question, NOW), NOW)
        shown = SuggestionShown(
            SuggestionId(new_id()),
            question,
            decision,
            "",
            "",
            (),
            (),
            (),
            (),
            "extractive",
            "",
            "",  # type: ignore[arg-type]
        )
        timeline.append(session, scope, NewEntry(got.customer, shown, NOW, got.conversation), NOW)
        assert got.conversation
        if reply:
            later = NOW + timedelta(minutes=5)
            inbox.reply(session, scope, Reply(got.conversation, reply, "ann@shop.example"), later)
        if done:
            last = NOW + timedelta(minutes=9)
            entry = NewEntry(got.customer, StatusChanged("resolved", "ann@shop.example"), last, got.conversation)
            timeline.append(session, scope, entry, last)


def test_who_was_forgotten_asks_nothing_any_more(database: Database, scope: Scope) -> None:
    for _ in range(2):
        _conversation(database, scope, "Can I take a kayak on the train?", "", decision="abstain", done=False)
    with database.read() as session:
        gone = timeline.after(session, scope, 0, limit=1)[0].customer
    for payload in (AccountRecorded("a1", "pro", "active"), OutreachHeldOut("late", None, 0.5)):
        with database.write() as session:
            timeline.append(session, scope, NewEntry(gone, payload, NOW), NOW)
    with database.write() as session:
        erase(session, scope, Wish(gone, "mona@example.com"), [ERASER], NOW)
    with database.read() as session:
        assert len(read_unanswered(session, scope, NOW - timedelta(days=1))) == 1
        source = read_source(session, scope, NOW - timedelta(days=1), NOW + timedelta(days=1), Given())
    assert len(source.stories) == 1
    assert (list(source.told.accounts), list(source.told.outreached.reached)) == ([], [])


def test_gaps_by_volume_and_a_draft_for_people(database: Database, scope: Scope) -> None:
    kayak = "Can I take a kayak on the train? I am Mara Lindqvist, mara@example.org"
    for number in range(3):
        done = number == 2
        _conversation(
            database, scope, f"{kayak} {'please ' * number}", REPLY if done else "", decision="abstain", done=done
        )
    _conversation(database, scope, "Do you sell gift cards?", "Yes.", decision="abstain", done=True)
    _conversation(database, scope, kayak, REPLY, decision="answer", done=True)
    with database.read() as session:
        asked = read_unanswered(session, scope, NOW - timedelta(days=1))
        assert read_unanswered(session, scope, NOW + timedelta(days=1)) == []
        assert read_unanswered(session, Scope(team="other"), NOW - timedelta(days=1)) == []
    assert len(asked) == 4
    (gap,) = find_gaps(asked, open_embedder(Settings()).embed)
    assert (gap.conversations, gap.resolved) == (3, 1)
    assert "kayak" in gap.label
    name, text = draft_file(gap)
    assert name.startswith("gap-")
    assert "visibility: internal" in text
    assert "on the roof" in text
    for personal in ("mara@example.org", "Lindqvist", "Mara"):
        assert personal not in text
        assert personal not in gap.question


def test_a_draft_more_likely_wrong_than_right_is_no_answer_unless_it_was_sent(database: Database, scope: Scope) -> None:
    for chance, verdict in (
        (0.3, None),
        (0.3, "rejected"),
        (0.3, "edited"),
        (0.3, "accepted"),
        (0.6, None),
        (None, None),
    ):
        with database.write() as session:
            handle = Handle("email", f"{new_id()}@example.org")
            got = inbox.receive(session, scope, Incoming("email", handle, "Can I rent a kayak?", NOW), NOW)
            named = SuggestionId(new_id())
            drafted = ("Rent a stove.", "", (), (), (), (), "extractive", "", "")
            shown = SuggestionShown(
                named, f"Can I rent a kayak for {chance} days, {verdict or 'then'}?", "answer", *drafted
            )
            about = NewEntry(got.customer, replace(shown, chance=chance), NOW, got.conversation)
            timeline.append(session, scope, about, NOW)
            if verdict:
                judged = SuggestionJudged(named, verdict, "ann@shop.example")  # type: ignore[arg-type]
                timeline.append(session, scope, NewEntry(got.customer, judged, NOW, got.conversation), NOW)
    with database.read() as session:
        asked = read_unanswered(session, scope, NOW - timedelta(days=1))
    assert [one.question.rpartition(" ")[2] for one in asked] == ["then?", "rejected?"]
    assert all("0.3" in one.question for one in asked)


def test_no_questions_are_no_gap() -> None:
    assert find_gaps([], open_embedder(Settings()).embed) == []
