"""Events come in by JSON, in the format of the import."""

from fastapi.testclient import TestClient

HEADERS = dict[str, str]


def _manager(tokens: dict[str, str]) -> HEADERS:
    return {"Authorization": f"Bearer {tokens['manager']}"}


EVENTS = [
    {"type": "customer", "id": "c-1", "name": "Ana", "handles": [{"kind": "email", "value": "ana@example.com"}]},
    {
        "type": "message",
        "id": "m-1",
        "customer": "c-1",
        "channel": "email",
        "conversation": "t-1",
        "direction": "in",
        "at": "2026-05-04T12:00:00Z",
        "text": "Hello",
    },
]


def test_events_are_stored_once(client: TestClient, tokens: dict[str, str]) -> None:
    headers = _manager(tokens)
    first = client.post("/api/events", headers=headers, json=EVENTS).json()
    assert (first["rows"], first["added"], first["bad"]) == (2, {"customer": 1, "message": 1}, [])
    again = client.post("/api/events", headers=headers, json=EVENTS).json()
    assert again["added"].get("message", 0) == 0
    listed = client.get("/api/conversations", headers=headers).json()["conversations"]
    assert [found["last_text"] for found in listed] == ["Hello"]
    people = client.get("/api/customers", headers=headers, params={"words": "ana"}).json()["customers"]
    assert [found["name"] for found in people] == ["Ana"]
    shown = client.get(f"/api/customers/{people[0]['id']}", headers=headers).json()
    assert shown["handles"][0]["handle"]["value"] == "ana@example.com"
    timeline = client.get(f"/api/customers/{people[0]['id']}/timeline", headers=headers).json()
    assert [entry["kind"] for entry in timeline["entries"]] == ["conversation_opened", "message_received"]


def test_one_event_needs_no_list_and_a_dry_run_stores_nothing(client: TestClient, tokens: dict[str, str]) -> None:
    headers = _manager(tokens)
    dry = client.post("/api/events?dry_run=true", headers=headers, json=EVENTS[0]).json()
    assert (dry["rows"], dry["dry_run"]) == (1, True)
    assert client.get("/api/customers", headers=headers).json()["customers"] == []
    assert client.post("/api/events", headers=headers, json=EVENTS[0]).json()["added"] == {"customer": 1}


def test_bad_events_are_named_and_the_rest_is_stored(client: TestClient, tokens: dict[str, str]) -> None:
    bad = [
        {"type": "unknown"},
        {},
        None,
        '{"type": "customer", "id": "smuggled"}',
        EVENTS[1] | {"id": "m-9", "at": "yesterday"},
        EVENTS[1] | {"id": "m-8", "text": "x" * 25_000},
    ]
    report = client.post("/api/events", headers=_manager(tokens), json=[*bad, *EVENTS]).json()
    assert report["added"] == {"customer": 1, "message": 1}
    assert [row["line"] for row in report["bad"]] == [1, 2, 3, 4, 5, 6]
    assert all(row["reason"] for row in report["bad"])


def test_what_is_no_event_is_refused(client: TestClient, tokens: dict[str, str]) -> None:
    for body in ("null", "7", '"text"'):
        answer = client.post(
            "/api/events", headers=_manager(tokens) | {"Content-Type": "application/json"}, content=body
        )
        assert answer.status_code == 422
        assert "[" not in answer.json()["message"]
