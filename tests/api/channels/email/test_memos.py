"""The month's report by mail through a real Postfix and a real Dovecot: to everybody, once, whatever is killed when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser

import pytest

from api.channels.email.account import Account, Server, read_account
from api.channels.email.channel import Email
from api.channels.email.fetching import fetch
from api.channels.email.memos import Memo, write_memo
from api.channels.email.sending import send
from api.pages.reporting import last_month
from api.parts import Parts, read_recipients
from api.worker.reports import report
from knowledge.customers.conversations import Wanted, list_conversations
from knowledge.failures import Rejected, Unavailable
from knowledge.ids import new_id
from knowledge.settings import Settings
from knowledge.staff import mailings
from tests.api.channels.email.conftest import MailServer, mails_of, with_account

DECEMBER = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
servers = [pytest.mark.system("dovecot"), pytest.mark.system("postfix"), pytest.mark.timeout(120)]


@pytest.fixture
def settings(settings: Settings, mail_server: MailServer) -> Settings:
    given = with_account(settings, mail_server, f"support{new_id()[-8:]}@shop.example")
    readers = [f"Ada{new_id()[-8:]}@shop.example", "gone@mail.example", f"bo{new_id()[-8:]}@shop.example"]
    return given.model_copy(update={"report_to": ", ".join(readers), "time_zone": "Europe/Berlin"})


@pytest.fixture
def mailed(parts: Parts) -> Parts:
    account = read_account(parts.settings)
    assert account is not None
    # The mailings' clock is the calendar's: what is to have settled, settles with the clock of the parts.
    return replace(parts, channels={"email": Email(account, timedelta(minutes=10))}, clock=lambda: DECEMBER)


def states(parts: Parts) -> dict[str, str]:
    with parts.database.read() as session:
        return {one.address: one.state for one in mailings.list_mailings(session, parts.scope)}


class TestServers:
    """What needs the servers."""

    pytestmark = servers

    def test_it_comes_once_a_month_with_the_file_and_one_refusal_holds_up_nobody(
        self, mailed: Parts, mail_server: MailServer
    ) -> None:
        fetch(mailed, datetime.now(UTC))
        for _ in range(2):
            report(mailed, DECEMBER)
        ada, gone, bo = mailed.report_to
        assert states(mailed) == {ada: "sent", gone: "failed", bo: "sent"}
        for reader in (ada, bo):
            [mail] = mails_of(mail_server, reader)
            assert mail["Subject"] == "Customer support report, November 2026"
            assert mail["Auto-Submitted"] == "auto-generated"
            assert "Too few cases" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            [file] = mail.iter_attachments()
            assert file.get_filename() == "report-2026-11-01.html"
            page = file.get_content()
            assert "<script" not in page
            assert "01 November 2026" in page
        report(mailed, DECEMBER + timedelta(days=31))
        assert len(mails_of(mail_server, ada, 2)) == 2
        fetch(mailed, datetime.now(UTC))  # our own copies are nobody's message
        with mailed.database.read() as session:
            assert list_conversations(session, mailed.scope, Wanted(), limit=5) == []

    @pytest.mark.parametrize("left", [True, False])
    def test_killed_while_it_was_sent_it_leaves_once(self, mailed: Parts, mail_server: MailServer, left: bool) -> None:
        ada = mailed.report_to[0]
        channel = mailed.channels["email"]
        with mailed.database.write() as session:
            mailings.queue(session, mailed.scope, "report 2026-11-01", [ada], DECEMBER)
            [one] = mailings.list_mailings(session, mailed.scope)
            mailings.begin(session, one, DECEMBER)
        if left:
            send(channel.account, write_memo(_memo(one.id, ada), channel.account))
            mails_of(mail_server, channel.account.address)
        else:
            with pytest.raises(Unavailable, match="not known yet"):
                report(replace(mailed, clock=lambda: DECEMBER + timedelta(minutes=1)), DECEMBER)
        report(replace(mailed, clock=lambda: DECEMBER + timedelta(hours=1)), DECEMBER)
        assert states(mailed)[ada] == "sent"
        assert len(mails_of(mail_server, ada)) == 1

    def test_a_server_that_is_down_is_tried_again(self, mailed: Parts, mail_server: MailServer) -> None:
        channel = mailed.channels["email"]
        down = replace(channel.account, smtp=replace(channel.account.smtp, port=1))
        with pytest.raises(Unavailable, match="does not answer"):
            report(replace(mailed, channels={"email": Email(down)}), DECEMBER)
        assert set(states(mailed).values()) == {"queued"}
        report(mailed, DECEMBER)
        assert len(mails_of(mail_server, mailed.report_to[0])) == 1


def _memo(name: str, to: str) -> Memo:
    return Memo(name, to, "Report\r\nBcc: all@shop.example", "Nothing.", DECEMBER, "r\n.html", "<p>ü</p>")


def test_a_memo_is_written_without_another_header_and_leads_into_no_conversation() -> None:
    server = Server("imap", "127.0.0.1", 143, "", "", "INBOX")
    account = Account("support@shop.example", "Shop", server, server, b"secret")
    written = write_memo(_memo("a" * 32, "ada@shop.example"), account)
    mail = BytesParser(policy=policy.default).parsebytes(written.as_bytes())
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Report Bcc: all@shop.example"
    assert mail["Reply-To"] is None
    assert mail["X-Threadline"] == account.mark
    [file] = mail.iter_attachments()
    assert file.get_content().strip() == "<p>ü</p>"


def test_the_month_is_that_of_the_companys_clock() -> None:
    settings = Settings(_env_file=None, time_zone="Europe/Berlin")
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # the first of December in Berlin
    november = last_month(late, settings)
    assert (november.since, november.until) == (
        datetime(2026, 10, 31, 23, tzinfo=UTC),
        datetime(2026, 11, 30, 23, tzinfo=UTC),
    )
    assert last_month(late - timedelta(hours=1), settings).since == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert last_month(datetime(2026, 1, 5, tzinfo=UTC), settings).since.year == 2025


@pytest.mark.parametrize(
    ("to", "address", "said"),
    [("ada at shop", "support@shop.example", "address"), ("ada@shop.example", "", "no mail account")],
)
def test_recipients_that_cannot_be_reached_stop_the_start(to: str, address: str, said: str) -> None:
    with pytest.raises(Rejected, match=said):
        read_recipients(Settings(_env_file=None, report_to=to, mail_address=address))
