"""E-mail through a real Postfix and a real Dovecot: in, out, in threads, back again, and never twice."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from fastapi.testclient import TestClient
from imap_tools import MailBoxUnencrypted

from api.app import create_app
from api.channels.channel import NotTaken
from api.channels.delivering import deliver
from api.channels.email.account import read_account
from api.channels.email.channel import Email
from api.channels.email.fetching import fetch
from api.parts import Parts
from api.worker.bot import answer as attend_bot
from knowledge.bot import rules
from knowledge.bot.rules import Rule
from knowledge.customers import attachments, conversations, inbox, outbox, remaining, timeline
from knowledge.customers.conversations import Conversation, Wanted, list_conversations
from knowledge.customers.entries import Entry, Handle, MessageReceived, OrderItem, OrderRecorded
from knowledge.customers.inbox import Reply
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Unavailable
from knowledge.ids import new_id
from knowledge.settings import Settings
from tests.api.channels.email.conftest import PASSWORD, MailServer, mails_of, with_account

pytestmark = [
    pytest.mark.system("dovecot"),
    pytest.mark.system("postfix"),
    pytest.mark.system("openssl"),
    pytest.mark.timeout(180),
]
HOST = "mail.shop.example"


@pytest.fixture
def support() -> str:
    return f"support{new_id()[-8:]}@shop.example"


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer, support: str) -> Settings:
    return with_account(settings, mail_server, support)


@pytest.fixture
def mailed(parts: Parts) -> Parts:
    account = read_account(parts.settings)
    assert account is not None
    return replace(parts, channels={"email": Email(account, timedelta(seconds=0.1))})


@pytest.fixture
def open_shop() -> Callable[[Parts], TestClient]:
    """Open the doors of a shop whose bot answers in the chat at any time."""

    def open_shop(parts: Parts) -> TestClient:
        with parts.database.write() as session:
            rules.set_rule(session, parts.scope, Rule("chat", "", "always"), datetime.now(UTC))
        return TestClient(create_app(parts))

    return open_shop


def letter(sender: str, to: str, text: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = headers.pop("Subject", "My tent")
    mail["Message-ID"] = headers.pop("Message_ID", f"<{new_id()}@mail.example>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    mail.add_attachment(b"%PDF-1.7 a bill", maintype="application", subtype="pdf", filename="bill.pdf")
    mail.add_attachment(b"MZ", maintype="application", subtype="x-msdownload", filename="evil.exe")
    return mail.as_bytes(policy=policy.SMTP)


def come_in(parts: Parts, count: int, seconds: float = 30) -> list[Conversation]:
    """Fetch until so many messages of customers are there."""
    deadline = time.monotonic() + seconds
    while True:
        fetch(parts, datetime.now(UTC))
        with parts.database.read() as session:
            found = list_conversations(session, parts.scope, Wanted(), limit=50)
        if sum(one.messages for one in found) >= count:
            return found
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.1)


def answer(parts: Parts, conversation: Conversation, text: str) -> Entry:
    with parts.database.write() as session:
        return inbox.reply(session, parts.scope, Reply(conversation.id, text, "kim@example.com"), datetime.now(UTC))


def kinds(parts: Parts, conversation: Conversation) -> list[str]:
    with parts.database.read() as session:
        return [entry.kind for entry in remaining.of_conversation(session, conversation.id)]


def test_a_thread_goes_to_and_fro_with_its_files(
    mailed: Parts, mail_server: MailServer, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = f"ana{new_id()[-8:]}@mail.example"
    come_in(mailed, 0)
    mail_server.post(ana, support, letter(f"Ana <{ana}>", support, "Where is it?"))
    (conversation,) = come_in(mailed, 1)
    with mailed.database.read() as session:
        asked = timeline.latest_of(session, mailed.scope, conversation.id, ["message_received"])
        assert asked is not None
        assert isinstance(asked.payload, MessageReceived)
        bill, evil = asked.payload.attachments
        assert attachments.read(session, mailed.scope, bill.id).content == b"%PDF-1.7 a bill"
        assert (evil.id, evil.name, "type" in evil.refused) == ("", "evil.exe", True)
        assert not conversations.get_conversation(session, mailed.scope, conversation.id).public
    sent = answer(mailed, conversation, "On its way.\n.\nKim")
    for _ in range(2):
        deliver(mailed, sent)
    (got,) = mails_of(mail_server, ana)
    assert got["In-Reply-To"] == f"<{asked.payload.reference}>"
    assert got["Subject"] == "Re: My tent"
    assert got.get_content().replace("\r\n", "\n") == "On its way.\n.\nKim\n"
    assert str(got["From"]).startswith("Tarnfell Outdoor <")
    quoted = f"Thanks!\n\nOn Fri, 20 Nov 2026 at 10:00, Tarnfell Outdoor <{support}> wrote:\n> On its way."
    reply = letter(
        ana, str(got["Reply-To"]), quoted, In_Reply_To=str(got["Message-ID"]), References=str(got["References"])
    )
    mail_server.post(ana, str(got["Reply-To"]), reply)
    come_in(mailed, 3)
    assert kinds(mailed, conversation).count("message_received") == 2
    with mailed.database.read() as session:
        last = timeline.latest_of(session, mailed.scope, conversation.id, ["message_received"])
        assert last is not None
        assert isinstance(last.payload, MessageReceived)
        assert last.payload.text == "Thanks!"
    # The copy that proves it left is no message of anybody's, and is put away.
    deadline = time.monotonic() + 20
    with MailBoxUnencrypted("127.0.0.1", mail_server.imap).login(support.partition("@")[0], PASSWORD) as box:
        while not box.folder.exists("Sent"):
            assert time.monotonic() < deadline
            fetch(mailed, datetime.now(UTC))
        box.folder.set("Sent")
        assert len(box.uids()) == 1


def test_a_stranger_in_a_thread_opens_one_of_their_own(mailed: Parts, mail_server: MailServer, support: str) -> None:
    ana, eve = f"ana{new_id()[-8:]}@mail.example", f"eve{new_id()[-8:]}@mail.example"
    come_in(mailed, 0)
    mail_server.post(ana, support, letter(ana, support, "My order?", Message_ID="<first@mail.example>"))
    (conversation,) = come_in(mailed, 1)
    mail_server.post(eve, support, letter(eve, support, "And mine?", In_Reply_To="<first@mail.example>"))
    tagged = mailed.channels["email"].account.address_of(conversation.id)
    mail_server.post(eve, tagged, letter(eve, tagged, "Mine again?"))
    found = come_in(mailed, 3)
    assert {one.address.value for one in found} == {ana, eve}
    assert kinds(mailed, conversation) == ["conversation_opened", "message_received"]


def test_what_cannot_be_delivered_is_told(mailed: Parts, mail_server: MailServer, support: str) -> None:
    come_in(mailed, 0)
    told = {}
    for number, name in enumerate(("gone", "full", "bounced"), start=1):
        address = f"{name}@mail.example"
        raw = letter(address, support, "Hello?", Message_ID=f"<{new_id()}@mail.example>")
        mail_server.post(address, support, raw)
        found = come_in(mailed, 2 * number - 1)
        told[name] = answer(mailed, next(one for one in found if one.address.value == address), "Hello!")
    deliver(mailed, told["gone"])
    with pytest.raises(NotTaken, match="452"):
        deliver(mailed, told["full"])
    deliver(mailed, told["bounced"])

    def state(name: str) -> outbox.Waiting:
        with mailed.database.read() as session:
            return outbox.waiting_of(session, mailed.scope, told[name].id)

    assert (state("gone").state, state("full").state) == ("failed", "queued")
    assert "550" in state("gone").reason
    deadline = time.monotonic() + 40
    while state("bounced").state != "bounced":
        assert time.monotonic() < deadline, "the report did not come"
        fetch(mailed, datetime.now(UTC))
        time.sleep(0.1)
    assert "nobody of that name any more" in state("bounced").reason


def test_killed_after_it_left_it_does_not_leave_again(mailed: Parts, mail_server: MailServer, support: str) -> None:
    ana = f"ana{new_id()[-8:]}@mail.example"
    come_in(mailed, 0)
    mail_server.post(ana, support, letter(ana, support, "Where is it?"))
    (conversation,) = come_in(mailed, 1)
    sent, email = answer(mailed, conversation, "Here."), mailed.channels["email"]
    from api.channels.delivering import compose

    with mailed.database.write() as session:
        outbox.begin(session, mailed.scope, sent.id, datetime.now(UTC))
        outgoing = compose(session, mailed.scope, sent)
    assert outgoing is not None
    assert email.find(outgoing) is False
    email.deliver(outgoing)  # and here the worker is killed
    mails_of(mail_server, support, 2)
    deliver(mailed, sent)
    assert len(mails_of(mail_server, ana)) == 1
    with mailed.database.read() as session:
        assert outbox.waiting_of(session, mailed.scope, sent.id).state == "delivered"


def test_a_code_from_the_mailbox_typed_in_the_chat_opens_the_own_order(
    mailed: Parts, mail_server: MailServer, open_shop: Callable[[Parts], TestClient]
) -> None:
    """The whole way: asked in the chat, a code asked for, its mail in the mailbox, typed, and the status is told."""
    ana = f"ana{new_id()[-8:]}@mail.example"
    client, now = open_shop(mailed), datetime.now(UTC)
    with mailed.database.write() as session:
        new = NewCustomer("cus-7", name="Ana", handles=(KnownHandle(Handle("email", ana), True),))
        known = save_customer(session, mailed.scope, new, now)
        order = OrderRecorded("TF-77", "shipped", (OrderItem("Boots"),), tracking="FW1234567GB")
        timeline.append(session, mailed.scope, NewEntry(known, order, now), now)
    bearer = {"Authorization": f"Bearer {client.post('/chat/session', json={'carry': 'bearer'}).json()['token']}"}

    def last(kind: str) -> Entry:
        with mailed.database.read() as session:
            return [one for one in timeline.after(session, mailed.scope, 0) if one.kind == kind][-1]

    def told() -> list[str]:
        messages = client.get("/api/chat/messages", headers=bearer).json()["messages"]
        return [one["text"] for one in messages if one["by"] == "us"]

    client.post("/api/chat/messages", json={"text": "Where is my order TF-77?"}, headers=bearer)
    for _ in range(2):
        attend_bot(mailed, last("message_received"))
    assert len(told()) == 1
    assert "Show that it is you" in told()[0]
    assert "FW1234567GB" not in told()[0]
    assert client.post("/api/chat/code", json={"email": ana}, headers=bearer).status_code == 202
    deliver(mailed, last("message_sent"))
    (mail,) = mails_of(mail_server, ana)
    assert mail["Subject"] == "Your code"
    code = mail.get_content().split()[0]
    assert client.post("/api/chat/proof", json={"code": "000000"}, headers=bearer).status_code in (201, 401)
    proven = client.post("/api/chat/proof", json={"code": code}, headers=bearer)
    assert proven.status_code == 201
    bearer = {"Authorization": f"Bearer {proven.json()['token']}"}
    for _ in range(2):
        attend_bot(mailed, last("identity_proven"))
    assert len(told()) == 2
    assert "FW1234567GB" in told()[1]
    # the conversation goes on there, and an agent sees who it is
    client.post("/api/chat/messages", json={"text": "And what is in my order TF-77?"}, headers=bearer)
    assert last("message_received").conversation == last("identity_proven").conversation
    assert last("tool_used").customer in (known, last("identity_proven").customer)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's name leads to this machine, as DNS would have it."""
    asked = socket.getaddrinfo

    def resolve(host: object, *rest: Any, **more: Any) -> Any:
        return asked("127.0.0.1" if str(host).endswith("shop.example") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def over_tls(parts: Parts, server: MailServer, way: str, **more: Any) -> Parts:
    """The same account, reached by the server's name: `s` encrypted from the first byte, else by STARTTLS."""
    local = parts.settings.mail_address.partition("@")[0]
    imap, smtp = (server.imaps, server.smtps) if way == "s" else (server.imap, server.smtp)
    told = {
        "mail_imap": f"imap{way}://{local}@{HOST}:{imap}",
        "mail_smtp": f"smtp{way}://{HOST}:{smtp}",
        "mail_ca": str(server.ca),
    }
    settings = parts.settings.model_copy(update=told | more)
    account = read_account(settings)
    assert account is not None
    return replace(parts, settings=settings, channels={"email": Email(account, timedelta(seconds=0.1))})


@pytest.mark.parametrize("way", ["s", ""])
def test_in_and_out_over_tls(mailed: Parts, mail_server: MailServer, support: str, named: None, way: str) -> None:
    parts, ana = over_tls(mailed, mail_server, way), f"ana{new_id()[-8:]}@mail.example"
    come_in(parts, 0)
    mail_server.post(ana, support, letter(ana, support, "Where is it?"))
    (conversation,) = come_in(parts, 1)
    deliver(parts, answer(parts, conversation, "On its way."))
    (got,) = mails_of(mail_server, ana)
    assert any("using TLSv1." in str(hop) for hop in got.get_all("Received", []))


@pytest.mark.parametrize(
    "broken",
    [
        {"mail_ca": ""},  # nobody we trust vouches for it
        {"mail_smtp": "smtps://other.shop.example:{smtps}", "mail_imap": "imaps://x@other.shop.example:{imaps}"},
        {"mail_smtp": "smtp://mail.shop.example:{clear}", "mail_imap": "imap://x@mail.shop.example:{lost}"},
    ],
)
def test_what_is_not_encrypted_as_it_should_be_is_not_spoken_to(
    mailed: Parts, mail_server: MailServer, support: str, named: None, broken: dict[str, str]
) -> None:
    ana = f"ana{new_id()[-8:]}@mail.example"
    come_in(mailed, 0)
    mail_server.post(ana, support, letter(ana, support, "Where is it?"))
    (conversation,) = come_in(mailed, 1)
    sent = answer(mailed, conversation, "On its way.")
    ports = {"smtps": mail_server.smtps, "imaps": mail_server.imaps, "clear": mail_server.clear, "lost": 9}
    given = {name: value.format(**ports) for name, value in broken.items()}
    parts = over_tls(mailed, mail_server, "s", **given)
    with pytest.raises(NotTaken):
        deliver(parts, sent)
    with pytest.raises(Unavailable):
        fetch(parts, datetime.now(UTC))
    deliver(mailed, sent)  # it was kept
    (got,) = mails_of(mail_server, ana)
    assert got["Message-ID"]
