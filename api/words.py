"""Words for people: times, channels, languages and amounts as the pages show them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from knowledge.customers.entries import OrderRecorded

CHANNELS = {
    "chat": "Chat",
    "email": "E-mail",
    "phone": "Phone",
    "video": "Video call",
    "whatsapp": "WhatsApp",
    "sms": "SMS",
    "instagram": "Instagram",
    "twitter": "X",
    "facebook": "Facebook",
    "app": "App",
}
ICONS = {"video": "phone", "instagram": "social", "twitter": "social", "facebook": "social", "web": "chat"}
DRAWN = frozenset({"chat", "email", "phone", "whatsapp", "sms", "app"})
LANGUAGES = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
}
_OPAQUE = re.compile(r"[0-9a-f]{32,}")


def channel_name(channel: str) -> str:
    """Return a channel's name as people write it."""
    return CHANNELS.get(channel, channel.replace("_", " ").capitalize())


def channel_icon(channel: str) -> str:
    """Return the name of the icon for a channel or a kind of handle."""
    return ICONS.get(channel, channel if channel in DRAWN else "channel")


def clock(seconds: float) -> str:
    """Return seconds of a call as its clock shows them: 4:05, or 1:02:09."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def language_name(code: str) -> str:
    """Return the English name of a language code, else the code."""
    return LANGUAGES.get(code.lower().split("-")[0], code)


def handle(value: str) -> str:
    """Return an address as shown; an opaque session digest becomes words."""
    return f"web visitor {value[:6]}" if _OPAQUE.fullmatch(value) else value


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return ("".join(letters[:1] + letters[-1:]) if len(letters) > 1 else "".join(letters)).upper() or "?"


def find_zone(name: str) -> ZoneInfo:
    """Return the time zone of this name, UTC when there is none."""
    try:
        return ZoneInfo(name if name in available_timezones() else "UTC")
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was, short: "now", "4 min", "3 h", "2 d", "5 wk"."""
    if at is None:
        return ""
    minutes = max(0, int((now - at).total_seconds() // 60))
    steps = (
        (1, "now"),
        (60, f"{minutes} min"),
        (60 * 24, f"{minutes // 60} h"),
        (60 * 24 * 14, f"{minutes // 1440} d"),
    )
    return next((words for below, words in steps if minutes < below), f"{minutes // 10080} wk")


def hour(at: datetime, zone: ZoneInfo) -> str:
    """Return the time of day in a zone, "14:05"."""
    return at.astimezone(zone).strftime("%H:%M")


def day(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return the day in a zone: "Today", "Yesterday", "Tuesday, 3 March", with the year when it is another."""
    then, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    apart = (today - then).days
    if apart in (0, 1):
        return ("Today", "Yesterday")[apart]
    return f"{then:%A}, {then.day} {then:%B}" + (f" {then.year}" if then.year != today.year else "")


def date(at: datetime, zone: ZoneInfo) -> str:
    """Return a date in a zone, "3 March 2026"."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%B %Y}"


def long_time(at: datetime, zone: ZoneInfo) -> str:
    """Return a full date and time in a zone, zone named."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%B %Y, %H:%M:%S} {there:%Z}"


def local_time(zone_name: str, now: datetime) -> str:
    """Return the time of day where a customer lives, "" when the zone is unknown."""
    if not zone_name or zone_name not in available_timezones():
        return ""
    return hour(now.astimezone(UTC), find_zone(zone_name))


def money(order: OrderRecorded) -> str:
    """Return an order's total with its currency, "" when there is none."""
    return f"{order.total:,.2f} {order.currency}".strip() if order.total is not None else ""


def facts(*sources: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return what is known about somebody as label and text, empty values left out."""
    pairs = [(key, value) for source in sources for key, value in source.items()]
    return [
        (key.replace("_", " ").capitalize(), _value(value)) for key, value in pairs if value not in (None, "", [], {})
    ]


def _value(value: object) -> str:
    match value:
        case bool():
            return "Yes" if value else "No"
        case list() | tuple():
            return ", ".join(_value(one) for one in value)
        case dict():
            return ", ".join(f"{key}: {_value(one)}" for key, one in value.items())
    return str(value)


def short(value: float | None) -> str:
    """Return a number for people, three figures of it; `–` for none."""
    if value is None:
        return "–"
    value = round(value, 6)
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
