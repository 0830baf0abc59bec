"""The web chat as a channel: the customer reads the timeline itself, so what is appended is delivered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.channels.channel import Outgoing
from knowledge.customers import inbox
from knowledge.customers.entries import Attachment, Handle
from knowledge.customers.inbox import Incoming
from knowledge.ids import CustomerId


@dataclass(frozen=True)
class Written:
    """What a chat session wrote: into which chat, under which key of its own."""

    session: Handle
    customer: CustomerId
    address: Handle
    text: str
    key: str = ""
    attachments: tuple[Attachment, ...] = ()


class WebChat:
    """The chat on the company's own pages."""

    name = "chat"
    settles_after = timedelta(0)

    def parse(self, raw: Written, now: datetime) -> Incoming:
        """Return the message. The session's token proves who writes.

        Raises:
            Rejected: it is empty.
        """
        return Incoming(
            channel=self.name,
            address=raw.address,
            text=inbox.clean(raw.text),
            at=now,
            external_id=f"{raw.session.value}:{raw.key}" if raw.key else "",
            customer=raw.customer,
            attachments=raw.attachments,
        )

    def deliver(self, outgoing: Outgoing) -> str:
        """Do nothing: it is where the customer reads it."""
        return outgoing.message

    def find(self, outgoing: Outgoing) -> bool:  # noqa: ARG002 - every message is
        """Tell that it is there."""
        return True
