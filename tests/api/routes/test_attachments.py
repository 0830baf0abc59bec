"""Files come in within limits, go with one message, are saved and never shown, and are forgotten and exported."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from api.parts import Parts
from knowledge.customers import attachments
from knowledge.customers.attachment_tables import BlobRow, FileRow
from knowledge.customers.entries import Entry
from knowledge.customers.erasure import ERASER, Wish, erase
from knowledge.customers.export import export_person

BINARY = {"Content-Type": "application/octet-stream"}
PNG = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"


def upload(client: TestClient, path: str, headers: dict[str, str], **asked: str) -> dict[str, str]:
    asked = {"name": "tent.png", "type": "image/png", **asked}
    answer = client.post(path, params=asked, content=PNG, headers=headers | BINARY)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_a_file_in_the_chat_is_the_customers_own(
    client: TestClient, open_chat: Callable[..., dict[str, str]], agent: dict[str, str]
) -> None:
    ana, eve = open_chat(), open_chat()
    kept = upload(client, "/api/chat/attachments", ana)
    stolen = client.post("/api/chat/messages", json={"text": "mine", "attachments": [kept["id"]]}, headers=eve)
    assert stolen.status_code == 404
    key = {"Idempotency-Key": "k"}
    for _ in range(2):  # sent again, it is the same message
        sent = client.post("/api/chat/messages", json={"text": "Look", "attachments": [kept["id"]]}, headers=ana | key)
        assert sent.status_code == 201, sent.text
        assert [one["name"] for one in sent.json()["attachments"]] == ["tent.png"]
    other = client.post("/api/chat/messages", json={"text": "Again", "attachments": [kept["id"]]}, headers=ana)
    assert other.status_code == 409
    got = client.get(f"/api/chat/attachments/{kept['id']}", headers=ana)
    assert got.content == PNG
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''tent.png"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert client.get(f"/api/chat/attachments/{kept['id']}", headers=eve).status_code == 404
    assert client.get(f"/api/attachments/{kept['id']}", headers=agent).content == PNG


@pytest.mark.parametrize(
    ("asked", "content", "says"),
    [
        ({"type": "application/x-msdownload"}, b"MZ", "type"),
        ({"type": "text/html"}, b"<html>", "type"),
        ({"type": "nonsense"}, b"x", "type"),
        ({}, b"", "empty"),
        ({}, b"x" * 20_001, "larger"),
    ],
)
def test_what_is_not_kept_is_refused_with_the_reason(
    parts: Parts, client: TestClient, customer: dict[str, str], asked: dict[str, str], content: bytes, says: str
) -> None:
    object.__setattr__(parts, "settings", parts.settings.model_copy(update={"attachment_max_bytes": 20_000}))
    asked = {"name": "x", "type": "image/png", **asked}
    answer = client.post("/api/chat/attachments", params=asked, content=content, headers=customer | BINARY)
    assert (answer.status_code, says in answer.text) == (422, True), answer.text


def test_names_are_harmless(client: TestClient, customer: dict[str, str]) -> None:
    for name in ("../../etc/passwd", "a\r\nSet-Cookie: x", "\u202egnp.exe", 'näme "q".png', "." * 300):
        kept = upload(client, "/api/chat/attachments", customer, name=name[:300])
        assert not set(kept["name"]) & set("/\\\r\n\u202e")
        assert kept["name"]


def test_one_content_is_kept_once_and_goes_with_its_last_customer(
    parts: Parts, client: TestClient, agent: dict[str, str], arrive: Callable[..., Entry]
) -> None:
    one, other = arrive("hi"), arrive("hi", email="bo@example.com")
    for entry in (one, other):
        path = f"/api/conversations/{entry.conversation}"
        kept = upload(client, f"{path}/attachments", agent)
        body = {"text": "See the picture", "attachments": [kept["id"]]}
        assert client.post(f"{path}/replies", json=body, headers=agent).status_code == 201
        page = client.get(f"/console/conversations/{entry.conversation}/timeline", headers=agent).text
        assert f"/api/attachments/{kept['id']}" in page
    with parts.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BlobRow)) == 1
        told = export_person(session, parts.scope, one.customer, datetime.now(UTC))
    assert [(file["name"], file["size"]) for file in told["files"]] == [("tent.png", len(PNG))]
    for entry, blobs in ((one, 1), (other, 0)):
        with parts.database.write() as session:
            erase(session, parts.scope, Wish(entry.customer, "x"), (attachments.ERASER, ERASER), datetime.now(UTC))
            assert session.scalar(select(func.count()).select_from(BlobRow)) == blobs


def test_uploads_that_no_message_took_are_swept(parts: Parts, client: TestClient, customer: dict[str, str]) -> None:
    upload(client, "/api/chat/attachments", customer)
    for days, left in ((0, 1), (2, 0)):
        with parts.database.write() as session:
            attachments.sweep(session, parts.scope, datetime.now(UTC) + timedelta(days=days))
            assert session.scalar(select(func.count()).select_from(FileRow)) == left
