"""Sessions: who gets in, for how long, and what a claimed address opens (nothing)."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.parts import Parts
from api.routes.login import TRIES_PER_EMAIL, local
from api.sessions import AUDIENCE, CHAT_LASTS, chat_link, open_chat, secret_of, whose_chat
from knowledge.customers.entries import Entry
from knowledge.failures import Rejected
from knowledge.settings import Settings
from knowledge.staff.people import NewStaff, add_staff

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
ARRIVE = Callable[..., Entry]
OPEN = Callable[..., dict[str, str]]


@pytest.fixture
def mona(parts: Parts) -> str:
    with parts.database.write() as session:
        add_staff(session, parts.scope, NewStaff("mona@example.com", "Mona", "agent", PASSWORD), NOW)
    return "mona@example.com"


def test_a_machine_logs_in_by_json_and_out_again(client: TestClient, mona: str) -> None:
    answer = client.post("/login", json={"email": " Mona@Example.com ", "password": PASSWORD})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/api/me", headers=headers).json() == {"email": mona, "name": "Mona", "role": "agent"}
    assert client.post("/logout", headers=headers).status_code == 303
    assert client.get("/api/me", headers=headers).status_code == 401


def test_a_person_logs_in_by_the_form_and_gets_a_cookie_no_script_can_read(client: TestClient, mona: str) -> None:
    answer = client.post("/login", data={"email": mona, "password": PASSWORD, "next": "/console/customers"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/customers")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert client.get("/api/me").json()["email"] == mona
    assert client.post("/logout", headers={"Origin": "http://testserver"}).status_code == 303
    assert client.get("/api/me").status_code == 401


def test_a_cookie_is_secure_when_the_settings_say_so(parts: Parts, mona: str) -> None:
    settings = parts.settings.model_copy(update={"cookie_secure": True})
    app = create_app(Parts(settings, parts.database, parts.scope, parts.search, parts.assistant))
    with TestClient(app, follow_redirects=False) as client:
        answer = client.post("/login", data={"email": mona, "password": PASSWORD})
        assert "secure" in answer.headers["set-cookie"].lower()
        chat = client.post("/chat/session", json={})
        assert "secure" in chat.headers["set-cookie"].lower()


def test_unknown_person_and_wrong_password_look_the_same(client: TestClient, mona: str) -> None:
    wrong = client.post("/login", json={"email": mona, "password": "not the password"})
    unknown = client.post("/login", json={"email": "nobody@example.com", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_guessing_is_slowed_down_and_says_for_how_long(client: TestClient, mona: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        tries = [{"email": mona, "password": f"guess number {number}"} for number in range(TRIES_PER_EMAIL)]
        assert {answer.status_code for answer in pool.map(lambda given: client.post("/login", json=given), tries)} == {
            401
        }
    answer = client.post("/login", json={"email": mona.upper(), "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert answer.json()["error"] == "too_many"


def test_a_login_ends(parts: Parts, mona: str) -> None:
    clock = [NOW]
    app = create_app(
        Parts(parts.settings, parts.database, parts.scope, parts.search, parts.assistant, lambda: clock[0])
    )
    with TestClient(app) as client:
        token = client.post("/login", json={"email": mona, "password": PASSWORD}).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        clock[0] = NOW + timedelta(hours=parts.settings.login_hours, seconds=-1)
        assert client.get("/api/me", headers=headers).status_code == 200
        clock[0] += timedelta(seconds=2)
        assert client.get("/api/me", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "console", "/x\r\nSet-Cookie: a=b", "/é", ""]
)
def test_a_login_leads_nowhere_else(path: str) -> None:
    assert local(path) == "/console"


def test_a_chat_session_ends_and_its_end_cannot_be_moved(parts: Parts) -> None:
    with parts.database.write() as session:
        token, chat = open_chat(session, parts.scope, NOW)
        assert whose_chat(session, parts.scope, token, NOW) == chat
        assert whose_chat(session, parts.scope, token, NOW + CHAT_LASTS) is None
        later = int((NOW + 2 * CHAT_LASTS).timestamp())
        moved = f"{token.rpartition('.')[0]}.{later}"
        assert whose_chat(session, parts.scope, moved, NOW) is None


def test_only_the_hash_of_a_chat_token_is_kept(parts: Parts) -> None:
    with parts.database.write() as session:
        token, chat = open_chat(session, parts.scope, NOW)
    assert chat.handle.kind == "chat"
    assert len(chat.handle.value) == 64
    assert token not in chat.handle.value
    with parts.database.read() as session:
        assert whose_chat(session, parts.scope, f"chat_{chat.handle.value}.9999999999", NOW) is None


def _identity(settings: Settings, **claims: object) -> str:
    given = {"sub": "7", "email": "ana@example.com", "name": "Ana", "aud": AUDIENCE}
    given |= {"exp": datetime.now(UTC) + timedelta(minutes=5)} | claims
    kept = {name: value for name, value in given.items() if value is not None}
    return jwt.encode(kept, secret_of(settings), algorithm="HS256")


def test_an_identity_token_opens_the_record_of_its_address(
    client: TestClient, agent: dict[str, str], settings: Settings, arrive: ARRIVE, open_chat: OPEN
) -> None:
    mailed = arrive("Where is my tent?", "ana@example.com")
    headers = open_chat(_identity(settings))
    said = client.post("/api/chat/messages", headers=headers, json={"text": "I also wrote by mail."}).json()
    found = client.get(f"/api/conversations/{said['conversation']}", headers=agent).json()
    assert found["customer"] == mailed.customer


def test_a_new_address_gets_a_record_with_its_name(
    client: TestClient, agent: dict[str, str], settings: Settings, open_chat: OPEN
) -> None:
    headers = open_chat(_identity(settings, email="New@Example.com", name="Nia\x00\nNew"))
    said = client.post("/api/chat/messages", headers=headers, json={"text": "Hello"}).json()
    found = client.get(f"/api/conversations/{said['conversation']}", headers=agent).json()
    assert found["customer_name"] == "NiaNew"
    again = open_chat(_identity(settings, email="new@example.com"))
    messages = client.get("/api/chat/messages", headers=again).json()["messages"]
    assert [message["text"] for message in messages] == ["Hello"]


def test_a_bad_identity_token_opens_nothing(client: TestClient, settings: Settings) -> None:
    for claims in [
        {"exp": datetime.now(UTC) - timedelta(minutes=5)},
        {"exp": None},
        {"aud": "another"},
        {"aud": None},
        {"email": None},
        {"email": 7},
        {"name": ["Ana"]},
    ]:
        answer = client.post("/chat/session", json={"identity": _identity(settings, **claims)})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


def test_a_forged_identity_token_opens_nothing(client: TestClient, settings: Settings) -> None:
    claims = {"email": "ana@example.com", "aud": AUDIENCE, "exp": datetime.now(UTC) + timedelta(minutes=5)}
    forged = [
        jwt.encode(claims, "f" * 64, algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, secret_of(settings), algorithm="HS384"),
        "a.b.c",
        "",
        "\x00",
    ]
    for token in forged:
        assert client.post("/chat/session", json={"identity": token}).status_code == 401


def test_a_bad_address_in_a_good_token_is_refused(client: TestClient, settings: Settings) -> None:
    answer = client.post("/chat/session", json={"identity": _identity(settings, email="no address")})
    assert answer.status_code == 422


def test_a_browser_keeps_its_anonymous_session(client: TestClient) -> None:
    first = client.post("/chat/session", json={})
    assert first.json()["token"] is None
    cookie = client.cookies["threadline_chat"]
    again = client.post("/chat/session", json={}, headers={"Origin": "http://testserver"})
    assert "set-cookie" not in again.headers
    assert client.cookies["threadline_chat"] == cookie


def test_the_chat_link_carries_its_token_where_no_log_sees_it(client: TestClient, settings: Settings) -> None:
    link = chat_link(settings, "ana@example.com", "Ana", datetime.now(UTC), days=1)
    address, _, token = link.partition("#identity=")
    assert address == f"http://{settings.host}:{settings.port}/chat"
    assert client.post("/chat/session", json={"identity": token}).status_code == 201
    client.cookies.clear()
    expired = chat_link(settings, "ana@example.com", "Ana", datetime.now(UTC) - timedelta(days=2), days=1)
    answer = client.post("/chat/session", json={"identity": expired.partition("#identity=")[2]})
    assert answer.status_code == 401
    assert "expired" in answer.json()["message"]


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: secret_of(settings), range(16)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert stat.S_IMODE((tmp_path / "new" / "secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret"]


def test_a_short_secret_stops_the_start(parts: Parts) -> None:
    settings = parts.settings.model_copy(update={"secret": SecretStr("too short")})
    with pytest.raises(Rejected, match="THREADLINE_SECRET"):
        create_app(Parts(settings, parts.database, parts.scope, parts.search, parts.assistant))
    long = settings.model_copy(update={"secret": SecretStr("s" * 32)})
    assert secret_of(long) == "s" * 32


def test_somebody_new_who_opens_several_tabs_at_once_is_one_customer(
    client: TestClient, settings: Settings, agent: dict[str, str]
) -> None:
    identity = _identity(settings, email="new@example.com", sub="s1", name="Nele")
    with ThreadPoolExecutor(8) as pool:
        asked = {"identity": identity, "carry": "bearer"}
        answers = list(pool.map(lambda _: client.post("/chat/session", json=asked), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    found = client.get("/api/customers", headers=agent, params={"words": "Nele"}).json()["customers"]
    assert len(found) == 1


def test_a_user_name_that_reads_like_an_address_opens_nobodys_record(
    client: TestClient, settings: Settings, open_chat: OPEN
) -> None:
    victim = open_chat(_identity(settings, email="victim@example.com", sub=None))
    client.post("/api/chat/messages", headers=victim, json={"text": "my secret"})
    other = open_chat(_identity(settings, email="else@example.com", sub="victim@example.com"))
    assert client.get("/api/chat/messages", headers=other).json()["messages"] == []


def test_tokens_of_one_side_open_nothing_on_the_other(
    client: TestClient, tokens: dict[str, str], customer: dict[str, str]
) -> None:
    chat = customer["Authorization"].removeprefix("Bearer ")
    for cookies in ({"threadline_staff": chat}, {"threadline_chat": tokens["admin"]}):
        client.cookies.clear()
        client.cookies.update(cookies)
        for path in ("/api/me", "/api/conversations", "/console", "/api/chat/messages", "/console/settings"):
            assert client.get(path, headers={"Accept": "application/json"}).status_code == 401, (cookies, path)
