"""Parts for the tests of handing over: a real model server on loopback that says what it is told to."""

from collections.abc import Callable
from typing import Any

import pytest

from knowledge.settings import Settings


@pytest.fixture
def speaks(chat_server: Callable[..., Any]) -> Callable[..., tuple[Settings, list[Any]]]:
    """Start a server that gives one answer (or a status); return the settings for it, and what it was sent."""

    def start(answer: str, status: int = 200) -> tuple[Settings, list[Any]]:
        server = chat_server(lambda _: answer, status)
        return Settings(chat_url=server.url, chat_model="m", drafter="endpoint", chat_seconds=5), server.seen

    return start
