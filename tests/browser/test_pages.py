"""Every page in a real browser: accessible in light and dark, on a desk and a tablet, with a strict policy."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.system("chromium")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 900])
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
        "/console/load",
        "/console/bot",
        "/console/work",
        "/console/settings",
    ]
    for path in pages:
        page.goto(site.url + path)
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    page.goto(f"{site.url}/console/library?visibility=internal")
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
