"""Reading a mail: a message, a machine's answer, one of ours come back, or nobody's. It never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime

from api.channels.channel import Arrived, AutoReply, Ignored, Returned
from api.channels.email.account import Account
from api.importers.mail import addresses, envelope_of, header, short, text_of
from knowledge.customers.attachments import Given
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming
from knowledge.ids import ConversationId, EntryId

MOST_ANSWERED = 30
TEXT_CHARS = 200_000
EMPTY = "(This mail has no text.)"
UNREADABLE = "(This mail cannot be read.)"
MACHINES = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)(?:[+@]|$)", re.IGNORECASE)
BULK = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_STATUS = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
_ACTION = re.compile(r"^Action:\s*(\w+)", re.MULTILINE | re.IGNORECASE)
_DIAGNOSIS = re.compile(r"^Diagnostic-Code:\s*(?:\w+;)?\s*([^\n]{1,300})", re.MULTILINE | re.IGNORECASE)
_ORIGINAL = re.compile(r"^Message-ID:\s*<([^<>\s]{1,300})>", re.MULTILINE | re.IGNORECASE)
_PASS = re.compile(r"\bdmarc=pass\b", re.IGNORECASE)
_FROM = re.compile(r"\bheader\.from=\"?@?([\w.-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """A mail taken apart: what it is, and the files in it."""

    arrived: Arrived
    files: tuple[Given, ...] = ()


def read_mail(raw: bytes, account: Account, now: datetime, *, whole: bool = True) -> Mail:
    """Read a mail; `whole` is false when only its headers are there because it is too large."""
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        return _read(mail, raw, account, now, whole)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, KeyError):
        # What the standard library's parser stumbles over: the headers alone are read in the same way, with less of it.
        head = raw.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
        return _barely(head, account, now)


def _read(mail: Message, raw: bytes, account: Account, now: datetime, whole: bool) -> Mail:
    if header(mail, "X-Threadline") == account.mark:
        return Mail(Ignored("a copy of our own message"))
    returned = _returned(mail, account)
    if returned is not None:
        return Mail(returned)
    senders = addresses(mail, "From")
    if not senders:
        return Mail(Ignored("it names no sender"))
    sender = senders[0]
    if account.is_ours(sender):
        return Mail(Ignored("it comes from our own address"))
    envelope = envelope_of(mail, raw)
    text = (text_of(mail) if whole else _too_large(account))[:TEXT_CHARS].strip() or EMPTY
    subject, machine = header(mail, "Subject")[:300], _machine(mail, sender)
    answered = _conversation(mail, account)
    if machine:
        return Mail(AutoReply(Handle("email", sender), text, subject, machine, short(envelope.id), answered))
    answers = tuple(dict.fromkeys(reversed(envelope.answers)))[:MOST_ANSWERED]
    incoming = Incoming(
        channel="email",
        address=Handle("email", sender),
        text=text,
        at=min(_date(mail, now), now),
        subject=subject,
        external_id=short(envelope.id),
        conversation_key=short(f"mail:{envelope.answers[0] if envelope.answers else envelope.id}:{sender}"),
        verified=_is_proven(mail, sender, account),
        conversation=answered,
        reference=envelope.id if not envelope.id.startswith("sha256:") else "",
        answers=tuple(short(one) for one in answers),
    )
    return Mail(incoming, tuple(_files(mail)) if whole else ())


def _barely(head: bytes, account: Account, now: datetime) -> Mail:
    found = re.search(rb"^From:[^\n]*?([\w.+-]{1,64}@[\w.-]{1,255})", head, re.MULTILINE | re.IGNORECASE)
    if found is None:
        return Mail(Ignored("it cannot be read"))
    sender = found[1].decode("ascii", "replace").lower()
    if account.is_ours(sender):
        return Mail(Ignored("it comes from our own address"))
    envelope = envelope_of(Message(), head)
    return Mail(Incoming("email", Handle("email", sender), UNREADABLE, now, external_id=envelope.id, verified=False))


def _too_large(account: Account) -> str:
    return f"(This mail is larger than {account.max_bytes / 1e6:.0f} MB and was not read.)"


def _machine(mail: Message, sender: str) -> str:
    """How a mail says that no person wrote it (RFC 3834 and what is usual); empty when one did."""
    submitted = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted[:40]}"
    for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"):
        if header(mail, name).lower() not in ("", "no"):
            return name
    if header(mail, "Precedence").lower() in BULK:
        return f"Precedence: {header(mail, 'Precedence').lower()}"
    if header(mail, "List-Id") or header(mail, "List-Unsubscribe"):
        return "a mailing list"
    if header(mail, "Return-Path") == "<>":
        return "an empty Return-Path"
    return "a machine's address" if MACHINES.match(sender) else ""


def _returned(mail: Message, account: Account) -> Returned | Ignored | None:
    """What a delivery status notification (RFC 3464) says about a message of ours; `None` when it is none."""
    if mail.get_content_type() != "multipart/report":
        return None
    status, original = "", ""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            status = "\n\n".join(str(piece) for piece in part.walk() if piece is not part) or str(part.get_payload())
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/global-headers"):
            original = original or _original(part)
    message = account.message_of(original)
    if message is None:
        return Ignored("a report about a mail that is not ours")
    action = found[1].lower() if (found := _ACTION.search(status)) else "failed"
    code = found[1] if (found := _STATUS.search(status)) else ""
    said = " ".join(found[1].split()) if (found := _DIAGNOSIS.search(status)) else ""
    if action in ("delivered", "relayed", "expanded"):
        return Ignored("a receipt of delivery")
    reason = " ".join(part for part in (said, f"({code})" if code and code not in said else "") if part)
    return Returned(EntryId(message), reason or "The address does not take it.", lasting=action == "failed")


def _original(part: Message) -> str:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if isinstance(inner, Message):
        text = header(inner, "Message-ID")
        return text.strip("<> ")
    found = _ORIGINAL.search(str(payload))
    return found[1] if found else ""


def _conversation(mail: Message, account: Account) -> ConversationId | None:
    """The conversation that the mail is addressed to, or that one of our own messages it answers belongs to."""
    for address in addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To"):
        found = account.conversation_of(address)
        if found is not None:
            return ConversationId(found)
    return None


def own_messages(answers: tuple[str, ...], account: Account) -> list[EntryId]:
    """Return which of our own messages a mail answers."""
    return [EntryId(found) for one in answers if (found := account.message_of(one)) is not None]


def _is_proven(mail: Message, sender: str, account: Account) -> bool:
    """Whether our own mail server found that the sender's domain stands for this mail (DMARC).

    Only the topmost header counts, and only when it is our server's: anybody can write one further down.
    """
    said = header(mail, "Authentication-Results")
    if not account.authserv or said.partition(";")[0].split(" ")[0].strip().lower() != account.authserv:
        return False
    domain = found[1].lower() if (found := _FROM.search(said)) else ""
    return bool(_PASS.search(said)) and domain == sender.rpartition("@")[2]


def _date(mail: Message, now: datetime) -> datetime:
    try:
        at = parsedate_to_datetime(header(mail, "Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return now
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _files(mail: Message) -> Iterator[Given]:
    for part in mail.walk():
        name = part.get_filename()
        if part.is_multipart() or not (name or part.get_content_disposition() == "attachment"):
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield Given(str(name or "file"), part.get_content_type(), payload)
