"""E-mail as a channel: parse, deliver, and find out by the copy in our own mailbox whether a mail left."""

from datetime import datetime, timedelta

from api.channels.channel import Arrived, Outgoing
from api.channels.email.account import Account
from api.channels.email.mailbox import open_mailbox
from api.channels.email.reading import read_mail
from api.channels.email.sending import send
from api.channels.email.writing import write_mail

# A server may hold a mail for a while before it lays it into a mailbox of its own.
SETTLES = timedelta(minutes=10)


class Email:
    """Our mail account."""

    name = "email"

    def __init__(self, account: Account, settles_after: timedelta = SETTLES) -> None:
        self.account, self.settles_after = account, settles_after

    def parse(self, raw: bytes, now: datetime) -> Arrived:
        """Read a mail; what cannot be read is said to be so."""
        return read_mail(raw, self.account, now).arrived

    def deliver(self, outgoing: Outgoing) -> str:
        """Send a message; return its Message-ID."""
        send(self.account, write_mail(outgoing, self.account))
        return self.account.message_id(outgoing.message)

    def find(self, outgoing: Outgoing) -> bool:
        """Tell whether the copy of the mail has come to our mailbox."""
        with open_mailbox(self.account) as mailbox:
            return mailbox.holds(self.account.message_id(outgoing.message))
