"""What is learnt of channels is read once an hour, and at once for another plan."""

from datetime import datetime, timedelta

from api.channel_models import ChannelModels
from handoff.plan import parse_plan
from knowledge.customers import inbox
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply
from knowledge.database import Database
from knowledge.scope import Scope


def answered(database: Database, scope: Scope, who: str, at: datetime) -> None:
    with database.write() as session:
        first = inbox.receive(session, scope, Incoming("email", Handle("email", who), "Hello?", at), at)
        assert first.conversation
        said = Reply(first.conversation, "Which size?", "mona@shop.example", at=at + timedelta(minutes=1))
        inbox.reply(session, scope, said, at + timedelta(minutes=1))
        later = at + timedelta(minutes=5)
        inbox.receive(session, scope, Incoming("email", Handle("email", who), "Size 5.", later), later)


def test_it_is_kept_for_an_hour(database: Database, scope: Scope, now: datetime) -> None:
    plan, models = parse_plan(""), ChannelModels(database, scope)
    before = models.at(plan, now)
    assert before.chance("c", "email", now).reached == 0.5
    for number in range(30):
        answered(database, scope, f"a{number}@example.com", now - timedelta(days=3))
    assert models.at(plan, now + timedelta(minutes=59)) is before
    after = models.at(plan, now + timedelta(minutes=61))
    assert after.chance("c", "email", now).reached > 0.8
    assert models.at(parse_plan(""), now + timedelta(minutes=61)) is not after


def test_examples_name_a_topic_where_no_word_does() -> None:
    asked: list[str] = []

    def name(text: str) -> str:
        asked.append(text)
        return "stoves" if "flame" in text else "weather"

    plan = parse_plan("topics: {returns: {words: [return]}, stoves: {words: [stove]}}").knowing(name)
    assert [plan.topic_of(one) for one in ("I return the stove return", "the flame dies", "it rains")] == [
        "returns",
        "stoves",
        "",
    ]
    assert asked == ["the flame dies", "it rains"]
    assert parse_plan("").knowing(name).topic_of("the flame dies") == ""
    assert plan.calendar is not None
