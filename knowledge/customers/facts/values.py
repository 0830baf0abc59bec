"""Values in words: addresses, dates, times, amounts, counts and reference numbers, each in one normal form."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NUMBERS = dict(
    zip(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(13)),
        strict=True,
    )
)
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}
_MONTH = r"(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r")"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_WORDS = "|".join(NUMBERS)
_NO_NOUNS = "and|the|for|that|with|which|was|has|will|but|you"


@dataclass(frozen=True)
class Value:
    """A value as it stands in a text: `text` as written, `value` in its normal form (the same for every spelling)."""

    type: str
    text: str
    value: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.start + len(self.text)


_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("email", r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"),
        ("date", r"\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)(?!\d)"),
        ("date", r"\b(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})\b"),
        (
            "date",
            rf"\b(?P<month>{_MONTH})\.? ?(?P<day>{_DAY})(?:st|nd|rd|th)?\b(?!:)(?:,? (?P<year>(?:19|20)\d\d)\b)?",
        ),
        (
            "date",
            rf"\b(?P<day>{_DAY})(?:st|nd|rd|th)?\.? (?:of )?(?P<month>{_MONTH})\b(?:,? (?P<year>(?:19|20)\d\d)\b)?",
        ),
        ("time", r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?: ?(?P<half>[ap])(?:m\b|\.m\.?))?"),
        ("time", r"\b(?P<hour>1[0-2]|0?[1-9]) ?(?P<half>[ap])(?:m\b|\.m\.?)"),
        ("amount", r"(?P<sign>[$€£]) ?(?P<sum>\d{1,3}(?:,\d{3})+(?:\.\d\d?)?|\d+(?:[.,]\d\d?)?)(?![\d])"),
        (
            "amount",
            r"\b(?P<sum>\d{1,3}(?:,\d{3})+(?:\.\d\d?)?|\d+(?:[.,]\d\d?)?) ?"
            r"(?P<sign>€|£|usd|eur|gbp|chf|dollars?|euros?|pounds?|credits?)(?!\w)",
        ),
        ("phone", r"(?<![\w#])\+\d[\d ()-]{6,18}\d\b"),
        ("reference", r"\b(?=[a-z_0-9-]{0,64}\d)(?=[a-z0-9-]{0,64}_)[a-z0-9]+(?:[_-][a-z0-9]+)+\b"),
        ("reference", r"#[A-Z]{0,3}-?\d{3,}\b"),
        ("reference", r"\b(?=[A-Z0-9-]*\d)(?=[0-9-]*[A-Z])[A-Z0-9]{2,}(?:-[A-Z0-9]+)*\b"),
        ("reference", r"(?<![\w.,/:-])\d{5,}(?![\w,/:-]|\.\d)"),
        ("date", r"\b(?P<ordinal>[12]?1st|2?2nd|2?3rd|(?:1\d|[4-9]|2[04-9]|30)th|31st)\b"),
        ("date", r"\b(?P<weekday>" + "|".join(WEEKDAYS) + r"|today|tomorrow|tonight|yesterday)s?\b"),
        (
            "count",
            rf"(?<![\w$€£#.,/:-])(?P<number>\d{{1,4}}|{_WORDS})\b(?![.,:/-]?\d)"
            rf"[ -](?P<of>(?!(?:{_NO_NOUNS})\b)[a-z]{{3,}})\b",
        ),
        ("number", r"(?<![\w$€£#.,/:-])\d{1,4}(?![\w,/:-]|\.\d)"),
    )
)
# Words that only look like a reference: 1st, 24th, 10am, 2pm.
_NO_REFERENCE = re.compile(r"\d+(?:st|nd|rd|th|am|pm|x|k|km|kg|g|l|cm|mm|min|h|hrs?)", re.IGNORECASE)
_UPPER = re.compile(r"[A-Z0-9_#-]+")


def find_values(text: str) -> list[Value]:
    """Return the values of a text in their order; of two that overlap, the one that is recognised first above."""
    taken: list[Value] = []  # apart from each other and in order, so that only neighbours can overlap
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            found = _value(name, match)
            at = bisect_left(taken, match.start(), key=lambda one: one.start)
            if found and not any(
                one.start < found.end and found.start < one.end for one in taken[max(0, at - 1) : at + 1]
            ):
                taken.insert(at, found)
    return taken


def _value(name: str, match: re.Match[str]) -> Value | None:
    text = match.group()
    if name == "reference" and (_NO_REFERENCE.fullmatch(text) or not ("_" in text or _UPPER.fullmatch(text))):
        return None
    normal = _NORMAL[name](match) if name in _NORMAL else text.lower()
    return Value(name, text, normal, match.start()) if normal else None


def _date(match: re.Match[str]) -> str:
    told = {key: value for key, value in match.groupdict().items() if value}
    if "iso" in told:
        return told["iso"]
    if "ordinal" in told:
        return f"---{int(re.sub(r'[a-z]', '', told['ordinal'].lower())):02d}"
    if "weekday" in told:
        return told["weekday"].lower()
    if "m" in told:
        return _calendar(int(told["y"]), int(told["m"]), int(told["d"]))
    month, day = month_number(told["month"]), int(told["day"])
    return _calendar(int(told["year"]), month, day) if "year" in told else f"--{month:02d}-{day:02d}"


def month_number(word: str) -> int:
    """Return 1 to 12 for a month's name or its first three letters."""
    return next(at for at, name in enumerate(MONTHS, start=1) if name.startswith(word.lower()[:3]))


def _calendar(year: int, month: int, day: int) -> str:
    """Return the day in ISO form, the month first where it can only be so; empty when there is no such day."""
    for one, other in ((month, day), (day, month)):
        try:
            return date(year, one, other).isoformat()
        except ValueError:
            continue
    return ""


def _time(match: re.Match[str]) -> str:
    told = match.groupdict()
    hour, minute = int(told["hour"]), int(told.get("minute") or 0)
    half = (told.get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02d}:{minute:02d}"


def _amount(match: re.Match[str]) -> str:
    told = match.groupdict()
    raw = told["sum"]
    raw = raw.replace(",", "") if re.search(r",\d{3}", raw) else raw.replace(",", ".")
    sign = told["sign"].lower()
    names = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "credit": "credits"}
    return f"{plain_number(raw)} {CURRENCIES.get(sign) or names.get(sign.rstrip('s'), sign.upper())}"


def plain_number(raw: str) -> str:
    """Return a number without needless zeros: 12.50 → 12.5, 250.00 → 250."""
    number = float(raw)
    return str(int(number)) if number == int(number) else str(round(number, 4))


def _count(match: re.Match[str]) -> str:
    number = match.group("number").lower()
    return NUMBERS.get(number, number)


def _phone(match: re.Match[str]) -> str:
    return "+" + re.sub(r"\D", "", match.group())


_NORMAL = {"date": _date, "time": _time, "amount": _amount, "count": _count, "phone": _phone}


def same_value(one: str, other: str, kind: str) -> bool:
    """Tell whether two normal forms stand for one value: a day without its year is that day of any year."""
    if one == other:
        return True
    if kind == "date":
        short, full = sorted((one, other), key=len)
        return short.startswith("--") and full.endswith(short.lstrip("-")) and len(full) > len(short)
    return False


def resolve_date(value: str, said_at: datetime) -> str:
    """Return the ISO day that a normal form means, said at this time; the value itself where it cannot be told."""
    if re.fullmatch(r"--\d\d-\d\d", value):
        month, day = int(value[2:4]), int(value[5:])
        near = [_calendar(said_at.year + step, month, day) for step in (-1, 0, 1)]
        days = [date.fromisoformat(one) for one in near if one]
        return min(days, key=lambda one: abs((one - said_at.date()).days)).isoformat() if days else value
    return value
