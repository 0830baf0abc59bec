"""What is looked up for many at once is what is looked up one by one."""

from datetime import datetime, timedelta

from knowledge.customers import inbox, links, lookup, timeline
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.customers.links import Ground
from knowledge.database import Database
from knowledge.ids import ConversationId, CustomerId
from knowledge.scope import Scope

DAY = timedelta(days=1)


def say(database: Database, scope: Scope, text: str, at: datetime, who: str) -> tuple[CustomerId, ConversationId]:
    with database.write() as session:
        heard = Incoming("email", Handle("email", f"{who}@mail.example"), text, at)
        entry = inbox.receive(session, scope, heard, at + DAY)
    assert entry.conversation is not None
    return entry.customer, entry.conversation


def test_first_words_are_the_earliest_of_the_customer_whenever_they_came_in(
    database: Database, scope: Scope, now: datetime
) -> None:
    ada, first = say(database, scope, "Later\n words", now, "ada")
    assert say(database, scope, "The very first", now - DAY, "ada")[1] == first
    bo, second = say(database, scope, "Bo asks", now, "bo")
    with database.read() as session:
        said = lookup.first_words(session, [first, second, ConversationId("0" * 32)])
        assert said == {first: "The very first", second: "Bo asks"}
        assert lookup.first_words(session, []) == {}
        assert lookup.heard_of_since(session, scope, [ada, bo]) == now - DAY
        assert lookup.heard_of_since(session, scope, [bo]) == now
        assert lookup.heard_of_since(session, scope, []) is None


def test_what_happened_lately_begins_after_what_is_older(database: Database, scope: Scope, now: datetime) -> None:
    with database.read() as session:
        assert timeline.before_lately(session, scope, DAY) == 0
    say(database, scope, "Long ago", now - 30 * DAY, "ada")
    with database.read() as session:
        old = timeline.last_seq(session, scope)
        assert timeline.before_lately(session, scope, 3 * DAY) == 0
    say(database, scope, "Now", now, "ada")
    with database.read() as session:
        assert timeline.before_lately(session, scope, 3 * DAY) == old
        assert timeline.before_lately(session, scope, 60 * DAY) == 0


def test_what_was_joined_by_hand_lately_is_what_holds_and_no_proof_made(
    database: Database, scope: Scope, now: datetime
) -> None:
    people = [say(database, scope, "Hi", now, who)[0] for who in ("ada", "bo", "cy")]
    sara = Ground("sara@shop.example")
    with database.write() as session:
        first = links.link(session, scope, people[0], people[1], sara, now)
        second = links.link(session, scope, people[1], people[2], Ground("threadline", proof=True), now)
        assert first is not None
        assert second is not None
        assert links.joined_lately(session, scope, 5) == [first]
        links.unlink(session, scope, first.id, sara, now)
        assert links.joined_lately(session, scope, 5) == []
