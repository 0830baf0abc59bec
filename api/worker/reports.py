"""The month's report by mail: once the month is over, to every address of the settings, each mail once."""

from datetime import datetime, timedelta

from api.channels.channel import Refused, Unsure
from api.channels.email.channel import Email
from api.channels.email.mailbox import open_mailbox
from api.channels.email.memos import Memo, write_memo
from api.channels.email.sending import send
from api.pages.reporting import as_html, as_text, last_month, make_report
from api.parts import Parts
from api.worker.work import Job
from evals.live.measures import Period
from knowledge.failures import Unavailable
from knowledge.staff import mailings
from knowledge.staff.mailings import Mailing


def report(parts: Parts, now: datetime) -> None:
    """Send the last month's report to whoever has not had it; nobody when the settings name nobody.

    Raises:
        Unavailable: a mail did not leave now, or nobody can tell yet; to be tried again.
    """
    channel = parts.channels.get("email")
    if not parts.report_to or not isinstance(channel, Email):
        return
    period = last_month(now, parts.settings)
    about = f"report {period.since:%Y-%m-%d}"
    with parts.database.write() as session:
        mailings.queue(session, parts.scope, about, parts.report_to, now)
    with parts.database.read() as session:
        waiting = mailings.list_mailings(session, parts.scope, about, "queued")
    if waiting:
        _send(parts, channel, waiting, period)


def _send(parts: Parts, channel: Email, waiting: list[Mailing], period: Period) -> None:
    """Try every mail, so that one that does not leave holds up no other."""
    made = make_report(parts, period)
    page, text = as_html(made, parts.settings.company), as_text(made, parts.settings.company)
    subject = f"Customer support report, {made.period.since + (made.period.until - made.period.since) / 2:%B %Y}"
    failed: list[Unavailable] = []
    for one in waiting:
        file = f"report-{one.about.removeprefix('report ')}.html"
        try:
            _leave(parts, channel, one, Memo(one.id, one.address, subject, text, one.queued_at, file, page))
        except Unavailable as problem:
            failed.append(problem)
    if failed:
        raise failed[0]


def _leave(parts: Parts, channel: Email, one: Mailing, memo: Memo) -> None:
    """Send one mail. It is marked before the server is asked: who finds the mark looks into our mailbox first."""
    if one.since is not None:
        if _has_left(channel, one):
            _settle(parts, one, "sent")
            return
        if abs(parts.clock() - one.since) < channel.settles_after:
            raise Unavailable("Sending was interrupted; its outcome is not known yet.", "It is looked at again.")
    with parts.database.write() as session:
        mailings.begin(session, one, parts.clock())
    try:
        send(channel.account, write_memo(memo, channel.account))
    except Unsure:
        raise  # the mark stays
    except Refused as refused:
        _settle(parts, one, "failed", str(refused))
    except Unavailable as problem:
        with parts.database.write() as session:
            mailings.put_back(session, one, str(problem))
        raise
    else:
        _settle(parts, one, "sent")


def _has_left(channel: Email, one: Mailing) -> bool:
    with open_mailbox(channel.account) as mailbox:
        return mailbox.holds(channel.account.message_id(one.id))


def _settle(parts: Parts, one: Mailing, state: mailings.State, reason: str = "") -> None:
    with parts.database.write() as session:
        mailings.settle(session, one, state, reason)


REPORT = Job("report", timedelta(hours=1), report)
