"""A campaign by sample, end to end: a person sees some of it; the rest goes after their yes and nowhere after a no."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.parts import Parts
from api.worker.outreach import follow_sample, reach_out
from knowledge.customers import timeline
from knowledge.customers.entries import Entry, Handle, OrderRecorded
from knowledge.customers.record import KnownHandle, NewCustomer, save_customer
from knowledge.customers.timeline import NewEntry
from tests.api.conftest import _bearer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PEOPLE = 24
YAML = """
sender: {name: Tarnfell}
triggers:
  - {name: late, when: {kind: delivery_late}, purpose: service, channels: [email], subject: Your order,
     text: "Hello $name, your order is late.", holdout: 0, approval: sample, sample_share: 0.2}
"""


class Desk:
    """A manager's desk over a record with late orders, and a clock that is set by hand."""

    def __init__(self, parts: Parts, file: Path, token: str) -> None:
        self.now, self.file = NOON, file
        settings = parts.settings.model_copy(update={"outreach": file, "public_url": "https://support.example.org"})
        self.parts = Parts(settings, parts.database, parts.scope, parts.search, parts.assistant, lambda: self.now)
        self.door = TestClient(create_app(self.parts), base_url="https://support.example.org")
        self.manager = _bearer(token)

    def late(self, numbers: range) -> None:
        with self.parts.database.write() as session:
            for number in numbers:
                handle = KnownHandle(Handle("email", f"c{number}@example.org"), True)
                new = NewCustomer(f"c{number}", name=f"C{number}", timezone="Europe/London", handles=(handle,))
                who = save_customer(session, self.parts.scope, new, self.now)
                order = OrderRecorded(f"TF-{number}", "late")
                timeline.append(session, self.parts.scope, NewEntry(who, order, self.now), self.now)

    def run(self) -> None:
        self.now += timedelta(minutes=15)
        reach_out(self.parts, self.now)

    def shown(self) -> dict[str, Any]:
        told: dict[str, Any] = self.door.get("/api/outreach", headers=self.manager).json()
        return told

    def waiting(self) -> list[str]:
        return [one["id"] for one in self.shown()["waiting"]]

    def say(self, proposal: str, yes: bool) -> None:
        """Press a button of the console, and let the worker hear of it."""
        word = "yes" if yes else "no"
        pressed = self.door.post(f"/console/outreach/{proposal}/{word}", headers=self.manager, follow_redirects=False)
        assert pressed.status_code == 303, pressed.text
        for entry in self.of("outreach_approved")[-1:]:
            follow_sample(self.parts, entry)

    def of(self, kind: str) -> list[Entry]:
        with self.parts.database.read() as session:
            return [one for one in timeline.after(session, self.parts.scope, 0) if one.kind == kind]

    def approved(self) -> list[tuple[bool, bool, str]]:
        said: list[Any] = [one.payload for one in self.of("outreach_approved")]
        return [(one.approved, one.by_sample, one.author) for one in said]


@pytest.fixture
def desk(parts: Parts, tmp_path: Path, tokens: dict[str, str]) -> Desk:
    file = tmp_path / "outreach.yaml"
    file.write_text(YAML)
    opened = Desk(parts, file, tokens["manager"])
    opened.late(range(PEOPLE))
    opened.run()
    return opened


def test_the_rest_goes_once_all_of_the_sample_has_a_yes(desk: Desk) -> None:
    looked = desk.waiting()
    (sample,) = desk.shown()["samples"]
    assert 2 <= len(looked) < PEOPLE / 2
    assert sample == {"trigger": "late", "looking": len(looked), "rest": PEOPLE - len(looked), "said": None}
    page = desk.door.get("/console/outreach", headers=desk.manager).text
    assert f"{PEOPLE - len(looked)} messages wait for this sample" in page
    assert page.count(">Sample<") == len(looked)
    desk.run()
    assert desk.of("message_sent") == []  # nothing leaves while nobody has looked

    for proposal in looked[:-1]:
        desk.say(proposal, True)
    assert len(desk.of("message_sent")) == len(looked) - 1
    desk.say(looked[-1], True)
    assert len(desk.of("message_sent")) == PEOPLE
    assert len(desk.approved()) == PEOPLE
    assert all(yes and who == "manager@example.com" for yes, _, who in desk.approved())
    assert sum(by_sample for _, by_sample, _ in desk.approved()) == PEOPLE - len(looked)
    desk.run()
    assert (len(desk.of("message_sent")), desk.waiting()) == (PEOPLE, [])

    # the same words go on by themselves, but for a share that is looked at, and the rest waits for it
    desk.late(range(PEOPLE, 2 * PEOPLE))
    desk.run()
    (sample,) = desk.shown()["samples"]
    assert sample["looking"] + sample["rest"] == PEOPLE
    assert (sample["looking"] >= 1, sample["said"], len(desk.of("message_sent"))) == (True, True, PEOPLE)
    # other words are looked at anew, and what was proposed in the old ones waits for nobody any more
    desk.file.write_text(YAML.replace("is late", "is delayed"))
    desk.late(range(2 * PEOPLE, 2 * PEOPLE + 1))
    desk.run()
    (sample,) = desk.shown()["samples"]
    assert (sample["looking"], sample["rest"], sample["said"]) == (1, 0, None)


def test_one_no_turns_down_all_that_waits_and_a_later_yes_does_not_bring_it_back(desk: Desk) -> None:
    looked = desk.waiting()
    desk.say(looked[0], False)
    desk.say(looked[1], True)
    assert len(desk.of("message_sent")) == 1  # the one that has its own yes
    for proposal in looked[2:]:
        desk.say(proposal, False)
    desk.run()
    assert len(desk.of("message_sent")) == 1
    assert sorted(desk.approved()) == sorted(
        [(True, False, "manager@example.com")]
        + [(False, False, "manager@example.com")] * (len(looked) - 1)
        + [(False, True, "manager@example.com")] * (PEOPLE - len(looked))
    )
    # the next one is looked at, however the share would have drawn
    desk.late(range(PEOPLE, PEOPLE + 1))
    desk.run()
    assert len(desk.waiting()) == 1


def test_a_worker_that_died_after_the_yes_is_made_up_for_by_the_next_run(desk: Desk) -> None:
    for proposal in desk.waiting():
        desk.door.post(f"/api/outreach/proposals/{proposal}", json={"approved": True}, headers=desk.manager)
    assert desk.shown()["samples"][0]["rest"] > 0
    desk.run()
    assert len(desk.of("message_sent")) == PEOPLE
    desk.now = NOON + timedelta(days=3)
    assert desk.waiting() == []


def test_at_night_the_rest_waits_and_the_refusal_is_told_once(desk: Desk) -> None:
    for proposal in desk.waiting():
        desk.door.post(f"/api/outreach/proposals/{proposal}", json={"approved": True}, headers=desk.manager)
    sent = len(desk.of("message_sent"))
    desk.now = NOON + timedelta(hours=11)
    desk.run()
    desk.run()
    assert len(desk.of("message_sent")) == sent
    assert len(desk.of("outreach_refused")) == PEOPLE - sent
    desk.now = NOON + timedelta(hours=21)
    desk.run()
    assert len(desk.of("message_sent")) == PEOPLE


def test_what_nobody_looked_at_in_time_goes_nowhere(desk: Desk) -> None:
    desk.now = NOON + timedelta(hours=49)
    assert desk.waiting() == []
    desk.late(range(PEOPLE, PEOPLE + 1))
    desk.run()
    (sample,) = desk.shown()["samples"]
    assert (sample["looking"], sample["rest"], desk.of("message_sent")) == (1, 0, [])
