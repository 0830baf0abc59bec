"""An oracle for the guard, written from the regulations' table and not from the guard: one flat condition, no order.

It shares no code with the guard and holds its own numbers: purposes, hours, caps and words on consent are worked out
from the plain case, local hours from the other side (the opening hours of the day as moments in UTC).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from evals.outreach.cases import Case, Saying

KNOWN_ZONES = available_timezones()
ADVERTISING = {"marketing"}
LAWFUL = {"marketing", "service", "survey"}
PUBLIC = {"instagram", "facebook", "x", "twitter", "review"}
TWO_YEARS = timedelta(days=2 * 365)


def may_send(case: Case) -> bool:
    """Return whether the reference lets this message be sent."""
    return all(
        (
            case.certainty == case.certainty and case.certainty > 0.9899999999,
            not (case.erased or case.suppressed or case.held),
            case.purpose in LAWFUL,
            not _refused(case, case.purpose) and not _refused(case, "outreach"),
            case.purpose not in ADVERTISING or _agreed(case),
            case.verified,
            len(case.stops) == 0,
            len(case.zones) > 0 and all(_awake(case.at, zone) for zone in case.zones),
            case.channel != "whatsapp" or case.content.template or _wrote_within_a_day(case),
            _heard(case, 1) < 1 and _heard(case, 7) < 2 and _heard(case, 30) < 4,
            not (case.content.sensitive and case.channel in PUBLIC),
            1 <= case.content.chars <= 2000 and case.content.cited and case.content.footer,
            not case.held_out,
        )
    )


def _last_word(case: Case, purpose: str) -> Saying | None:
    heard = [one for one in case.sayings if one.purpose == purpose and one.channel in ("", case.channel)]
    if not heard:
        return None
    newest = min(one.ago for one in heard)
    tied = [one for one in heard if one.ago == newest]
    # At the same moment a no outweighs a yes.
    return next((one for one in tied if one.what != "given"), tied[0])


def _refused(case: Case, purpose: str) -> bool:
    said = _last_word(case, purpose)
    return said is not None and said.what in ("withdrawn", "objected")


def _agreed(case: Case) -> bool:
    said = _last_word(case, case.purpose)
    if said is None or said.what != "given" or not timedelta(0) <= said.ago:
        return False
    # Of several agreements the newest counts.
    return said.ago <= TWO_YEARS


def _awake(at: datetime, name: str) -> bool:
    if name not in KNOWN_ZONES:
        return False
    zone = ZoneInfo(name)
    for days in (-2, -1, 0, 1, 2):
        day = at.astimezone(UTC).date() + timedelta(days=days)
        begin = datetime(day.year, day.month, day.day, 8, tzinfo=zone).astimezone(UTC)
        end = datetime(day.year, day.month, day.day, 21, tzinfo=zone).astimezone(UTC)
        if begin <= at < end:
            return True
    return False


def _wrote_within_a_day(case: Case) -> bool:
    return case.inbound_ago is not None and timedelta(0) <= case.inbound_ago <= timedelta(hours=24)


def _heard(case: Case, days: int) -> int:
    return len([ago for ago in case.attempts_ago if ago < timedelta(days=days)])
