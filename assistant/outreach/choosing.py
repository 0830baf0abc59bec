"""Which channel to write on and when: those that a trigger names and that reach the customer, as somebody chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from knowledge.customers.entries import Handle
from knowledge.customers.record import Customer

# By which kinds of handle a channel reaches somebody; a channel that is not here, by its own.
KINDS = {"sms": ("sms", "phone"), "whatsapp": ("whatsapp", "phone")}


@dataclass(frozen=True)
class Way:
    """A channel, the address on it, and whether that is proven to be theirs."""

    channel: str
    address: Handle
    verified: bool


class ChannelChooser(Protocol):
    """Orders ways for a customer, the best first, and names the best moment on one."""

    def order(self, customer: Customer, ways: Sequence[Way], at: datetime) -> Sequence[Way]:
        """Return these ways, the best first; one that is left out is not used."""
        ...

    def moment(self, customer: Customer, way: Way, at: datetime, until: datetime) -> datetime:
        """Return when to write between two moments: `at` itself where waiting gains nothing."""
        ...


class AsListed:
    """The order in which the trigger lists its channels, proven addresses first."""

    def order(self, customer: Customer, ways: Sequence[Way], at: datetime) -> Sequence[Way]:  # noqa: ARG002
        """Return the ways as they are listed."""
        return sorted(ways, key=lambda one: not one.verified)

    def moment(self, customer: Customer, way: Way, at: datetime, until: datetime) -> datetime:  # noqa: ARG002
        """Return the first of the two: nothing is known that is worth waiting for."""
        return at


def ways_of(customer: Customer, channels: Sequence[str]) -> list[Way]:
    """Return every way in which these channels reach a customer."""
    return [
        Way(channel, known.handle, known.verified)
        for channel in channels
        for known in customer.handles
        if known.handle.kind in KINDS.get(channel, (channel,))
    ]
