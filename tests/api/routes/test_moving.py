"""Moving, over HTTP, to its end: the mail's link is followed, once, by whom it was sent to; nobody else gets one."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.channels.channel import NotTaken, Outgoing
from api.channels.delivering import deliver
from api.parts import Parts
from api.sessions import chat_link
from handoff.channels.moving import FOLLOW, LINK
from knowledge.customers import inbox, remaining
from knowledge.customers.entries import Entry, Handle, MessageSent
from knowledge.customers.inbox import Incoming
from knowledge.ids import ConversationId

Headers = dict[str, str]
ANA = "ana@example.com"


class Post:
    """A mail server in this process: keeps what it is handed; the first time it may not take it."""

    name = "email"
    settles_after = timedelta(0)

    def __init__(self, busy: int = 0) -> None:
        self.mails: list[Outgoing] = []
        self.tries: list[str] = []
        self._busy = busy

    def deliver(self, outgoing: Outgoing) -> str:
        self.tries.append(outgoing.text)
        if len(self.tries) <= self._busy:
            raise NotTaken("Greylisted.")
        self.mails.append(outgoing)
        return outgoing.message

    def find(self, outgoing: Outgoing) -> bool:
        return outgoing in self.mails


@pytest.fixture
def ana(parts: Parts, open_chat: Callable[..., Headers]) -> Headers:
    """Ana, who is signed in: her address is proven."""
    link = chat_link(parts.settings, ANA, "Ana", datetime.now(UTC))
    return open_chat(urlsplit(link).fragment.partition("identity=")[2])


def say(client: TestClient, headers: Headers, text: str) -> str:
    answer = client.post("/api/chat/messages", headers=headers, json={"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["conversation"])


def heard(client: TestClient, headers: Headers) -> list[str]:
    return [one["text"] for one in client.get("/api/chat/messages", headers=headers).json()["messages"]]


def moved(client: TestClient, agent: Headers, conversation: str, channel: str, status: int = 201) -> str:
    body = {"channel": channel, "address_kind": "email", "address": ANA, "text": "Let us go on here.", "reason": "x"}
    answer = client.post(f"/api/conversations/{conversation}/move", headers=agent, json=body)
    assert answer.status_code == status, answer.text
    return str(answer.json()["payload"]["conversation"]) if status == 201 else str(answer.json()["message"])


def test_what_is_moved_stays_with_its_owner(client: TestClient, agent: Headers, ana: Headers) -> None:
    for owned in (False, True):
        conversation = say(client, ana, "Where is my parcel?")
        if owned:
            assert client.post(f"/api/conversations/{conversation}/take", headers=agent).status_code == 200
        there = moved(client, agent, conversation, "email")
        found = client.get(f"/api/conversations/{there}", headers=agent).json()
        assert found["owner"] == ("agent@example.com" if owned else None)
        for one in (conversation, there):
            done = client.put(f"/api/conversations/{one}/status", headers=agent, json={"status": "resolved"})
            assert done.status_code == 200


def sent_in(parts: Parts, conversation: str) -> Entry:
    with parts.database.read() as session:
        entries = remaining.of_conversation(session, ConversationId(conversation))
    return next(one for one in reversed(entries) if isinstance(one.payload, MessageSent))


def mailed(parts: Parts, conversation: str, post: Post | None = None) -> str:
    """Let the worker deliver what was said last and return the words that arrive."""
    post = post or Post()
    deliver(replace(parts, channels={"email": post}), sent_in(parts, conversation))
    return post.mails[-1].text


def token_in(text: str) -> str:
    (link,) = re.findall(r"http\S+", text)
    return parse_qs(urlsplit(link).fragment)["resume"][0]


def follow(client: TestClient, token: str, status: int = 201) -> Headers:
    answer = client.post("/chat/session", json={"resume": token, "carry": "bearer"})
    assert answer.status_code == status, answer.text
    return {"Authorization": f"Bearer {answer.json().get('token')}"}


def test_a_mail_leads_back_into_the_chat_that_was_left(
    client: TestClient, parts: Parts, agent: Headers, ana: Headers
) -> None:
    chat = say(client, ana, f"My stove broke.\nSee {LINK}")
    there = moved(client, agent, chat, "email")
    text = mailed(parts, there)
    head, _, quoted = text.partition("\n\n> ")
    assert head.startswith(f"Let us go on here.\n\n{FOLLOW['en']} http")
    assert quoted == "My stove broke.\n> See"
    stored = sent_in(parts, there).payload
    assert isinstance(stored, MessageSent)
    assert LINK in stored.text
    assert "resume=" not in stored.text  # colleagues cannot go on in her name
    elsewhere = follow(client, token_in(text))
    assert heard(client, elsewhere)[0].startswith("My stove broke.")
    assert say(client, elsewhere, "I am back.") == chat
    follow(client, token_in(text), 401)


def test_a_mail_leads_into_the_chat_that_was_opened(
    client: TestClient, parts: Parts, agent: Headers, arrive: Callable[..., Entry]
) -> None:
    mail = str(arrive("Wo ist mein Paket? Ich warte schon seit zwei Wochen.", ANA).conversation)
    ways = client.get(f"/api/conversations/{mail}/routing", headers=agent).json()["channels"]
    assert [one["channel"] for one in ways if not one["refused"]] == ["chat", "email"]
    there = moved(client, agent, mail, "chat")
    text = mailed(parts, mail)
    assert FOLLOW["de"] in text
    elsewhere = follow(client, token_in(text))
    assert heard(client, elsewhere) == ["Let us go on here.\n\n> Wo ist mein Paket? Ich warte schon seit zwei Wochen."]
    assert say(client, elsewhere, "Hier bin ich.") == there
    assert client.get(f"/api/conversations/{there}", headers=agent).json()["waiting"] is True


def test_sent_again_it_is_the_same_link_and_it_ends(
    client: TestClient, app: FastAPI, parts: Parts, agent: Headers, ana: Headers
) -> None:
    there = moved(client, agent, say(client, ana, "My stove broke."), "email")
    post = Post(busy=1)
    with pytest.raises(NotTaken):
        mailed(parts, there, post)
    text = mailed(parts, there, post)
    assert post.tries == [text, text]
    app.state.parts = replace(parts, clock=lambda: parts.clock() + timedelta(days=3, seconds=1))
    follow(client, token_in(text), 401)


def test_into_the_chat_leads_no_public_word(client: TestClient, parts: Parts, agent: Headers, ana: Headers) -> None:
    say(client, ana, "Hello")
    now = datetime.now(UTC)
    with parts.database.write() as session:
        mine = client.get("/api/conversations", headers=agent).json()["conversations"][0]["customer"]
        public = Incoming("instagram", Handle("instagram", "ana.x"), "Robbers!", now, public=True, customer=mine)
        conversation = str(inbox.receive(session, parts.scope, public, now).conversation)
    ways = client.get(f"/api/conversations/{conversation}/routing", headers=agent).json()["channels"]
    assert "chat" not in {one["channel"] for one in ways}
    assert "Only a mail" in moved(client, agent, conversation, "chat", 422)
    assert "http" not in mailed(parts, moved(client, agent, conversation, "email"))  # there is no chat to go back to


def test_words_that_look_like_the_link_are_words(
    client: TestClient, parts: Parts, agent: Headers, arrive: Callable[..., Entry]
) -> None:
    mail = str(arrive("Hello", ANA).conversation)
    reply = {"text": f"Here: {LINK}"}
    assert client.post(f"/api/conversations/{mail}/replies", headers=agent, json=reply).status_code == 201
    assert mailed(parts, mail) == f"Here: {LINK}"
