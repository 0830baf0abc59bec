"""Outreach at the edge: the campaign as the settings want it, and the signed link with which a customer stops it."""

import hashlib
import hmac

from api.sessions import secret_of
from assistant.outreach.choosing import AsListed, ChannelChooser
from assistant.outreach.terms import Campaign
from assistant.outreach.triggers import read_triggers
from knowledge.ids import CustomerId
from knowledge.settings import Settings

_SIGNED_CHARS = 32


def open_campaign(settings: Settings, chooser: ChannelChooser | None = None) -> Campaign | None:
    """Return the campaign of the file that is set, `None` without one; without a chooser channels are as listed.

    Raises:
        Rejected: the file cannot be read or has a mistake.
    """
    if settings.outreach is None:
        return None
    return Campaign(
        read_triggers(settings.outreach),
        chooser=chooser or AsListed(),
        stop_link=lambda customer: stop_link(settings, customer),
    )


def stop_link(settings: Settings, customer: CustomerId) -> str:
    """Return the link that stops everything we send a customer first; empty where customers cannot reach us."""
    base = settings.public_url.rstrip("/")
    return f"{base}/stop/{customer}.{_signature(settings, customer)}" if base else ""


def customer_of(settings: Settings, token: str) -> CustomerId | None:
    """Return whose link this is, `None` when we did not sign it; a full stop that a mail program took along is none."""
    customer, _, signed = token.rstrip(".,;)>").partition(".")
    given, right = signed.encode("utf-8", "replace"), _signature(settings, customer).encode()
    return CustomerId(customer) if hmac.compare_digest(given, right) else None


def _signature(settings: Settings, customer: str) -> str:
    words = f"outreach-stop\0{customer}".encode("utf-8", "replace")
    return hmac.new(secret_of(settings).encode(), words, hashlib.sha256).hexdigest()[:_SIGNED_CHARS]
