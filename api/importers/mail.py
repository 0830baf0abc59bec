"""One mail as the row of a message: who wrote to whom, when, in which thread, and what is new in it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from api.importers.plain import of_html, without_quotation
from api.importers.sources import Options
from knowledge.failures import Rejected

MAX_HEADER_CHARS = 20_000
_ID = re.compile(r"<([^<>\s]{1,400})>")
_SUBJECT_CHARS = 300


@dataclass(frozen=True)
class Envelope:
    """What threads are made of: the mail's own id, and the ids it answers, oldest first."""

    id: str
    answers: tuple[str, ...]


def envelope_of(mail: Message, raw: bytes) -> Envelope:
    """Return id and ancestors. A mail without an id is known by its content."""
    own = _ids(mail, "Message-ID")
    known = own[0] if own else "sha256:" + hashlib.sha256(raw).hexdigest()
    return Envelope(
        known, tuple(one for one in (*_ids(mail, "References"), *_ids(mail, "In-Reply-To")) if one != known)
    )


def row_of(mail: Message, envelope: Envelope, root: str, options: Options) -> Mapping[str, Any]:
    """Return the mail as the row of a message; `root` is the id that its thread began with.

    A thread is one conversation for each customer's address in it: who writes into a thread of somebody else's opens
    one of their own, and reads nothing of the other.

    Raises:
        Rejected: it says neither when, nor from or to which customer, or has no words.
    """
    sender = addresses(mail, "From")[:1]
    if not sender:
        raise Rejected("From: names no address")
    outgoing = is_ours(sender[0], options)
    customer = next((one for one in _others(mail, options)), "") if outgoing else sender[0]
    if not customer:
        raise Rejected("To: names no customer's address")
    row = {
        "type": "message",
        "id": short(envelope.id),
        "conversation": short(f"mail:{root}:{customer}"),
        "channel": "email",
        "direction": "out" if outgoing else "in",
        "handle": {"kind": "email", "value": customer, "verified": options.trust_addresses},
        "at": _date(mail).isoformat(),
        "subject": header(mail, "Subject")[:_SUBJECT_CHARS],
        "text": text_of(mail),
    }
    if outgoing:
        row["author"] = sender[0]
    return {**row, "attachments": files} if (files := _attachments(mail)) else row


def is_ours(address: str, options: Options) -> bool:
    """Return whether an address is one of ours, itself or by its domain."""
    return address in options.ours or f"@{address.rpartition('@')[2]}" in options.ours


def header(mail: Message, name: str) -> str:
    """Return a header as one line of text, in whatever charset it says or seems to be."""
    raw = next((str(value) for known, value in mail.raw_items() if known.lower() == name.lower()), "")
    value = decoded(raw[:MAX_HEADER_CHARS].encode("utf-8", "surrogateescape"), None)
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)
    return " ".join(text.encode("utf-8", "replace").decode().split())


def decoded(data: bytes, charset: str | None) -> str:
    """Return bytes as text: in the charset they say, else UTF-8, else Windows-1252."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            return data.decode(name or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def short(key: str) -> str:
    """A key as the row of an import takes it: a long one by its digest."""
    return key if len(key) <= 200 else "sha256:" + hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _ids(mail: Message, name: str) -> list[str]:
    return _ID.findall(header(mail, name))


def addresses(mail: Message, *names: str) -> list[str]:
    """Return the addresses that headers name, in small letters."""
    found = getaddresses([header(mail, name) for name in names])
    return [address.lower() for _, address in found if "@" in address]


def _others(mail: Message, options: Options) -> Iterator[str]:
    return (one for one in addresses(mail, "To", "Cc", "Bcc") if not is_ours(one, options))


def _date(mail: Message) -> datetime:
    """When it was written, by its own date or else by the last server that had it."""
    received = header(mail, "Received").rpartition(";")[2]
    for text in (header(mail, "Date"), received):
        try:
            at = parsedate_to_datetime(text)
        except (TypeError, ValueError, IndexError, OverflowError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    raise Rejected("Date: is missing or none")


def text_of(mail: Message) -> str:
    """Return what is new in a mail, as text."""
    bodies: dict[str, str] = {}
    for part in mail.walk():
        # What says that it has parts and has none is one text.
        kind = "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()
        words = kind in {"text/plain", "text/html"} and not part.is_multipart() and not part.get_filename()
        if words and kind not in bodies:
            bodies[kind] = decoded(_payload(part), part.get_content_charset())
    text = bodies.get("text/plain", "").strip()
    return without_quotation(text or of_html(bodies.get("text/html", "")))


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _attachments(mail: Message) -> list[str]:
    return [str(name)[:200] for part in mail.walk() if (name := part.get_filename())]
