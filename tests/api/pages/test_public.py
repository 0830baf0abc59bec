"""Sign-in, chat, settings and failures as pages."""

import pytest
from fastapi.testclient import TestClient

from api.pages.public import describe, local_path
from api.parts import Parts
from knowledge.settings import Settings
from knowledge.staff.people import set_profile

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\\b", "console", "/a\nb"],
)
def test_sign_in_never_leads_away(path: str) -> None:
    assert local_path(path) == "/console"


def test_sign_in_leads_back() -> None:
    assert local_path("/console/library?q=a") == "/console/library?q=a"


def test_no_secret_is_told() -> None:
    settings = Settings(
        secret="s" * 40, chat_key="sk-hidden", database_url="postgresql://me:hunter2@db.example/x", company="Shop"
    )  # type: ignore[arg-type]
    told = {name: (value, origin) for name, value, origin in describe(settings)}
    everything = repr(told)
    assert "hunter2" not in everything
    assert "sk-hidden" not in everything
    assert "s" * 40 not in everything
    assert told["THREADLINE_COMPANY"] == ("Shop", "set")
    assert told["THREADLINE_EMBEDDING_KEY"][0] == "not set"


def test_pages_send_strangers_to_the_sign_in(client: TestClient) -> None:
    answer = client.get("/console/library?q=a", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/console/library%3Fq%3Da"


def test_an_unknown_page_says_so(client: TestClient, agent: dict[str, str]) -> None:
    answer = client.get(f"/console/conversations/{'0' * 32}", headers=HTML | agent)
    assert answer.status_code == 404
    assert "There is no such conversation." in answer.text
    part = client.get(f"/console/conversations/{'0' * 32}", headers=HTML | agent | {"HX-Request": "true"})
    assert part.status_code == 404
    assert "<html" not in part.text


def test_settings_are_for_administrators(client: TestClient, tokens: dict[str, str]) -> None:
    for role, status in (("agent", 403), ("manager", 403), ("admin", 200)):
        answer = client.get("/console/settings", headers=HTML | {"Authorization": f"Bearer {tokens[role]}"})
        assert answer.status_code == status, role


def test_settings_show_what_people_know_and_what_of_it_cannot_be_read(
    client: TestClient, parts: Parts, tokens: dict[str, str]
) -> None:
    profiles: dict[str, dict[str, object]] = {
        "agent": {"skills": ["returns", "<b>tents</b>"], "languages": ["de"], "capacity": {"chat": 2}},
        "manager": {"hours": "whenever"},
    }
    with parts.database.write() as session:
        for role, profile in profiles.items():
            set_profile(session, parts.scope, f"{role}@example.com", profile)
    page = client.get("/console/settings", headers=HTML | {"Authorization": f"Bearer {tokens['admin']}"}).text
    assert "&lt;b&gt;tents&lt;/b&gt;, returns" in page
    assert "<td>2 chat</td>" in page.lower()
    assert "<b>Is offered nothing:</b> Hours are spans by weekday." in page


def test_static_files_carry_a_version(client: TestClient) -> None:
    page = client.get("/login", headers=HTML).text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "?v=" in address
    assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/static/../app.py").status_code == 404
