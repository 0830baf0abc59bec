"""Mailboxes become conversations: threads, directions, charsets; what is hostile is refused and the rest stored."""

import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from api.importers import mailboxes
from api.importers.formats import open_sources
from api.importers.importing import ImportReport, import_events
from api.importers.sources import Options
from knowledge.customers import conversations, timeline
from knowledge.customers.conversations import Wanted
from knowledge.customers.entries import Handle
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OURS = Options(ours=frozenset({"support@shop.example"}))


def mail(number: int, text: str = "", answers: int = 0, **more: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "Message-ID": f"<{number}@mail.example>",
        "Date": f"Mon, 02 Nov 2026 10:{number:02}:00 +0100",
        "From": "Ada <ada@mail.example>",
        "To": "support@shop.example",
        "Subject": "Tent",
        **({"In-Reply-To": f"<{answers}@mail.example>"} if answers else {}),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    for name, value in given.items():
        if value:
            made[name] = value
    made.set_content(text or f"Mail {number}")
    return made


def box_of(path: Path, *mails: EmailMessage | bytes) -> Path:
    box = mailbox.mbox(path)
    for one in mails:
        box.add(one)
    box.close()
    return path


def bring(database: Database, scope: Scope, path: Path, options: Options = OURS) -> ImportReport:
    return import_events(database, scope, open_sources([path], "auto", options), NOW)


def told(database: Database, scope: Scope) -> list[tuple[Any, list[Any]]]:
    """The conversations, the first one first, with their messages."""
    with database.read() as session:
        found = sorted(conversations.list_conversations(session, scope, Wanted()), key=lambda one: one.opened_at)
        return [
            (one, [e.payload for e in timeline.page(session, scope, conversation=one.id) if hasattr(e.payload, "text")])
            for one in found
        ]


def test_a_thread_is_one_conversation(database: Database, scope: Scope, tmp_path: Path) -> None:
    answer = mail(2, "We send a new one.", answers=1, From="support@shop.example", To="Ada <ada@mail.example>")
    third = mail(3, "Great!", References="<1@mail.example> <2@mail.example>", In_Reply_To="<2@mail.example>")
    path = box_of(tmp_path / "a.mbox", third, answer, mail(1, "It broke."), mail(4, "Other", Subject="Stove"))
    report = bring(database, scope, path)
    assert report.bad == []
    first, second = told(database, scope)
    assert [(type(one).__name__, one.text) for one in first[1]] == [
        ("MessageReceived", "It broke."),
        ("MessageSent", "We send a new one."),
        ("MessageReceived", "Great!"),
    ]
    assert first[0].address == Handle("email", "ada@mail.example")
    assert first[1][1].author == "support@shop.example"
    assert [one.text for one in second[1]] == ["Other"]
    again = bring(database, scope, path)
    assert (again.bad, sum(again.added.values()), again.known["message"]) == ([], 0, 4)


def test_a_stranger_in_a_thread_opens_a_conversation_of_their_own(
    database: Database, scope: Scope, tmp_path: Path
) -> None:
    bring(database, scope, box_of(tmp_path / "a.mbox", mail(1), mail(2, "Me too", 1, From="eve@mail.example")))
    (ada, _), (eve, said) = told(database, scope)
    assert ada.customer != eve.customer
    assert [one.text for one in said] == ["Me too"]


def test_a_sender_proves_nothing_unless_the_mailbox_is_trusted(
    database: Database, scope: Scope, tmp_path: Path
) -> None:
    from knowledge.customers import identity

    path = box_of(tmp_path / "a.mbox", mail(1))
    bring(database, scope, path)
    with database.read() as session:
        assert identity.find(session, scope, Handle("email", "ada@mail.example")) is None


def test_a_trusted_mailbox_finds_the_customer(database: Database, scope: Scope, tmp_path: Path) -> None:
    from knowledge.customers import identity

    handle = {"kind": "email", "value": "ada@mail.example"}
    import_events(database, scope, [{"type": "customer", "id": "c1", "name": "Ada", "handles": [handle]}], NOW)
    path = box_of(tmp_path / "a.mbox", mail(1))
    bring(database, scope, path, Options(ours=OURS.ours, trust_addresses=True))
    with database.read() as session:
        known = identity.find(session, scope, Handle("email", "ada@mail.example"))
    assert [one.customer for one, _ in told(database, scope)] == [known]


def test_maildir(database: Database, scope: Scope, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box")
    box.add(mail(1, "From a folder"))
    assert bring(database, scope, tmp_path / "box").bad == []
    assert [one.text for one in told(database, scope)[0][1]] == ["From a folder"]


@pytest.mark.parametrize(
    ("raw", "text", "subject"),
    [
        ("Content-Type: text/plain; charset=iso-8859-15\n\n5 €".encode("iso-8859-15"), "5 €", ""),
        ("Subject: =?utf-8?b?0JfQsNC60LDQtw==?=\n\nда".encode(), "да", "Заказ"),
        ("Subject: Gr\xfc\xdfe\n\nGr\xfc\xdfe".encode("latin-1"), "Grüße", "Grüße"),
        (b"Content-Type: text/plain; charset=no-such-charset\n\nplain", "plain", ""),
        (b"Content-Type: text/html\n\n<p>Hi</p><p>you</p><blockquote>", "Hi\nyou", ""),
        (b"Subject: =?utf-8?q?=?=\nContent-Transfer-Encoding: base64\n\n!!!not base64", "!!!not base64", None),
        (b"Content-Type: multipart/mixed; boundary=\n\nx", "x", ""),
        (b"Content-Type: text/plain; charset=utf-7\n\nHi +AKM-1", "Hi £1", ""),
        ("Subject: مرحبا\n\nأين طلبي؟".encode(), "أين طلبي؟", "مرحبا"),
    ],
)
def test_charsets_and_broken_mails(
    database: Database, scope: Scope, tmp_path: Path, raw: bytes, text: str, subject: str | None
) -> None:
    head = b"Message-ID: <1@x>\nDate: Mon, 02 Nov 2026 10:00:00 +0100\nFrom: ada@mail.example\n"
    report = bring(database, scope, box_of(tmp_path / "a.mbox", head + raw))
    assert report.bad == []
    ((_, [said]),) = told(database, scope)
    assert said.text.splitlines() == text.splitlines()
    assert subject is None or said.subject == subject


BAD = [
    (mail(1, Date=""), "Date: is missing"),
    (mail(1, From=""), "From: names no address"),
    (mail(1, From="support@shop.example", To="support@shop.example"), "To: names no customer"),
    (mail(1, text=" "), "text: String should have at least 1 character"),
    (mail(1, text="x" * 30_000), "text: has 30,000 characters"),
    (mail(1, From="ada@@mail..example"), "no valid e-mail address"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_mail_is_refused_and_the_rest_stored(
    database: Database, scope: Scope, tmp_path: Path, bad: EmailMessage, reason: str
) -> None:
    report = bring(database, scope, box_of(tmp_path / "a.mbox", mail(7), bad))
    assert [one.line for one in report.bad] == [2]
    assert reason in report.bad[0].reason
    assert report.added["message"] == 1


def test_hostile_mails_are_refused(
    database: Database, scope: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "MAX_MAIL_BYTES", 1_000_000)
    deep = mail(1).as_bytes().partition(b"\n\n")[0].replace(b"text/plain", b"multipart/mixed; boundary=b0") + b"\n\n"
    for level in range(1, 3_000):
        deep += f"--b{level - 1}\nContent-Type: multipart/mixed; boundary=b{level}\n\n".encode()
    huge = mail(2, "x" * 1_100_000)
    circle = mail(3, answers=4), mail(4, answers=3)
    ids = mail(5, References="<a@b> " * 3_000)
    report = bring(database, scope, box_of(tmp_path / "a.mbox", deep, huge, *circle, ids))
    assert sorted(one.line for one in report.bad) == [1, 2]
    assert "larger than" in report.bad[1].reason
    assert report.added["message"] == 3


def test_a_mail_without_id_is_stored_once(database: Database, scope: Scope, tmp_path: Path) -> None:
    path = box_of(tmp_path / "a.mbox", mail(1, Message_ID=""))
    bring(database, scope, path)
    assert bring(database, scope, path).known["message"] == 1


def test_attachments_are_named_in_the_report(database: Database, scope: Scope, tmp_path: Path) -> None:
    made = mail(1)
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    report = bring(database, scope, box_of(tmp_path / "a.mbox", made))
    assert report.ignored_fields == {"message.attachments": 1}


def test_what_is_no_mailbox_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_text("nothing")
    with pytest.raises(Rejected, match="no mbox file"):
        open_sources([tmp_path / "a.mbox"], "auto", OURS)
    with pytest.raises(Rejected, match="no Maildir"):
        open_sources([tmp_path], "auto", OURS)
    (tmp_path / "b.mbox").write_text("")
    with pytest.raises(Rejected, match="Which addresses are yours"):
        open_sources([tmp_path / "b.mbox"], "auto", Options())
