"""Opens the channels that the settings name."""

from collections.abc import Mapping
from typing import Any

from api.channels.channel import Channel
from api.channels.email.account import read_account
from api.channels.email.channel import Email
from api.channels.web_chat import WebChat
from knowledge.settings import Settings


def open_channels(settings: Settings | None = None) -> Mapping[str, Channel[Any]]:
    """Return every channel by name; the web chat is always there.

    Raises:
        Rejected: what is set of the mail account cannot be used.
    """
    channels: list[Channel[Any]] = [WebChat()]
    account = read_account(settings) if settings is not None else None
    if account is not None:
        channels.append(Email(account))
    return {channel.name: channel for channel in channels}
