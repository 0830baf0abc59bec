"""The guard: default deny, every refusal names its rule and facts, hours are the customer's own over clock changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.outreach.facts import Content, Facts, Policy
from assistant.outreach.guard import judge
from knowledge.customers.consent import Consents, Standing
from knowledge.ids import EntryId

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
POLICY = Policy()
FINE = Facts(
    at=NOON,
    purpose="service",
    channel="email",
    certainty=1.0,
    erased=False,
    suppressed=False,
    held=False,
    consents=Consents(),
    verified=True,
    stops=(),
    zones=("Europe/London",),
    last_inbound=None,
    attempts=(),
    content=Content(chars=100, cited=True, footer=True),
    held_out=False,
)


def said(purpose: str, *, given: bool, days: int = 10, channel: str = "", objection: bool = False) -> Consents:
    at = NOON - timedelta(days=days)
    word = Standing(purpose, channel, given, objection, "v1", "form", "customer", "", at, EntryId("e" * 32))
    return Consents((word,))


def test_what_is_in_order_is_sent() -> None:
    assert judge(FINE, POLICY).allowed


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"at": NOON.replace(tzinfo=None)}, "clock"),
        ({"certainty": 0.5}, "identity"),
        ({"certainty": float("nan")}, "identity"),
        ({"erased": True}, "identity"),
        ({"purpose": "prize_draw"}, "purpose"),
        ({"purpose": ""}, "purpose"),
        ({"suppressed": True}, "suppression"),
        ({"held": True}, "suppression"),
        ({"consents": said("service", given=False)}, "objection"),
        ({"consents": said("outreach", given=False, objection=True)}, "objection"),
        ({"purpose": "marketing"}, "consent"),
        ({"purpose": "marketing", "consents": said("marketing", given=True, channel="sms")}, "consent"),
        ({"purpose": "marketing", "consents": said("marketing", given=True, days=731)}, "consent"),
        ({"purpose": "marketing", "consents": said("marketing", given=True, days=-1)}, "consent"),
        ({"verified": False}, "address"),
        ({"stops": ("bereavement",)}, "left_alone"),
        ({"zones": ()}, "quiet_hours"),
        ({"zones": ("Mars/Olympus",)}, "quiet_hours"),
        ({"zones": ("Europe/London", "Asia/Tokyo")}, "quiet_hours"),
        ({"channel": "whatsapp"}, "channel_window"),
        ({"channel": "whatsapp", "last_inbound": NOON - timedelta(hours=24, seconds=1)}, "channel_window"),
        ({"attempts": (NOON - timedelta(hours=2),)}, "frequency_cap"),
        ({"attempts": (NOON + timedelta(days=3),)}, "frequency_cap"),
        ({"attempts": tuple(NOON - timedelta(days=days) for days in (8, 12, 20, 29))}, "frequency_cap"),
        ({"channel": "x", "content": Content(9, cited=True, footer=True, sensitive=True)}, "content"),
        ({"content": Content(0, cited=True, footer=True)}, "content"),
        ({"content": Content(9, cited=False, footer=True)}, "content"),
        ({"content": Content(9, cited=True, footer=False)}, "content"),
    ],
)
def test_a_refusal_names_its_rule_and_explains_itself(changed: dict[str, object], rule: str) -> None:
    verdict = judge(replace(FINE, **changed), POLICY)  # type: ignore[arg-type]  # fields by name

    assert (verdict.outcome, verdict.rule) == ("refuse", rule)
    assert verdict.reason
    assert verdict.facts["asked_at"]


def test_who_agreed_lately_hears_of_offers() -> None:
    assert judge(replace(FINE, purpose="marketing", consents=said("marketing", given=True)), POLICY).allowed


def test_who_was_drawn_for_holding_out_gets_nothing_and_it_is_no_refusal() -> None:
    assert judge(replace(FINE, held_out=True), POLICY).outcome == "hold_out"


@pytest.mark.parametrize(
    ("zone", "moment", "allowed"),
    [
        # London, the day summer time begins: 08:00 is 07:00 UTC, the day before it is 08:00 UTC.
        ("Europe/London", "2026-03-28T07:30", False),
        ("Europe/London", "2026-03-29T07:30", True),
        ("Europe/London", "2026-03-29T06:59:59", False),
        # Kolkata is half an hour off, Kathmandu three quarters.
        ("Asia/Kolkata", "2026-07-01T02:29:59", False),
        ("Asia/Kolkata", "2026-07-01T02:30", True),
        ("Asia/Kathmandu", "2026-07-01T02:15", True),
        ("Asia/Kathmandu", "2026-07-01T15:15", False),
        # Lord Howe's summer time is half an hour: +10:30 becomes +11 on 4 October.
        ("Australia/Lord_Howe", "2026-10-02T21:15", False),
        ("Australia/Lord_Howe", "2026-10-05T21:15", True),
    ],
)
def test_hours_are_the_customers_own(zone: str, moment: str, allowed: bool) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert judge(replace(FINE, at=at, zones=(zone,)), POLICY).allowed is allowed
