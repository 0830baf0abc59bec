"""A mail is read for what it is, whatever it says, and nothing of it can break the reading."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.channels.channel import AutoReply, Ignored, Outgoing, Returned
from api.channels.email.account import Account, Server, read_account
from api.channels.email.reading import read_mail
from api.channels.email.writing import write_mail
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, CustomerId, EntryId, new_id
from knowledge.settings import Settings

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SERVER = Server("imap", "127.0.0.1", 1, "", "", "INBOX")
ACCOUNT = Account("support@shop.example", "The Shop", SERVER, SERVER, b"s" * 32, authserv="mx.shop.example")


def raw(body: str = "Hello", **headers: str) -> bytes:
    told = {"From": "Ana <ana@mail.example>", "To": ACCOUNT.address, "Message-ID": "<1@mail.example>", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape")


def read(given: bytes) -> object:
    return read_mail(given, ACCOUNT, NOW).arrived


def outgoing(**changes: object) -> Outgoing:
    told = {
        "message": EntryId(new_id()),
        "conversation": ConversationId(new_id()),
        "customer": CustomerId(new_id()),
        "address": Handle("email", "ana@mail.example"),
        "text": "Hello",
        "subject": "My tent",
        "at": NOW,
    }
    return Outgoing(**{**told, **changes})


def test_a_persons_mail_is_a_message_with_what_threads_need() -> None:
    said = read(raw(Subject="=?iso-8859-1?Q?R=FCcksendung?=", In_Reply_To="<0@x>", References="<a@x> <0@x>"))
    assert isinstance(said, Incoming)
    assert (said.address.value, said.text, said.subject) == ("ana@mail.example", "Hello", "Rücksendung")
    assert (said.external_id, said.reference, said.answers[:2]) == ("1@mail.example", "1@mail.example", ("0@x", "a@x"))
    assert not said.verified


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "Auto-Submitted"),
        ({"X_Autoreply": "yes"}, "X-Autoreply"),
        ({"Precedence": "bulk"}, "Precedence"),
        ({"List_Id": "<news.shop>"}, "list"),
        ({"Return_Path": "<>"}, "Return-Path"),
        ({"From": "MAILER-DAEMON@mail.example"}, "machine"),
        ({"From": "no-reply@mail.example"}, "machine"),
    ],
)
def test_machines_are_told_by_their_headers(headers: dict[str, str], reason: str) -> None:
    said = read(raw(**headers))
    assert isinstance(said, AutoReply)
    assert reason in said.reason
    assert isinstance(read(raw(Auto_Submitted="no")), Incoming)


def test_loops_are_nobodys() -> None:
    own = write_mail(outgoing(), ACCOUNT).as_bytes()
    assert read(own) == Ignored("a copy of our own message")
    assert isinstance(read(raw(From="support+x@shop.example")), Ignored)
    assert isinstance(read(raw(From="")), Ignored)
    assert isinstance(read(raw(X_Threadline="0" * 16)), Incoming)  # anybody can write the header, not the mark


def test_a_sender_is_proven_by_our_own_server_only() -> None:
    good = "mx.shop.example; dmarc=pass header.from=mail.example"
    assert getattr(read(raw(Authentication_Results=good)), "verified", None) is True
    for forged in (
        "mx.evil.example; dmarc=pass header.from=mail.example",
        "mx.shop.example; dmarc=fail header.from=mail.example",
        "mx.shop.example; dmarc=pass header.from=other.example",
        "mx.shop.example.evil; dmarc=pass header.from=mail.example",
    ):
        assert getattr(read(raw(Authentication_Results=forged)), "verified", None) is False, forged


def test_our_own_ids_come_back_and_nobody_can_make_one() -> None:
    conversation, message = new_id(), new_id()
    tagged = ACCOUNT.address_of(conversation)
    assert getattr(read(raw(To=tagged)), "conversation", None) == conversation
    assert ACCOUNT.message_of(ACCOUNT.message_id(message)) == message
    for forged in (f"support+{conversation}.{'0' * 16}@shop.example", f"support+{conversation}@shop.example"):
        assert getattr(read(raw(To=forged)), "conversation", "") is None
    assert ACCOUNT.message_of(f"{message}.{'f' * 16}@shop.example") is None


def test_a_report_names_the_message_that_came_back() -> None:
    message = new_id()
    parts = [
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry",
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nAction: failed\r\n"
        "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user",
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ACCOUNT.message_id(message)}>",
    ]
    report = raw(
        "\r\n".join([*parts, "--b--"]),
        From="MAILER-DAEMON@mail.example",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )
    assert read(report) == Returned(EntryId(message), "550 no such user (5.1.1)", lasting=True)
    late = read(report.replace(b"Action: failed", b"Action: delayed"))
    assert isinstance(late, Returned)
    assert not late.lasting
    assert isinstance(read(report.replace(message.encode(), b"0" * 32)), Ignored)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: a@b.example\r\n" + b"X: y\r\n" * 20_000,
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3_000,
        b"From: a@b.example\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xe9t\xe9",
        b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"From: a@b.example\r\nDate: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\nx",
        b"From: =?utf-8?B?////?= <a@b.example>\r\nSubject: =?x?y?z\r\n\r\nx",
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>" + b"<div>" * 5_000,
    ],
)
def test_hostile_mail_is_read_or_passed_over(hostile: bytes) -> None:
    said = read_mail(hostile, ACCOUNT, NOW).arrived
    assert isinstance(said, Incoming | Ignored)
    if isinstance(said, Incoming):
        assert said.at <= NOW
        assert "alert(1)" not in said.text


@given(st.binary(max_size=400), st.sampled_from(["From", "Date", "Message-ID", "Content-Type", "References", "To"]))
def test_nothing_breaks_the_reading(noise: bytes, name: str) -> None:
    given = b"From: a@b.example\r\n" + name.encode() + b": " + noise + b"\r\n\r\n" + noise
    assert read_mail(given, ACCOUNT, NOW).arrived is not None


def test_the_mail_that_leaves_cannot_be_given_other_headers() -> None:
    evil = "Hi\r\nBcc: everybody@mail.example\r\n\r\nspam"
    mail = write_mail(outgoing(subject=evil, references=("ok@x", "bad\r\nBcc: x@y", "a b")), ACCOUNT)
    assert mail["Bcc"] is None
    assert mail["References"] == "<ok@x>"
    once = outgoing()
    assert write_mail(once, ACCOUNT)["Message-ID"] == write_mail(once, ACCOUNT)["Message-ID"]
    empty = EmailMessage()
    assert empty["Bcc"] is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mail_address": "nobody"}, "no mail address"),
        ({"mail_imap": "http://x"}, "MAIL_IMAP"),
        ({"mail_smtp": "smtps://me:secret@host"}, "holds a password"),
        ({"mail_address": ""}, "no address"),
        ({"mail_ca": "/nowhere.pem"}, "MAIL_CA"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(settings: Settings, changes: dict[str, str], says: str) -> None:
    good = {"mail_address": "s@x.example", "mail_imap": "imaps://s@h", "mail_smtp": "smtps://s@h"}
    assert read_account(settings.model_copy(update=good)) is not None
    assert read_account(settings) is None
    with pytest.raises(Rejected, match=says):
        read_account(settings.model_copy(update={**good, **changes}))


def test_a_mail_that_we_send_first_says_how_to_stop_it_in_one_line_each() -> None:
    link = f"https://support.example.org/survey/{'a' * 300}.{'b' * 40}"
    lines = write_mail(outgoing(stop=link), ACCOUNT).as_bytes().decode("ascii").split("\r\n")
    (told,) = [line for line in lines if line.lower().startswith("list-unsubscribe:")]
    assert told.startswith(f"List-Unsubscribe: <{link}>, <mailto:support+")
    assert told.endswith("?subject=STOP&body=STOP>")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    plain = write_mail(outgoing(stop="http://127.0.0.1:8000/stop/x"), ACCOUNT)
    assert plain["List-Unsubscribe-Post"] is None  # one click is for HTTPS alone
    assert write_mail(outgoing(), ACCOUNT)["List-Unsubscribe"] is None
    broken = write_mail(outgoing(stop="https://x.example/\r\nBcc: eve@mail.example"), ACCOUNT).as_bytes()
    assert b"\nBcc:" not in broken
