"""Every page in a real browser: accessible in light and dark, on a desk and a tablet, with a strict policy."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


# Colours are the scheme's and places the width's: each once is enough.
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 900)])
def test_pages_are_accessible(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    picture: Callable[[Any, str], None],
    scheme: str,
    width: int,
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in ("/login", "/chat"):
        page.goto(site.url + path)
        check_axe(page)
    sign_in(page, "ada@tarnfell.example")
    pages = [
        "/console",
        "/console/library",
        "/console/library?q=refund",
        "/console/customers",
        "/console/pairs",
        "/console/load",
        "/console/me",
        "/console/bot",
        "/console/report?days=365",
        "/console/work",
        "/console/settings",
    ]
    for path in pages:
        page.goto(site.url + path)
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    page.goto(f"{site.url}/console/library?visibility=internal")
    page.locator("details.sources > summary").click()
    page.get_by_text("0 changed, 0 removed").first.wait_for()
    check_axe(page)
    page.get_by_role("link", name="Returns after the window").click()
    check_axe(page)
    if (scheme, width) == ("light", 1440):
        page.goto(f"{site.url}/console/library?q=how+long+can+I+return")
        picture(page, "library")
        page.goto(f"{site.url}/login")
        picture(page, "login")


def test_wrong_password_says_so_and_keeps_the_way(
    site: Any, new_page: Callable[..., Any], sign_in: Callable[..., None], watch: Any
) -> None:
    watch.expected.add("401")
    page = new_page()
    page.goto(f"{site.url}/console/library")
    page.get_by_label("E-mail address").fill("sara@tarnfell.example")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("E-mail address").fill("sara@tarnfell.example")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/console/library")


def test_inline_code_cannot_run(site: Any, new_page: Callable[..., Any], watch: Any) -> None:
    watch.expected |= {"Content Security Policy", "Content-Security-Policy"}
    page = new_page()
    page.goto(f"{site.url}/login")
    page.evaluate("""() => {
        const script = document.createElement('script'); script.textContent = 'window.ran = 1';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<p id="styled" style="color: red">x</p>');
    }""")
    assert page.evaluate("window.ran") is None
    assert page.evaluate("getComputedStyle(document.getElementById('styled')).color") != "rgb(255, 0, 0)"


def test_the_report_file_opens_offline_and_prints_on_few_pages(
    site: Any,
    new_page: Callable[..., Any],
    sign_in: Callable[..., None],
    check_axe: Callable[[Any], None],
    tmp_path: Any,
) -> None:
    from pypdf import PdfReader

    page = new_page()
    sign_in(page, "ada@tarnfell.example")
    page.goto(f"{site.url}/console/report?days=365")
    with page.expect_download() as download:
        page.get_by_role("link", name="As a file").click()
    path = tmp_path / "report.html"
    download.value.save_as(path)
    asked: list[str] = []
    page.goto("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(path.read_text(encoding="utf-8"))
    page.get_by_role("heading", name="What changed").wait_for()
    check_axe(page)
    assert asked == []
    printed = tmp_path / "report.pdf"
    page.pdf(path=printed, format="A4")
    assert len(PdfReader(printed).pages) <= 8
