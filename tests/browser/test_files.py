"""Files in a real browser: a customer attaches one in the chat, an agent saves it, nothing of it is shown in place."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_journey import expect

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]
PAGE = {"name": "tent.png", "mimeType": "image/png", "buffer": b"\x89PNG <script>alert(1)</script>"}


def test_a_file_goes_from_the_chat_to_the_console(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None]
) -> None:
    chat = new_page()
    chat.goto(f"{site.url}/chat")
    chat.locator("#chat-file").set_input_files(PAGE)
    expect(chat.locator("#chat-files")).to_have_text("tent.png", timeout=10_000)
    chat.get_by_label("Your message").fill("My tent has a hole, see the picture")
    chat.get_by_role("button", name="Send").click()
    expect(chat.locator("#messages a", has_text="tent.png")).to_be_visible(timeout=10_000)
    desk = new_page()
    sign_in(desk)
    desk.locator(".row", has_text="My tent has a hole").click()
    with desk.expect_download() as saved:
        desk.locator(".files a", has_text="tent.png").click()
    assert saved.value.suggested_filename == "tent.png"
    desk.locator("#compose-file").set_input_files(PAGE | {"name": "how-to.png"})
    expect(desk.locator("#compose-files")).to_have_text("how-to.png", timeout=10_000)
    desk.locator("#compose-text").fill("This is how to mend it")
    desk.locator("#compose-send").click()
    expect(chat.locator("#messages a", has_text="how-to.png")).to_be_visible(timeout=10_000)
