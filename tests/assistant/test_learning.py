"""Learning from colleagues: what was sent becomes a lesson once, without personal data; a yes makes it an article."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from assistant.feedback import send, suggestion_key
from assistant.learning import Learnt, Yes, approve, keep, read_examples, refuse, without_form
from knowledge.customers import inbox, timeline
from knowledge.customers.entries import Handle, OrderRecorded, PassageUsed, SuggestionShown
from knowledge.customers.erasure import Wish, erase
from knowledge.customers.export import export_person
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.database import Database
from knowledge.failures import Conflict, NotFound, Rejected
from knowledge.ids import CustomerId, SuggestionId, new_id
from knowledge.library import lessons
from knowledge.library.articles import get_article
from knowledge.library.lessons import ERASER, Source
from knowledge.scope import Scope
from tests.assistant.conftest import NOW, make_passage

HERS = Handle("email", "maya@example.org")
QUESTION = "Can I still send back the tent I pitched once in the garden?"
ANSWER = "Yes, if it is clean and dry. Write to maya.finch@example.org or call +44 7700 900417, Maya."


class Ones:
    """An embedder by letters: the same text has the same vector."""

    id = "letters"
    dimensions = 64

    def embed(self, texts):  # type: ignore[no-untyped-def]
        import numpy as np

        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[sum(map(ord, word)) % 64] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def answered(database: Database, scope: Scope) -> CustomerId:
    """Maya asked, and a colleague sent an edited suggestion."""
    with database.write() as session:
        new = NewCustomer("cus-1", name="Maya Finch", handles=(KnownHandle(HERS, True),))
        whose = save_customer(session, scope, new, NOW)
        replied(session, scope, QUESTION, f"Hello Maya,\n\n{ANSWER}")
    return whose


def test_a_reply_becomes_a_lesson_once_and_without_personal_data(
    database: Database, scope: Scope, answered: CustomerId
) -> None:
    with database.read() as session:
        found = read_examples(session, scope, NOW - timedelta(days=1))
    (one,) = found
    assert one.question == QUESTION
    assert not any(part in one.answer for part in ("maya", "Maya", "900417", "Hello"))
    assert one.answer.startswith("Yes, if it is clean")
    embed = Ones().embed
    assert [keep(database, scope, found, embed, NOW) for _ in range(2)] == [1, 0]
    other = Learnt("example", QUESTION, "Another.", (Source("another", CustomerId("someone")),))
    assert keep(database, scope, [other], embed, NOW) == 0
    with database.read() as session:
        (kept,) = lessons.list_lessons(session, scope)
        assert (kept.conversations, kept.state) == (2, "waiting")
        assert export_person(session, scope, answered, NOW)["waiting_to_be_learnt_from"][0]["question"] == QUESTION


def test_an_order_is_nobodys_lesson_and_its_number_stays_out_of_the_question(database: Database, scope: Scope) -> None:
    with database.write() as session:
        new = NewCustomer("cus-2", name="Jo Reed", handles=(KnownHandle(HERS, True),))
        whose = save_customer(session, scope, new, NOW)
        timeline.append(session, scope, NewEntry(whose, OrderRecorded("K7-99", "shipped"), NOW), NOW)
        asked = "Has K7-99 left? And does the strap fit a ridge?"
        ended = "Kind regards\nTarnfell"
        own = "Your order K7-99 has the status “shipped”. Carrier: DHL.\n\nThe strap fits every size."
        replied(session, scope, asked, f"Hello Jo,\n\n{own}\n\nRead more: Straps – https://a.example\n\n{ended}")
        replied(session, scope, "Where is K7-99?", "Your order K7-99 has the status “shipped”. Carrier: DHL.")
    with database.read() as session:
        (one,) = read_examples(session, scope, NOW - timedelta(days=1))
    assert one.question == "Has [ORDER_1] left? And does the strap fit a ridge?"
    assert one.answer == "The strap fits every size."


def test_what_an_article_says_in_the_same_words_is_learnt_already(database: Database, scope: Scope) -> None:
    table = "| Way | Cost |\n|---|---|\n| Express | £7.95 |\n\n- scan the label\n- keep the receipt"
    read = (make_passage(1, table, title="Delivery"), make_passage(2, "Wash the boots by hand.", visibility="internal"))
    quoted = "Delivery:\n“Express · Cost: £7.95”\n“scan the label … keep the receipt”"
    with database.write() as session:
        save_customer(session, scope, NewCustomer("cus-3", handles=(KnownHandle(HERS, True),)), NOW)
        for number, said in enumerate((quoted, f"{quoted} And call us first.", "Wash the boots by hand.")):
            replied(session, scope, f"What does express cost, case {number}?", said, read)
    with database.read() as session:
        found = read_examples(session, scope, NOW - timedelta(days=1))
    assert [one.answer for one in found] == [f"{quoted} And call us first.", "Wash the boots by hand."]


def replied(session: Session, scope: Scope, question: str, answer: str, passages: tuple[PassageUsed, ...] = ()) -> None:
    """A customer asked and a colleague sent an edited suggestion."""
    got = inbox.receive(session, scope, Incoming("email", HERS, question, NOW), NOW)
    assert got.conversation is not None
    own = SuggestionId(new_id())
    shown = SuggestionShown(own, question, "answer", "Perhaps.", "", (), (), passages, (), "extractive", "", "")
    timeline.append(session, scope, NewEntry(got.customer, shown, NOW, got.conversation, suggestion_key(own)), NOW)
    send(session, scope, Reply(got.conversation, answer, "sara@example.com", suggestion=own), NOW)


def test_a_yes_makes_an_article_and_a_second_is_refused(database: Database, scope: Scope, answered: CustomerId) -> None:
    lesson = propose(database, scope, answered)
    said = Yes("Pitched tents", "A tent that is clean and dry can be sent back.", "internal", "lee@example.com")
    done = approve(database, scope, lesson, said, Ones(), NOW)
    with database.read() as session:
        article = get_article(session, scope, done.article)  # type: ignore[arg-type]
    assert (article.title, article.visibility, article.source) == ("Pitched tents", "internal", "learnt")
    with pytest.raises(Conflict):
        approve(database, scope, lesson, said, Ones(), NOW)
    with pytest.raises(Conflict):
        refuse(database, scope, lesson, "lee@example.com", NOW)


def test_what_was_refused_is_not_proposed_again(database: Database, scope: Scope, answered: CustomerId) -> None:
    refuse(database, scope, propose(database, scope, answered), "lee@example.com", NOW)
    again = Learnt("example", QUESTION, ANSWER, (Source("another", answered),))
    assert keep(database, scope, [again], Ones().embed, NOW) == 0


def test_an_empty_article_or_an_unknown_lesson_is_refused(
    database: Database, scope: Scope, answered: CustomerId
) -> None:
    lesson = propose(database, scope, answered)
    with pytest.raises(Rejected):
        approve(database, scope, lesson, Yes(" ", "…", "public", "lee@example.com"), Ones(), NOW)
    with pytest.raises(NotFound):
        approve(database, scope, "0" * 32, Yes("a", "boots fit", "public", "lee@example.com"), Ones(), NOW)


def test_forgetting_deletes_what_waits_and_keeps_what_a_person_approved(
    database: Database, scope: Scope, answered: CustomerId
) -> None:
    lesson = propose(database, scope, answered)
    approved = keep_other(database, scope, answered)
    with database.write() as session:
        told = erase(session, scope, Wish(answered, "lee@example.com"), [ERASER], NOW)
    assert told["erased"]["knowledge.lessons"] == {"lessons": 1}
    with database.read() as session:
        left = lessons.list_lessons(session, scope, ("waiting", "approved", "refused"))
    assert [one.id for one in left] == [approved]
    assert left[0].conversations == 0
    assert lesson != approved


def propose(database: Database, scope: Scope, whose: CustomerId) -> str:
    """A lesson of Maya's that waits."""
    with database.write() as session:
        return lessons.propose(session, scope, ("example", QUESTION, ANSWER), [Source("c1", whose)], NOW)


def keep_other(database: Database, scope: Scope, whose: CustomerId) -> str:
    """Another, approved."""
    with database.write() as session:
        made = lessons.propose(session, scope, ("gap", "Where is the shop?", "In Keswick."), [Source("c2", whose)], NOW)
        lessons.settle(session, scope, made, "approved", ("lee@example.com", ""), NOW)
    return made


def test_the_form_of_a_reply_is_no_lesson() -> None:
    text = "Hello Maya,\n\nIt is free.\n\nIf this does not answer your question, please reply to this message."
    assert without_form(text) == "It is free."
