"""The bot in a real browser: set by a manager, it answers at a peak, hands over with a told wait, and is judged."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.working import working
from assistant.bot import attend
from knowledge.bot import rules
from knowledge.bot.rules import Certified, Rule
from knowledge.customers import remaining, timeline
from knowledge.customers.entries import Handle, MessageSent, OrderItem, OrderRecorded
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


def expect(found: Any) -> Any:
    """Playwright's own `expect`, fetched when a browser is really there."""
    from playwright.sync_api import expect as playwright_expect

    return playwright_expect(found)


@pytest.fixture
def worker(site: Any) -> Iterator[None]:
    """The product's own worker beside the server, and a certificate."""
    now = datetime.now(UTC)
    with site.parts.database.write() as session:
        given = Certified(0.05, 0.95, 0.5, 100, 80, 0, "browser test", "tests")
        rules.certify(session, site.parts.scope, given, now)
    ready, end = threading.Event(), threading.Event()

    def work() -> None:  # in a thread of its own: the browser's loop runs in this one
        with working(site.parts):
            ready.set()
            end.wait()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(30)
    yield
    end.set()
    thread.join(30)


def ask(page: Any, site: Any, text: str) -> None:
    page.goto(f"{site.url}/chat")
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#messages .mine:not(.pending)")).to_contain_text(text[:20])


def conversation_with(site: Any, words: str) -> Any:
    """Return the conversation in which a customer first said these words."""
    with site.parts.database.read() as session:
        entries = timeline.after(session, site.parts.scope, 0)
    return next(one.conversation for one in entries if words in getattr(one.payload, "text", ""))


def test_a_simple_question_is_answered_and_a_hard_one_handed_over(
    site: Any,
    worker: None,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    watch: Any,
) -> None:
    watch.expected.add("401")  # a visitor without a session asks for its messages
    # the manager sets it to answer at peaks in the chat
    manager = new_page()
    sign_in(manager, "ada@tarnfell.example", "/console/bot")
    manager.get_by_label("Channel").select_option("chat")
    manager.get_by_label("Mode").select_option("peak")
    manager.get_by_role("button", name="Set", exact=True).click()
    expect(manager.locator("table").first).to_contain_text("Peak: it answers while the queue has a peak")

    # six wait whom nobody answers: with two agents that is a peak, and an agent sees it begin
    agent = new_page()
    sign_in(agent, goal="/console/load")
    expect(agent.locator("main")).not_to_contain_text("Peak since")
    with httpx.Client(base_url=site.url) as visitors:
        for number in range(6):
            token = visitors.post("/chat/session", json={"carry": "bearer"}).json()["token"]
            bearer = {"Authorization": f"Bearer {token}"}
            assert visitors.post("/api/chat/messages", json={"text": f"hello {number}"}, headers=bearer).is_success
    agent.reload()
    expect(agent.locator("main")).to_contain_text("Peak since")
    check_axe(agent)

    simple = new_page(viewport={"width": 760, "height": 900})
    ask(simple, site, "How many days do I have to return unused items?")
    answer = simple.locator("#messages .theirs").first
    expect(answer).to_contain_text("60 days", timeout=30_000)
    expect(answer).to_contain_text("(an AI)")
    check_axe(simple)

    hard = new_page(viewport={"width": 760, "height": 900})
    ask(hard, site, "Can you engrave a name on a compass by Saturday?")
    told = hard.locator("#messages .theirs").first
    expect(told).to_contain_text("passing you on to a colleague", timeout=30_000)
    expect(told).to_contain_text("minutes")

    # the agent sees that a person waits, and why, and takes over
    where = conversation_with(site, "engrave")
    agent.goto(f"{site.url}/console/conversations/{where}")
    expect(agent.locator(".row.open, .row[aria-current]").first).to_contain_text("Needs a reply")
    expect(agent.locator("#entries")).to_contain_text("Bot passed it to a person")
    agent.get_by_role("button", name="Take", exact=True).click()
    agent.locator("#compose-text").fill("Sara here: we cannot engrave.")
    agent.locator("#compose-send").click()
    expect(hard.locator("#messages .theirs").last).to_contain_text("Sara here")

    # from now on the bot is silent there, however simple the question
    hard.get_by_label("Your message").fill("How many days do I have to return unused items?")
    hard.keyboard.press("Enter")
    expect(agent.locator("#entries")).to_contain_text("How many days do I have to return")
    assert attend(site.parts.bot, site.parts.database, site.parts.scope, where, datetime.now(UTC)) is None
    hard.wait_for_timeout(2_500)  # and the worker has looked, too
    expect(hard.locator("#messages .theirs")).to_have_count(2)

    # what it answered the agent finds wrong, in the conversation itself
    agent.goto(f"{site.url}/console/conversations/{conversation_with(site, 'unused items')}")
    agent.get_by_role("button", name="Wrong", exact=True).click()
    expect(agent.get_by_role("button", name="Wrong", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(agent.locator("#entries")).to_contain_text("judged the bot wrong")
    check_axe(agent)

    # and the manager judges what it said
    manager.reload()
    expect(manager.locator(".beside").first).to_be_visible()
    manager.get_by_role("button", name="Right").first.click()
    expect(manager.get_by_role("button", name="Right").first).to_have_attribute("aria-pressed", "true")
    check_axe(manager)


def test_a_code_from_the_mail_shows_who_it_is_and_opens_the_own_order(
    site: Any, worker: None, new_page: Callable[..., Any], check_axe: Callable[[Any], None], watch: Any
) -> None:
    watch.expected.add("401")  # a visitor without a session; a wrong code
    parts, now, mail = site.parts, datetime.now(UTC), Handle("email", "maya@mail.example")
    object.__setattr__(parts, "bot", replace(parts.bot, codes=True))  # as with a mail account
    with parts.database.write() as session:
        rules.set_rule(session, parts.scope, Rule("chat", "", "always"), now)
        new = NewCustomer("cus-7", name="Maya", handles=(KnownHandle(mail, True),))
        maya = save_customer(session, parts.scope, new, now)
        sent = OrderRecorded("TF-77", "shipped", (OrderItem("Boots"),), tracking="FW1234567GB")
        timeline.append(session, parts.scope, NewEntry(maya, sent, now), now)

    page = new_page(viewport={"width": 760, "height": 900})
    ask(page, site, "Where is my order TF-77?")
    expect(page.locator("#messages .theirs").first).to_contain_text("Show that it is you", timeout=30_000)
    expect(page.locator("#messages")).not_to_contain_text("FW1234567GB")
    page.get_by_text("Show that it is you", exact=True).click()
    page.get_by_label("Your e-mail address").fill("maya@mail.example")
    page.keyboard.press("Enter")
    field = page.get_by_label("The six digits from the mail")
    expect(field).to_be_focused()
    check_axe(page)
    with parts.database.read() as session:
        (mailed,) = remaining.of_kinds(session, parts.scope, [maya], ["message_sent"])
    assert isinstance(mailed.payload, MessageSent)
    code = mailed.payload.text.split()[0]
    field.fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="Continue as me").click()
    expect(page.locator("#proof-state")).to_contain_text("wrong, used or too old")
    field.fill(f"{code[:3]} {code[3:]}")
    page.keyboard.press("Enter")
    expect(page.locator("#proof-form")).to_be_hidden()
    # the question stands: nobody has to ask it again
    expect(page.locator("#messages .theirs").last).to_contain_text("FW1234567GB", timeout=30_000)
    check_axe(page)
