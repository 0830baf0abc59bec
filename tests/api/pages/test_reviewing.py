"""The review page: blind, escaped, one verdict a pair, closed to strangers."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from api.parts import Parts
from evals.core.cases import Score
from evals.core.runs import Run
from evals.replay import reviews
from evals.replay.history import read_moments
from knowledge.customers.entries import Handle
from knowledge.customers.inbox import Incoming, Reply, receive, reply
from knowledge.customers.privacy_tables import AccessRow

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> why?"


@pytest.fixture
def offered(parts: Parts) -> None:
    with parts.database.write() as session:
        for number in range(2):
            who = Handle("email", f"c{number}@example.com")
            got = receive(session, parts.scope, Incoming("email", who, HOSTILE, NOW), NOW).conversation
            assert got is not None
            reply(session, parts.scope, Reply(got, "So.", "sara@example.com"), NOW)
    moments = read_moments(parts.database, parts.scope)
    runs = []
    for text in ("Draft <b>one</b>", "Draft other"):
        scores = tuple(
            Score(
                one.reply,
                {},
                output={"customer": one.customer, "conversation": one.conversation, "question": HOSTILE, "text": text},
            )
            for one in moments
        )
        runs.append(Run("replay/history", (), scores, {}, {}))
    with parts.database.write() as session:
        assert reviews.offer(session, parts.scope, "spring", (runs[0], runs[1]), NOW) == 2


def test_two_drafts_are_shown_and_a_verdict_is_kept(
    client: Any, parts: Parts, tokens: dict[str, str], offered: None
) -> None:
    agent = {"authorization": f"Bearer {tokens['agent']}"}
    for done in range(2):
        page = client.get("/console/review/spring", headers=agent)
        assert page.status_code == 200
        assert f"{done} of 2 rated" in page.text
        assert "<script>alert" not in page.text
        assert "Draft &lt;b&gt;one&lt;/b&gt;" in page.text
        action = re.search(r'action="(/console/review/spring/\d)"', page.text)
        assert action is not None
        kept = client.post(action.group(1), data={"side": "left"}, headers=agent)
        assert (kept.status_code, kept.headers["location"]) == (303, "/console/review/spring")
    assert "All rated" in client.get("/console/review/spring", headers=agent).text
    with parts.database.read() as session:
        looked = session.scalars(select(AccessRow.what)).all()
    assert looked.count("GET /console/review") == 2  # whose words were seen stands in the access log


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("GET", "/console/review/autumn", None, 404),
        ("GET", "/console/review/No%20name", None, 422),
        ("POST", "/console/review/spring/7", {"side": "left"}, 404),
        ("POST", "/console/review/spring/9999", {"side": "left"}, 422),
        ("POST", "/console/review/spring/0", {"side": "up"}, 422),
        ("POST", "/console/review/spring/0", {}, 422),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: Any, tokens: dict[str, str], offered: None, method: str, path: str, data: Any, status: int
) -> None:
    done = client.request(method, path, data=data, headers={"authorization": f"Bearer {tokens['agent']}"})
    assert done.status_code == status


def test_strangers_see_nothing(client: Any, offered: None) -> None:
    assert client.get("/console/review/spring").status_code in (303, 401)
    assert client.post("/console/review/spring/0", data={"side": "left"}).status_code in (303, 401, 403)
