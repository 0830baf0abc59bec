"""The customer's side: they see their own chat messages, and nothing else at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

HEADERS = dict[str, str]
OPEN = Callable[..., HEADERS]


def _say(client: TestClient, headers: HEADERS, text: str) -> dict[str, object]:
    answer = client.post("/api/chat/messages", headers=headers, json={"text": text})
    assert answer.status_code == 201, answer.text
    said: dict[str, object] = answer.json()
    return said


def _texts(client: TestClient, headers: HEADERS) -> list[str]:
    return [message["text"] for message in client.get("/api/chat/messages", headers=headers).json()["messages"]]


def test_the_customer_sees_messages_and_never_what_colleagues_write(
    client: TestClient, customer: HEADERS, agent: HEADERS
) -> None:
    conversation = _say(client, customer, "Where is my parcel?")["conversation"]
    address = f"/api/conversations/{conversation}"
    client.post(f"{address}/notes", headers=agent, json={"text": "a difficult one"})
    client.post(f"{address}/take", headers=agent)
    client.post(f"{address}/replies", headers=agent, json={"text": "On its way."})
    answer = client.get("/api/chat/messages", headers=customer)
    assert [(message["by"], message["text"]) for message in answer.json()["messages"]] == [
        ("customer", "Where is my parcel?"),
        ("us", "On its way."),
    ]
    assert "difficult" not in answer.text
    assert "agent@example.com" not in answer.text


def test_another_customers_conversation_is_not_there(client: TestClient, open_chat: OPEN) -> None:
    ana, bob = open_chat(), open_chat()
    conversation = _say(client, ana, "my secret")["conversation"]
    _say(client, bob, "hello")
    assert _texts(client, bob) == ["hello"]
    for named in (conversation, "0" * 32):
        answer = client.get("/api/chat/messages", headers=bob, params={"conversation": str(named)})
        assert answer.status_code == 404
        assert "secret" not in answer.text
    own = client.get("/api/chat/messages", headers=ana, params={"conversation": str(conversation)})
    assert own.json()["messages"][0]["text"] == "my secret"


def test_claiming_an_address_in_a_message_opens_nothing(
    client: TestClient, customer: HEADERS, arrive: Callable[..., object]
) -> None:
    arrive("My card number is 1234.", "ana@example.com")
    _say(client, customer, "I am ana@example.com")
    assert _texts(client, customer) == ["I am ana@example.com"]
    refused = client.post("/chat/session", json={"email": "ana@example.com"})
    assert refused.status_code == 422


def test_a_resolved_chat_goes_on_as_one_thread(client: TestClient, customer: HEADERS, agent: HEADERS) -> None:
    first = _say(client, customer, "one")["conversation"]
    client.put(f"/api/conversations/{first}/status", headers=agent, json={"status": "resolved"})
    second = _say(client, customer, "two")["conversation"]
    assert first != second
    assert _texts(client, customer) == ["one", "two"]


def test_the_same_key_stores_once(client: TestClient, customer: HEADERS, open_chat: OPEN) -> None:
    keyed = customer | {"Idempotency-Key": "m1"}
    with ThreadPoolExecutor(6) as pool:
        send = lambda _: client.post("/api/chat/messages", headers=keyed, json={"text": " Hi "})  # noqa: E731
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert _texts(client, customer) == ["Hi"]
    other = client.post("/api/chat/messages", headers=keyed, json={"text": "Other"})
    assert other.status_code == 409
    somebody = open_chat() | {"Idempotency-Key": "m1"}
    assert client.post("/api/chat/messages", headers=somebody, json={"text": "Mine"}).status_code == 201
    assert _texts(client, somebody) == ["Mine"]


def test_many_messages_come_in_pages(client: TestClient, customer: HEADERS) -> None:
    for number in range(7):
        _say(client, customer, f"{number}")
    seen: list[str] = []
    before = None
    while True:
        params = {"limit": 3} | ({"before": before} if before else {})
        page = client.get("/api/chat/messages", headers=customer, params=params).json()
        seen = [message["text"] for message in page["messages"]] + seen
        before = page["before"]
        if before is None:
            break
    assert seen == [str(number) for number in range(7)]


def test_a_bad_key_is_refused(client: TestClient, customer: HEADERS) -> None:
    for key in ["", " ", "a b", "x" * 201, "a\tb", "é"]:
        headers = [(name.encode(), value.encode()) for name, value in customer.items()]
        headers.append((b"Idempotency-Key", key.encode()))
        answer = client.post("/api/chat/messages", headers=headers, json={"text": "Hi"})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "text",
    [
        "مرحبا، أين طلبي؟ \u202eright to left\u202c",
        "👩🏽‍🚒 é e\u0301 𝔘𝔫𝔦",
        "<script>alert(1)</script>\n\n{{7*7}} ${x} %s '; DROP TABLE entries; --",
        "tab\tand\nlines\r\nand \x1b[31mred\x7f",
        "\ufeff\u200bzero width",
    ],
)
def test_any_text_comes_back_as_it_was(client: TestClient, customer: HEADERS, text: str) -> None:
    assert _say(client, customer, text)["text"] == text.strip()
    assert _texts(client, customer) == [text.strip()]


def test_nul_is_dropped(client: TestClient, customer: HEADERS) -> None:
    assert _say(client, customer, "a\x00b\x00")["text"] == "ab"


def test_nothing_is_no_message(client: TestClient, customer: HEADERS) -> None:
    for text in ["", "   ", "\x00", "\n\t "]:
        answer = client.post("/api/chat/messages", headers=customer, json={"text": text})
        assert (answer.status_code, answer.json()["error"]) == (422, "rejected")


def test_a_very_long_message_is_refused_clearly(client: TestClient, customer: HEADERS) -> None:
    for length in [20_001, 100_000]:
        answer = client.post("/api/chat/messages", headers=customer, json={"text": "x" * length})
        assert answer.status_code == 413
        assert "20,000" in answer.json()["message"]
        longest = client.post("/api/chat/messages", headers=customer, json={"text": "🦊" * 20_000})
        assert longest.status_code == 201


def test_a_bad_body_is_refused_clearly(client: TestClient, customer: HEADERS) -> None:
    for body, status in [
        (b'{"text": "\xff\xfe"}', 400),
        (b'{"text": "cut', 400),
        (b"", 422),
        (b"null", 422),
        (b'{"text": null}', 422),
        (b'{"text": 7}', 422),
        (b'{"text": ["a"]}', 422),
        (b'{"text": "a", "author": "agent"}', 422),
        (b'{"text": "lone \\ud800 surrogate"}', 422),
        (b'{"\\ud800": 1}', 422),
        (b"[" * 50_000, 400),
        (b'{"text": ' + b"9" * 5_000 + b"}", 400),
        (b'{"text": NaN}', 422),
    ]:
        headers = customer | {"Content-Type": "application/json"}
        answer = client.post("/api/chat/messages", headers=headers, content=body)
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"error", "message", "remedy"}
        assert _texts(client, customer) == []


def test_header_injection_stays_text(client: TestClient, customer: HEADERS) -> None:
    answer = client.get(
        "/api/chat/messages", headers=customer, params={"conversation": "a\r\nSet-Cookie: threadline_staff=x"}
    )
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
