"""Replay: the human reply stays hidden, the library is that of the time, nothing is written; people's blind verdict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from assistant.feedback import send, suggestion_key
from assistant.suggest import open_assistant
from evals.core.comparing import compare
from evals.core.running import Running, run
from evals.core.runs import Run
from evals.datasets.collections import Document
from evals.figures import Circumstances
from evals.replay import reviews
from evals.replay.history import Moment, read_feedback, read_moments
from evals.replay.past import open_past
from evals.replay.task import Replay
from evals.retrieval.library import Making, add_articles, private_settings, write_articles
from knowledge.customers import timeline
from knowledge.customers.comparison_entries import ComparisonRated
from knowledge.customers.entries import Handle, MessageSent, SuggestionShown
from knowledge.customers.export import export_person
from knowledge.customers.inbox import Incoming, Reply, receive, reply
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import SuggestionId
from knowledge.library.tables import ArticleRow
from knowledge.scope import Scope
from knowledge.staff.people import NewStaff, add_staff
from retrieval.embedding import open_embedder

BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = Circumstances("abc", "here", 0.0, "")
ASKED = "How many days do I have to return boots?"
HUMAN = "Within sixty days of delivery, said Sara in secret."
DRAFT = "Boots can be returned within 30 days of delivery."
ARTICLES = (
    Document("returns", "Returns", "Boots can be returned within 30 days of delivery. Keep the receipt with you."),
    Document("tents", "Tents", "Tents are proofed with silicone and dried before they are packed away."),
)
RATERS = ("ada@example.com", "bo@example.com", "cy@example.com")


def past(database: Database, scope: Scope, count: int = 3) -> None:
    """Conversations that were asked, answered by a person, and went on."""
    for number in range(count):
        who, at = Handle("email", f"customer{number}@example.com"), BEGIN + timedelta(days=number)
        with database.write() as session:
            got = receive(session, scope, Incoming("email", who, ASKED, at), at).conversation
            assert got is not None
            reply(session, scope, Reply(got, f"{HUMAN} {number}", "sara@example.com"), at + timedelta(hours=1))
            later = Incoming("email", who, "Thanks! And do gift cards expire?", at + timedelta(hours=2))
            receive(session, scope, later, at + timedelta(hours=2))


def library(database: Database, scope: Scope, folder: Path, known_since: datetime) -> None:
    write_articles(folder / "articles.jsonl", ARTICLES, {})
    settings = private_settings(folder)
    add_articles(database, scope, folder / "articles.jsonl", Making(), NOW, open_embedder(settings))
    with database.write() as session:
        session.execute(update(ArticleRow).values(ingested_at=known_since))


def replayed(database: Database, scope: Scope, folder: Path, moments: tuple[Moment, ...], as_of: bool = True) -> Run:
    settings = private_settings(folder)
    with open_past(folder / "copy", database, scope, Making(), NOW) as then:
        assistant = open_assistant(settings, then.search)
        try:
            task = Replay(database, scope, assistant, then, as_of).task(moments, {}, {})
            return run(task, Running(HERE))
        finally:
            assistant.close()


def test_moments_are_first_human_replies(database: Database, scope: Scope) -> None:
    past(database, scope)
    moments = read_moments(database, scope)
    assert [one.said for one in moments] == [f"{HUMAN} {n}" for n in range(3)]
    assert {one.channel for one in moments} == {"email"}
    assert moments[0].slices == {"channel": "email", "language": "en", "customer": "new"}
    with database.write() as session:
        who, at = Handle("email", "customer1@example.com"), BEGIN + timedelta(days=20)
        got = receive(session, scope, Incoming("chat", who, "Wie lange darf ich die Stiefel behalten?", at), at)
        assert got.conversation is not None
        reply(session, scope, Reply(got.conversation, "Dreißig Tage.", "sara@example.com"), at + timedelta(hours=1))
    assert read_moments(database, scope)[-1].slices == {"channel": "chat", "language": "de", "customer": "returning"}
    drawn = read_moments(database, scope, limit=2, seed=4)
    assert drawn == read_moments(database, scope, limit=2, seed=4)
    assert len(drawn) == 2


def test_what_agents_made_of_suggestions_becomes_cases(database: Database, scope: Scope) -> None:
    past(database, scope, 2)
    moments = read_moments(database, scope)
    with database.write() as session:
        for number, (moment, text) in enumerate(zip(moments, (DRAFT, "Thirty days, kept short."), strict=True)):
            shown = SuggestionShown(
                suggestion=SuggestionId(f"{number:032x}"),
                question=ASKED,
                decision="answer",
                text=DRAFT,
                reason="",
                citations=(),
                guidance=(),
                passages=(),
                claims=(),
                drafter="extractive",
                model="",
                prompt="",
            )
            key = suggestion_key(shown.suggestion)
            entry = NewEntry(moment.customer, shown, NOW, moment.conversation, key)
            timeline.append(session, scope, entry, NOW)
            send(session, scope, Reply(moment.conversation, text, "sara@example.com", suggestion=shown.suggestion), NOW)
    found = read_feedback(database, scope)
    assert {(one.said, one.verdict) for one in found} == {(DRAFT, "accepted"), ("Thirty days, kept short.", "edited")}
    assert len(read_feedback(database, scope, limit=1, seed=2)) == 1


def test_the_reply_is_hidden_and_nothing_is_written(database: Database, scope: Scope, tmp_path: Path) -> None:
    past(database, scope)
    library(database, scope, tmp_path, BEGIN - timedelta(days=1))
    with database.read() as session:
        before = timeline.last_seq(session, scope)
    made = replayed(database, scope, tmp_path, read_moments(database, scope))
    assert not made.failures
    for score in made.scores.values():
        assert "30 days" in score.output["text"]
        assert "secret" not in str(score.output)
        assert "gift cards" not in score.output["question"]  # what came after the reply is not known yet
        assert score.values["supported"] == 1.0
        assert 0 < score.values["like_human"] < 1, score.output["text"]
    with database.read() as session:
        assert timeline.last_seq(session, scope) == before
    assert compare(made, made).verdict == "same"


def test_what_was_not_known_then_is_not_found(database: Database, scope: Scope, tmp_path: Path) -> None:
    past(database, scope, 1)
    library(database, scope, tmp_path, BEGIN + timedelta(days=9))
    moments = read_moments(database, scope)
    then = replayed(database, scope, tmp_path, moments)
    assert "30 days" not in str([one.output for one in then.scores.values()])
    assert then.settings["knowledge"] == "as of then"
    today = replayed(database, scope, tmp_path / "again", moments, as_of=False)
    assert "30 days" in str([one.output for one in today.scores.values()])


@pytest.fixture
def review(database: Database, scope: Scope) -> tuple[Run, Run]:
    """Two runs over the past, made by hand: the second says how long, the first does not."""
    past(database, scope, 8)
    moments = read_moments(database, scope)
    with database.write() as session:
        for email in RATERS:
            add_staff(session, scope, NewStaff(email, email[:2], "agent"), NOW)
    return _made(moments, "Soon."), _made(moments, "Within 30 days.")


def _made(moments: tuple[Moment, ...], text: str) -> Run:
    from evals.core.cases import Score

    scores = tuple(
        Score(
            one.reply,
            {"answered": 1.0},
            output={"customer": one.customer, "conversation": one.conversation, "question": ASKED, "text": text},
        )
        for one in moments
    )
    return Run("replay/history", (), scores, {one.case: one.case for one in scores}, {})


def rate_all(database: Database, scope: Scope, author: str, wanted: str) -> list[str]:
    sides = []
    while True:
        with database.write() as session:
            pair = reviews.next_pair(session, scope, "spring", author)
            if pair is None:
                return sides
            side = "left" if wanted in pair.left else "right"
            reviews.rate(session, scope, "spring", pair.number, (side, author), NOW)
            sides.append(side)


def test_people_prefer_blindly_and_the_verdict_is_counted(
    database: Database, scope: Scope, review: tuple[Run, Run]
) -> None:
    with database.write() as session:
        assert reviews.offer(session, scope, "spring", review, NOW) == 8
    sides = [rate_all(database, scope, author, "30 days") for author in RATERS]
    assert {side for some in sides for side in some} == {"left", "right"}  # the side tells nothing
    with database.read() as session:
        found = reviews.result(session, scope, "spring")
    assert (found.wins, found.losses, found.ties, found.verdicts, found.verdict) == (8, 0, 0, 24, "better")
    assert found.p == pytest.approx(2 / 2**8)
    assert found.preference is not None
    assert found.preference.value == 1.0


def test_the_first_verdict_stands_and_ties_are_ties(database: Database, scope: Scope, review: tuple[Run, Run]) -> None:
    author = RATERS[0]
    with database.write() as session:
        reviews.offer(session, scope, "spring", review, NOW)
        first = reviews.rate(session, scope, "spring", 0, ("tie", author), NOW)
        assert reviews.rate(session, scope, "spring", 0, ("left", author), NOW) == first
        found = reviews.result(session, scope, "spring")
    assert (found.ties, found.verdicts, found.verdict) == (1, 1, "cannot tell")


def test_reviews_refuse_what_makes_no_sense(database: Database, scope: Scope, review: tuple[Run, Run]) -> None:
    with database.write() as session:
        with pytest.raises(Rejected, match="small letters"):
            reviews.offer(session, scope, "No such name", review, NOW)
        with pytest.raises(Rejected, match="nothing that differs"):
            reviews.offer(session, scope, "same", (review[0], review[0]), NOW)
        with pytest.raises(Rejected, match="no replays"):
            reviews.offer(session, scope, "x", (Run("other", (), (), {}, {}), review[1]), NOW)
        foreign = replace(review[0], results=tuple(replace(one, output={"text": 3}) for one in review[0].results))
        with pytest.raises(Rejected, match="no replays"):
            reviews.offer(session, scope, "x", (foreign, review[1]), NOW)
        with pytest.raises(NotFound, match="no review"):
            reviews.next_pair(session, scope, "spring", "ada")
        reviews.offer(session, scope, "spring", review, NOW)
        with pytest.raises(Conflict):
            reviews.offer(session, scope, "spring", review, NOW)
        with pytest.raises(NotFound, match="no such pair"):
            reviews.rate(session, scope, "spring", 99, ("left", "ada"), NOW)
        with pytest.raises(Rejected, match="left, right or tie"):
            reviews.rate(session, scope, "spring", 0, ("up", "ada"), NOW)


def test_pairs_and_verdicts_are_in_the_export(database: Database, scope: Scope, review: tuple[Run, Run]) -> None:
    with database.write() as session:
        reviews.offer(session, scope, "spring", review, NOW)
        reviews.rate(session, scope, "spring", 0, ("left", RATERS[0]), NOW)
        entries = timeline.after(session, scope, 0, limit=1_000)
        rated = next(one for one in entries if isinstance(one.payload, ComparisonRated))
        exported = str(export_person(session, scope, rated.customer, NOW))
    assert "Within 30 days." in exported
    assert "comparison_rated" in exported
    assert any(isinstance(one.payload, MessageSent) for one in entries)
