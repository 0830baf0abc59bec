"""Fetching: the mailbox is read every quarter of a minute, each mail once, in the order in which they came."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from api.channels.channel import AutoReply, Ignored, Returned
from api.channels.email.account import Account, read_account
from api.channels.email.mailbox import Fetched, Mailbox, open_mailbox
from api.channels.email.reading import Mail, own_messages, read_mail
from api.parts import Parts
from api.worker.work import Job, Retries
from knowledge.customers import attachments, conversations, identity, inbox, timeline
from knowledge.customers.delivery_entries import AutoReplyReceived, MessageBounced
from knowledge.customers.entries import MessageSent
from knowledge.customers.inbox import Incoming
from knowledge.customers.timeline import NewEntry
from knowledge.failures import NotFound, Rejected
from knowledge.ids import ConversationId
from knowledge.work import marks

# Who writes more mails than this in ten minutes is a machine that answers a machine.
MOST_MAILS, WITHIN = 20, timedelta(minutes=10)
BACK = timedelta(days=1)


def fetch(parts: Parts, now: datetime) -> None:
    """Take up every mail that came since the last time.

    Raises:
        Unavailable: the mail server does not answer.
    """
    account = read_account(parts.settings)
    if account is None:
        return
    with open_mailbox(account) as mailbox:
        name = f"mail:{mailbox.validity}"
        with parts.database.write() as session:
            # Older mail is for `threadline import`.
            cursor = marks.cursor(
                session, parts.scope, name, lambda _session, _scope: mailbox.last_before((now - BACK).date())
            )
        for uid in mailbox.uids_after(cursor):
            fetched = mailbox.fetch(uid)
            if fetched is not None:
                _take(parts, account, mailbox, fetched)
            with parts.database.write() as session:
                marks.advance(session, parts.scope, name, uid)


def _take(parts: Parts, account: Account, mailbox: Mailbox, fetched: Fetched) -> None:
    """Take up one mail. Killed before the mark moves on, it is read again and known by its id."""
    now = parts.clock()
    mail = read_mail(fetched.raw, account, now, whole=fetched.whole)
    with parts.database.write() as session:
        take_up(session, parts, mail, account, now)
    if isinstance(mail.arrived, Ignored) and mail.arrived.reason == "a copy of our own message":
        mailbox.put_away(fetched.uid)


def take_up(session: Session, parts: Parts, mail: Mail, account: Account, now: datetime) -> None:
    """Append what a mail is; what is nobody's is passed over."""
    match mail.arrived:
        case Incoming() as incoming:
            _receive(session, parts, mail, _in_thread(session, parts, incoming, account), now)
        case AutoReply() as answer:
            _note_answer(session, parts, answer, now)
        case Returned() as returned if returned.lasting:
            _note_return(session, parts, returned, now)


def _receive(session: Session, parts: Parts, mail: Mail, incoming: Incoming, now: datetime) -> None:
    timeline.hold(session, parts.scope)
    if timeline.find(session, parts.scope, f"in:email:{incoming.external_id}") is not None:
        return
    if _is_flood(session, parts, incoming, now):
        answer = AutoReply(incoming.address, incoming.text, incoming.subject, "too many mails", incoming.external_id)
        _note_answer(session, parts, answer, now)
        return
    limits = attachments.limits_of(parts.settings)
    kept = attachments.keep_all(session, parts.scope, mail.files, limits, now)
    try:
        entry = inbox.receive(session, parts.scope, replace(incoming, attachments=kept), now)
    except Rejected:  # no address that anybody could answer to: there is nobody to keep it for
        attachments.drop(session, kept)
        return
    attachments.belong_to(session, kept, entry)


def _in_thread(session: Session, parts: Parts, incoming: Incoming, account: Account) -> Incoming:
    """Say which conversation a mail goes on when it answers one of our own."""
    if incoming.conversation is not None:
        return incoming
    for message in own_messages(incoming.answers, account):
        try:
            entry = timeline.get_entry(session, parts.scope, message)
        except NotFound:
            continue
        return replace(incoming, conversation=entry.conversation)
    return incoming


def _is_flood(session: Session, parts: Parts, incoming: Incoming, now: datetime) -> bool:
    customer = identity.find(session, parts.scope, identity.normalise(incoming.address))
    if customer is None:
        return False
    latest = timeline.page(session, parts.scope, customer=customer, limit=MOST_MAILS * 2)
    heard = [one for one in latest if one.kind == "message_received" and now - one.recorded_at < WITHIN]
    return len(heard) >= MOST_MAILS


def _note_answer(session: Session, parts: Parts, answer: AutoReply, now: datetime) -> None:
    """Write a machine's answer onto the timeline of whom we wrote to; one of a stranger is passed over."""
    address = identity.normalise(answer.sender)
    found = conversations.find(session, parts.scope, ConversationId(answer.conversation or ""))
    customer = found.customer if found else identity.find(session, parts.scope, address)
    if customer is None:
        return
    said = AutoReplyReceived("email", inbox.clean(answer.text, 0), inbox.clean(answer.subject, 0, 300), answer.reason)
    key = f"in:email:{answer.external_id}"
    new = NewEntry(customer, said, now, found.id if found else None, key)
    timeline.append(session, parts.scope, new, now)


def _note_return(session: Session, parts: Parts, returned: Returned, now: datetime) -> None:
    try:
        sent = timeline.get_entry(session, parts.scope, returned.message)
    except NotFound:
        return
    if isinstance(sent.payload, MessageSent):
        said = MessageBounced(sent.id, sent.payload.channel, returned.reason)
        new = NewEntry(sent.customer, said, now, sent.conversation, f"bounced:{sent.id}")
        timeline.append(session, parts.scope, new, now)


FETCH_MAIL = Job(
    "fetch_mail",
    timedelta(seconds=15),
    fetch,
    Retries(attempts=1_000_000, first=timedelta(seconds=15), factor=1.5, longest=timedelta(minutes=5)),
)
