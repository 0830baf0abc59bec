"""A real server with a small library, a real browser, and the watch that every page is under."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from PIL import Image

from api.app import create_app
from api.parts import Parts, open_parts
from api.stopping import Server
from knowledge.database import open_database
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from knowledge.staff.logins import issue_token
from knowledge.staff.people import NewStaff, add_staff

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IMAGES = Path(__file__).parents[2] / "docs" / "images"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PASSWORD = "a long password"
PUBLIC = {
    "returning-online": """# Returning something you bought online

You can return unused items within 60 days of delivery. Print the label from *Orders* in your account.

## What it costs

The return label costs £3.50 and is taken off the refund. Faulty items are always free to return.

| Country | Days | Label |
|---|---|---|
| UK | 60 | £3.50 |
| Germany | 30 | €6.90 |
""",
    "refund-times": """# When the refund arrives

Refunds are made within 5 working days of the parcel reaching us. Card refunds need another 3 days at the bank.
""",
    "opening-hours": """# When we answer

People answer from 8 to 20 on weekdays. A reply by e-mail takes up to one working day.
""",
}
INTERNAL = {
    "late-returns": """# Returns after the window

Up to 14 days late: accept as goodwill, no approval needed. Beyond that ask a shift lead.
"""
}


@dataclass
class Site:
    """A running server: where it is, its parts, and a bearer token of a manager for machines."""

    url: str
    parts: Parts
    token: str


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder with the library and the staff, to be copied; with a token of a manager's."""
    home = tmp_path_factory.mktemp("furnished")
    return home / "data", _furnish(Settings(data_dir=home / "data"), home / "articles")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, furnished: tuple[Path, str]) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    shutil.copytree(furnished[0], home / "data")
    with open_site(home, token=furnished[1]) as opened:
        yield opened


@contextmanager
def open_site(home: Path, port: int = 0, token: str = "") -> Iterator[Site]:
    """Serve the small library from a folder; a second time it is what was left there."""
    settings = Settings(data_dir=home / "data", port=port, company="Tarnfell Outdoor", link_hosts="tarnfell.example")
    token = token if settings.data_dir.exists() else _furnish(settings, home / "articles")
    with open_parts(settings) as parts, serving(parts) as url:
        yield Site(url, parts, token)


def _furnish(settings: Settings, folder: Path) -> str:
    settings.data_dir.mkdir()
    now, scope = datetime.now(UTC), Scope()
    with closing(open_database(settings.database)) as database:
        for visibility, articles in (("public", PUBLIC), ("internal", INTERNAL)):
            place = folder / visibility
            place.mkdir(parents=True)
            for name, text in articles.items():
                (place / f"{name}.md").write_text(text)
            rules = VisibilityRules(default="public" if visibility == "public" else "internal")
            ingest(database, scope, [place], IngestPlan(now, rules, source=visibility))
        with database.write() as session:
            add_staff(session, scope, NewStaff("sara@tarnfell.example", "Sara Holm", "agent", PASSWORD), now)
            add_staff(session, scope, NewStaff("imran@tarnfell.example", "Imran Qureshi", "agent", PASSWORD), now)
            add_staff(session, scope, NewStaff("ada@tarnfell.example", "Ada Marsh", "admin", PASSWORD), now)
            return issue_token(session, scope, "ada@tarnfell.example", "tests", now, timedelta(hours=3))


@contextmanager
def serving(parts: Parts) -> Iterator[str]:
    """Serve the parts from a thread, at the port of their settings (0: a free one)."""
    app, port = create_app(parts), parts.settings.port
    config = uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=3)
    server = Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server died"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Watch:
    """What went wrong behind a page: errors in its console, requests that leave this machine."""

    home: str
    expected: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    pausing: bool = False

    def over(self, page: Any) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def _said(self, message: Any) -> None:
        if (
            not self.pausing
            and message.type in {"error", "warning"}
            and not any(known in message.text for known in self.expected)
        ):
            self.errors.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.home, "data:")):
            self.outside.append(url)


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    watching = Watch(site.url)
    yield watching
    assert watching.errors == []
    assert watching.outside == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Any, watch: Watch) -> Iterator[Callable[..., Any]]:
    """Open pages, each in a profile of its own: light, 1440 × 900, in London unless told otherwise."""
    contexts: list[Any] = []

    def open_page(**options: Any) -> Any:
        given = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light", "reduced_motion": "reduce"}
        context = browser.new_context(**(given | {"timezone_id": "Europe/London", "locale": "en-GB"} | options))
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in(site: Site) -> Callable[..., None]:
    def sign_in(page: Any, email: str = "sara@tarnfell.example", goal: str = "/console") -> None:
        page.goto(f"{site.url}{goal}")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site.url}{goal}*")

    return sign_in


@pytest.fixture
def check_axe(watch: Watch) -> Callable[[Any], None]:
    """Run axe-core (WCAG 2.x A and AA, and best practices) on a page: no violation at all.

    It tries inline styles while it measures, which the policy refuses with a line in the console.
    """
    source = AXE.read_text()

    def check(page: Any) -> None:
        watch.pausing = True
        page.evaluate(source)
        found = page.evaluate("async () => (await axe.run()).violations")
        page.wait_for_timeout(50)
        watch.pausing = False
        told = [f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]
        assert told == []

    return check


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """Write a screenshot for the documentation when pytest was given --screenshots."""
    wanted = request.config.getoption("--screenshots")

    def take(page: Any, name: str) -> None:
        if wanted:
            IMAGES.mkdir(exist_ok=True)
            page.locator(".toast").first.wait_for(state="detached")
            shot = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
            shot.quantize(256, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)

    return take
