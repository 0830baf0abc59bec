"""Opens the channels that the settings name."""

from collections.abc import Mapping
from typing import Any

from api.channels.channel import Channel
from api.channels.web_chat import WebChat
from knowledge.settings import Settings


def open_channels(settings: Settings | None = None) -> Mapping[str, Channel[Any]]:  # noqa: ARG001
    """Return every channel by name; the web chat is always there."""
    chat: Channel[Any] = WebChat()
    return {chat.name: chat}
