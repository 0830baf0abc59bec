"""Memos: mails to colleagues with a file, marked as a machine's and as ours, each under one Message-ID."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from api.channels.email.account import Account
from api.channels.email.writing import line


@dataclass(frozen=True)
class Memo:
    """A mail to a colleague; `id` names it, however often it is written. The file is a page of HTML."""

    id: str
    to: str
    subject: str
    text: str
    at: datetime
    file: str
    page: str


def write_memo(memo: Memo, account: Account) -> EmailMessage:
    """Return the mail: nobody is to answer it, so nothing of it leads back into a conversation."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    local, _, domain = account.address.partition("@")
    mail["From"] = Address(line(account.name), local, domain)
    mail["To"] = memo.to
    mail["Subject"] = line(memo.subject)
    mail["Date"] = format_datetime(memo.at)
    mail["Message-ID"] = f"<{account.message_id(memo.id)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Threadline"] = account.mark
    mail.set_content(memo.text)
    mail.add_attachment(memo.page, subtype="html", filename=line(memo.file))
    return mail
