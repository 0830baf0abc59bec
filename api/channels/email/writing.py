"""Writing a mail: an answer in its thread, marked as ours, from an address that brings the reply back to it."""

import re
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from api.channels.channel import Outgoing
from api.channels.email.account import Account

_NO_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_ID = re.compile(r"^[\x21-\x3b=\x3f-\x7e]{3,400}$")


class _Whole(UnstructuredHeader, BaseHeader):
    """A header that is never folded: in the middle of an address that would break it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> Policy:
    known = HeaderRegistry()
    known.map_to_type("list-unsubscribe", _Whole)
    return SMTP.clone(max_line_length=78, header_factory=known)


def write_mail(outgoing: Outgoing, account: Account) -> EmailMessage:
    """Return the mail of a message: the same one, byte for byte in what matters, however often it is asked for."""
    mail = EmailMessage(policy=_policy())
    local, _, domain = account.address.partition("@")
    mail["From"] = Address(line(account.name), local, domain)
    mail["To"] = outgoing.address.value
    reply = account.address_of(outgoing.conversation)
    if reply != account.address:
        mail["Reply-To"] = reply
    mail["Subject"] = _subject(outgoing)
    mail["Date"] = format_datetime(outgoing.at)
    mail["Message-ID"] = f"<{account.message_id(outgoing.message)}>"
    references = [f"<{one}>" for one in outgoing.references if _ID.match(one)]
    if references:
        mail["In-Reply-To"] = references[-1]
        mail["References"] = " ".join(references)
    mail["X-Threadline"] = account.mark
    for name, value in _stopping(outgoing, reply).items():
        mail[name] = value
    mail.set_content(outgoing.text)
    for attached, content in zip(outgoing.attachments, outgoing.contents, strict=True):
        main, _, sub = attached.media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=line(attached.name))
    return mail


def _stopping(outgoing: Outgoing, reply: str) -> dict[str, str]:
    """How a mail program stops what we send first; with one click where the address is HTTPS (RFC 2369, RFC 8058)."""
    if not outgoing.stop:
        return {}
    told = {"List-Unsubscribe": f"<{line(outgoing.stop)}>, <mailto:{reply}?subject=STOP&body=STOP>"}
    return told | (
        {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if outgoing.stop.startswith("https://") else {}
    )


def _subject(outgoing: Outgoing) -> str:
    subject = line(outgoing.subject)
    if not subject:
        return "Your message"
    return subject if re.match(r"(?i)re:|aw:|sv:|tr:|rv:", subject) or not outgoing.references else f"Re: {subject}"


def line(text: str) -> str:
    """Return text fit for a header: a line break in it would begin another header."""
    return " ".join(_NO_CONTROL.sub(" ", text).split())
