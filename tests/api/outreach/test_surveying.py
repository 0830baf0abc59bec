"""Asking: once for each issue under two workers, in the customer's language, by a link that only they have."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.channels.channel import Outgoing
from api.channels.delivering import deliver
from api.channels.web_chat import WebChat
from api.outreach.survey_words import LINK, WORDS
from api.outreach.surveying import ask_due, survey_link
from api.parts import Parts
from api.sessions import secret_of
from api.worker.surveys import SURVEYS
from evals.live.reading import read_stories
from knowledge.customers import consent, holds, inbox, timeline
from knowledge.customers.delivery_entries import DeliveryFailed
from knowledge.customers.entries import Entry, Handle, MessageSent, SurveyAnswered
from knowledge.customers.feeling import SCALES
from knowledge.customers.inbox import Incoming, Reply
from knowledge.customers.outreach_entries import objection
from knowledge.customers.privacy_entries import HoldSet
from knowledge.customers.survey_entries import SurveyAsked
from knowledge.customers.surveys import LASTS
from knowledge.database import Database
from knowledge.settings import Settings

# At noon: at night nobody is asked.
NOW = datetime.now(UTC).replace(hour=12)
DAY = timedelta(days=1)
SAID = {
    "en": "Hello, my parcel has not arrived and I would like to know where it is.",
    "de": "Guten Tag, mein Paket ist noch nicht angekommen. Können Sie bitte nachsehen, wo es ist?",
    "es": "Buenos días, mi paquete todavía no ha llegado. ¿Pueden decirme dónde está, por favor?",
    "fr": "Bonjour, mon colis n'est toujours pas arrivé. Pouvez-vous me dire où il se trouve ?",
    "it": "Buongiorno, il mio pacco non è ancora arrivato. Potete dirmi dove si trova, per favore?",
}


class Post:
    """A post office in this process: keeps what it is given."""

    name = "email"
    settles_after = timedelta(0)

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def deliver(self, outgoing: Outgoing) -> str:
        self.taken.append(outgoing)
        return f"<{outgoing.message}@shop.example>"

    def find(self, outgoing: Outgoing) -> bool | None:
        return any(one.message == outgoing.message for one in self.taken)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    asked = {"survey": "csat", "survey_share": 1.0, "company": "Tarnfell Outdoor"}
    return settings.model_copy(update=asked | {"public_url": "https://help.tarnfell.example"})


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def asking(parts: Parts, post: Post) -> Parts:
    return replace(parts, channels={"email": post, "chat": WebChat()}, clock=lambda: NOW + DAY)


@pytest.fixture
def resolve(parts: Parts) -> Callable[..., Entry]:
    def resolve(text: str = SAID["en"], email: str = "ana@example.com", at: datetime = NOW) -> Entry:
        with parts.database.write() as session:
            entry = inbox.receive(session, parts.scope, Incoming("email", Handle("email", email), text, at), at)
            assert entry.conversation is not None
            answer = Reply(entry.conversation, "It is on its way.", "kim@example.com", at=at)
            inbox.reply(session, parts.scope, answer, at)
            inbox.set_status(session, parts.scope, entry.conversation, "resolved", "kim@example.com", at)
        return entry

    return resolve


def entries(parts: Parts, *kinds: type) -> list[Entry]:
    with parts.database.read() as session:
        return [one for one in timeline.after(session, parts.scope, 0) if isinstance(one.payload, kinds)]


def the_mail(asking: Parts, post: Post) -> tuple[str, str]:
    """Ask, deliver, and return the mail's text and the path of its link."""
    assert ask_due(asking, NOW + DAY) == 1
    mail = next(one for one in reversed(entries(asking, MessageSent)) if LINK in one.payload.text)  # type: ignore[union-attr]
    deliver(asking, mail)
    text = post.taken[-1].text
    found = re.search(r"https://help\.tarnfell\.example(/survey/\S+)", text)
    assert found is not None
    return text, found[1]


@pytest.fixture
def door(asking: Parts) -> TestClient:
    return TestClient(create_app(asking), raise_server_exceptions=False, follow_redirects=False)


@pytest.mark.parametrize("language", SAID)
def test_asked_in_the_customers_language(
    asking: Parts, post: Post, resolve: Callable[..., Entry], door: TestClient, language: str
) -> None:
    resolve(SAID[language])
    text, path = the_mail(asking, post)
    words = WORDS.get(language, WORDS["en"])
    assert words.questions["csat"] in text
    page = door.get(path)
    assert page.status_code == 200
    assert f'lang="{words.language}"' in page.text
    assert all(f'value="{score}"' in page.text for score in (1, 5))
    thanks = door.post(path, data={"score": "4", "comment": "<b>¡Olé!</b>\r\n👍"})
    assert (thanks.status_code, words.thanks in thanks.text or "&#39;" in thanks.text) == (200, True)
    (answer,) = entries(asking, SurveyAnswered)
    (asked,) = entries(asking, SurveyAsked)
    said = answer.payload
    assert isinstance(said, SurveyAnswered)
    assert (said.score, said.comment, said.asked) == (4, "<b>¡Olé!</b>\n👍", asked.id)


def test_solved_at_the_first_contact_is_asked_as_yes_or_no(
    asking: Parts, post: Post, resolve: Callable[..., Entry]
) -> None:
    settings = asking.settings.model_copy(update={"survey": "fcr"})
    once = replace(asking, settings=settings)
    resolve()
    _, path = the_mail(once, post)
    door = TestClient(create_app(once), raise_server_exceptions=False, follow_redirects=False)
    page = door.get(path).text
    assert "<span>no</span>" in page
    assert "<span>yes</span>" in page
    assert 'value="2"' not in page
    assert door.post(path, data={"score": "2"}).status_code == 422
    assert door.post(path, data={"score": "1"}).status_code == 200
    (answer,) = entries(once, SurveyAnswered)
    assert isinstance(answer.payload, SurveyAnswered)
    assert (answer.payload.survey, answer.payload.score) == ("fcr", 1)


def test_words_are_whole_in_every_language() -> None:
    for words in WORDS.values():
        assert set(words.questions) == set(words.ends) == set(SCALES)
        for survey in SCALES:
            text = words.mail_text(survey, "Tarnfell")
            assert text.count(LINK) == 1
            assert "{" not in text


def test_the_link_is_on_no_timeline_and_the_same_at_every_try(
    asking: Parts, post: Post, resolve: Callable[..., Entry]
) -> None:
    entry = resolve()
    text, _ = the_mail(asking, post)
    assert not any("/survey/" in one.payload.text for one in entries(asking, MessageSent))  # type: ignore[union-attr]
    (asked,) = entries(asking, SurveyAsked)
    assert survey_link(asking.settings, asked) in text
    with asking.database.write() as session:
        assert entry.conversation is not None
        copied = inbox.reply(session, asking.scope, Reply(entry.conversation, LINK, "kim@example.com"), NOW + DAY)
    deliver(asking, copied)
    assert post.taken[-1].text == LINK  # an agent who writes the same words gets no link


def test_two_workers_ask_once(asking: Parts, resolve: Callable[..., Entry]) -> None:
    for number in range(6):
        resolve(email=f"c{number % 3}@example.com")
    begin, done = threading.Barrier(2), list[int]()

    def work() -> None:
        begin.wait()
        done.append(ask_due(asking, NOW + DAY))

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == 3
    assert len({one.customer for one in entries(asking, SurveyAsked)}) == len(entries(asking, SurveyAsked)) == 3
    assert ask_due(asking, NOW + DAY) == 0


def test_nobody_is_asked_who_should_not_be(asking: Parts, resolve: Callable[..., Entry]) -> None:
    first = resolve()
    off = replace(asking, settings=asking.settings.model_copy(update={"survey": ""}))
    none = replace(asking, settings=asking.settings.model_copy(update={"survey_share": 0.0}))
    chat_only = replace(asking, channels={"chat": WebChat()})
    for parts in (off, none, chat_only):
        SURVEYS.run(parts, NOW + DAY)
    again = Incoming("email", Handle("email", "ana@example.com"), "It is back", NOW, conversation=first.conversation)
    with asking.database.write() as session:
        inbox.receive(session, asking.scope, again, NOW + timedelta(hours=20))
    SURVEYS.run(asking, NOW + DAY)
    assert entries(asking, SurveyAsked) == []


def test_the_guard_of_outreach_is_asked(asking: Parts, resolve: Callable[..., Entry]) -> None:
    def asked(at: datetime = NOW + DAY) -> int:
        return ask_due(asking, at)

    night = NOW.replace(hour=23)
    resolve(at=night)
    assert asked(night + DAY) == 0
    assert asked((night + DAY + timedelta(hours=10)).replace(hour=9)) == 1  # when the night is over
    other = resolve(email="bo@example.com")
    with asking.database.write() as session:
        holds.set_hold(session, asking.scope, other.customer, HoldSet(True, "case 12", "kim@example.com"), NOW)
    assert asked() == 0
    with asking.database.write() as session:
        holds.set_hold(session, asking.scope, other.customer, HoldSet(False, "over", "kim@example.com"), NOW + DAY)
        consent.withdraw(session, asking.scope, other.customer, objection("mail", "customer"), NOW, NOW)
    assert asked() == 0
    third = resolve(email="cy@example.com")
    incoming = Incoming("email", Handle("email", "cy@example.com"), "Another thing", NOW)
    with asking.database.write() as session:
        another = inbox.receive(session, asking.scope, incoming, NOW)
    assert another.conversation != third.conversation
    assert asked() == 0  # they wait for us elsewhere
    with asking.database.write() as session:
        assert another.conversation is not None
        inbox.set_status(session, asking.scope, another.conversation, "resolved", "kim@example.com", NOW)
    assert asked() == 1


def test_silence_counts_and_the_mail_is_no_contact(asking: Parts, post: Post, resolve: Callable[..., Entry]) -> None:
    resolve()
    the_mail(asking, post)
    with asking.database.read() as session:
        (story,) = read_stories(session, asking.scope, NOW)
    assert (story.surveyed, len(story.surveys), len(story.contacts)) == (True, 0, 1)


def test_a_link_works_once(asking: Parts, post: Post, resolve: Callable[..., Entry], door: TestClient) -> None:
    resolve()
    _, path = the_mail(asking, post)
    assert door.get(path).status_code == door.get(path).status_code == 200  # looking is free
    assert door.post(path, data={"score": "2"}).status_code == 200
    assert door.post(path, data={"score": "2"}).status_code == 200  # pressed twice
    assert door.post(path, data={"score": "5"}).status_code == 409
    assert door.get(path).status_code == 409
    assert [one.payload.score for one in entries(asking, SurveyAnswered)] == [2]  # type: ignore[union-attr]


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "4.5", "４", "1e0", "four", "9" * 5_000, "\0"])
def test_what_is_no_score_asks_again(
    asking: Parts, post: Post, resolve: Callable[..., Entry], door: TestClient, score: str
) -> None:
    resolve(SAID["de"])
    _, path = the_mail(asking, post)
    page = door.post(path, data={"score": score, "comment": "x" * 5_000})
    assert (page.status_code, WORDS["de"].choose in page.text) == (422, True)
    assert entries(asking, SurveyAnswered) == []


def test_an_ended_link_and_a_forged_one(
    asking: Parts, post: Post, resolve: Callable[..., Entry], door: TestClient
) -> None:
    resolve(SAID["de"])
    _, path = the_mail(asking, post)
    token = path.rpartition("/")[2]
    claims = jwt.decode(token, options={"verify_signature": False})
    secret = secret_of(asking.settings)
    sent = entries(asking, MessageSent)[-1].id
    forged = [
        token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
        jwt.encode(claims, "x" * 40, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({**claims, "aud": "threadline-chat"}, secret, algorithm="HS256"),
        jwt.encode({**claims, "sub": sent}, secret, algorithm="HS256"),
        jwt.encode({**claims, "sub": "0" * 32}, secret, algorithm="HS256"),
        "x",
        "%00",
        "é" * 50,
        "a." * 3_000,
    ]
    for one in forged:
        assert door.get(f"/survey/{one}").status_code == 404
        assert door.post(f"/survey/{one}", data={"score": "5"}).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert door.post(path, data={"score": "5"}, headers=foreign).status_code == 403
    late = TestClient(create_app(replace(asking, clock=lambda: NOW + DAY + LASTS)))
    for answer in (late.get(path), late.post(path, data={"score": "5"})):
        assert (answer.status_code, WORDS["de"].ended in answer.text) == (410, True)
    assert entries(asking, SurveyAnswered) == []


def test_whoever_says_stop_is_asked_no_more(
    asking: Parts, post: Post, resolve: Callable[..., Entry], door: TestClient
) -> None:
    entry = resolve()
    _, path = the_mail(asking, post)
    assert WORDS["en"].stopped in door.post(path, data={"stop": "1"}).text
    with asking.database.read() as session:
        assert consent.consents_of(session, asking.scope, [entry.customer]).objects("survey", "email")
    assert entries(asking, SurveyAnswered) == []


def test_a_mail_program_unsubscribes_with_one_click(
    asking: Parts, post: Post, resolve: Callable[..., Entry], door: TestClient
) -> None:
    entry = resolve()
    text, path = the_mail(asking, post)
    assert post.taken[-1].stop.endswith(path)
    assert path in text
    for _ in range(2):
        assert door.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with asking.database.read() as session:
        assert consent.consents_of(session, asking.scope, [entry.customer]).objects("survey", "email")


def test_who_objects_between_the_asking_and_the_sending_gets_no_mail(
    asking: Parts, post: Post, resolve: Callable[..., Entry]
) -> None:
    entry = resolve()
    assert ask_due(asking, NOW + DAY) == 1
    mail = next(one for one in entries(asking, MessageSent) if LINK in one.payload.text)  # type: ignore[union-attr]
    with asking.database.write() as session:
        consent.withdraw(session, asking.scope, entry.customer, objection("told us", "kim@example.com"), NOW, NOW)
    for _ in range(2):
        deliver(asking, mail)
    assert post.taken == []
    (failed,) = entries(asking, DeliveryFailed)
    assert "[objection]" in failed.payload.reason  # type: ignore[union-attr]


def test_asked_and_answered_in_the_chat(asking: Parts, door: TestClient, database: Database) -> None:
    with door:
        mine, other = (
            {"Authorization": f"Bearer {door.post('/chat/session', json={'carry': 'bearer'}).json()['token']}"}
            for _ in range(2)
        )
        written = door.post("/api/chat/messages", json={"text": SAID["fr"]}, headers=mine).json()
        assert door.get("/api/chat/survey", headers=mine).json() == {"survey": None}
        with database.write() as session:
            inbox.set_status(session, asking.scope, written["conversation"], "resolved", "kim@example.com", NOW + DAY)
        assert ask_due(asking, NOW + 2 * DAY) == 1
        found = door.get("/api/chat/survey", headers=mine).json()["survey"]
        assert (found["question"], found["least"], found["most"]) == (WORDS["fr"].questions["csat"], 1, 5)
        given = {"asked": found["asked"], "score": 1, "comment": "Trop lent"}
        assert door.get("/api/chat/survey", headers=other).json() == {"survey": None}
        assert door.post("/api/chat/survey", json=given, headers=other).status_code == 404
        assert door.post("/api/chat/survey", json=given).status_code == 401
        for bad in (
            {"score": 0},
            {"score": 6},
            {"score": "5"},
            {"score": True},
            {"asked": "x"},
            {"comment": "x" * 2_001},
        ):
            assert door.post("/api/chat/survey", json=given | bad, headers=mine).status_code in (413, 422)
        assert door.post("/api/chat/survey", json=given, headers=mine).json()["thanks"] == WORDS["fr"].thanks
        assert door.post("/api/chat/survey", json=given, headers=mine).status_code == 201
        assert door.post("/api/chat/survey", json=given | {"score": 5}, headers=mine).status_code == 409
        assert door.get("/api/chat/survey", headers=mine).json() == {"survey": None}
    (answer,) = entries(asking, SurveyAnswered)
    assert answer.conversation == written["conversation"]
