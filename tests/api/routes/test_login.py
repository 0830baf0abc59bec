"""The staff login under attack: broken bodies, many addresses, a success in between."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from api.parts import Parts
from api.routes.login import TRIES_PER_ADDRESS, TRIES_PER_EMAIL
from knowledge.staff.people import NewStaff, add_staff

PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"email": "a\\u0000b@x.example", "password": "x\\u0000"}', 401),
        (b"[" * 60_000, 400),
        (b"NaN", 422),
        (b'{"email": "\\ud800", "password": "x"}', 422),
        (b"[1]", 422),
    ],
)
def test_a_broken_login_is_refused_clearly(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


# Every try takes a password's time, and none of it is the database's.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_address_may_not_try_everybody_even_with_a_login_of_its_own(client: TestClient, parts: Parts) -> None:
    with parts.database.write() as session:
        add_staff(session, parts.scope, NewStaff("own@example.com", "Own", "agent", PASSWORD), datetime.now(UTC))
    statuses = []
    for number in range(TRIES_PER_ADDRESS + 5):
        if number % (TRIES_PER_EMAIL - 1) == 0:
            client.post("/login", json={"email": "own@example.com", "password": PASSWORD})
        tried = client.post("/login", json={"email": f"victim{number}@example.com", "password": "guess guess"})
        statuses.append(tried.status_code)
    assert statuses[: TRIES_PER_ADDRESS - 1] == [401] * (TRIES_PER_ADDRESS - 1)
    assert statuses[-1] == 429
