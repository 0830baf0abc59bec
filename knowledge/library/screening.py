"""Screening: does an article that says nothing about its visibility look as if it was written for staff?"""

import re

_TITLE = re.compile(
    r"^\W*(?:internal|staff|agents?)(?:\s+use)?(?:\s+only)?\s*(?:[:\u2013\u2014|]|-\s)"
    r"|[\(\[]\s*(?:internal|staff|agents?)(?:\s+use)?(?:\s+only)?\s*[\)\]]"
    r"|\b(?:internal use|internal only|staff only|agents only)\b",
    re.IGNORECASE,
)
_PEOPLE = r"(?:customers?|users?|callers?|clients?|members?)"
_STRONG: dict[str, re.Pattern[str]] = {
    "says that it is for staff": re.compile(
        r"\b(?:for )?internal use only\b|\b(?:staff|agents|employees|representatives)[ -]only\b"
        r"|\bfor (?:support |service |human )?(?:agents|representatives|staff)(?: only)?\s*:"
        r"|\bagent (?:responsibilit(?:y|ies)|instructions?|guidance|procedures?)\b",
        re.IGNORECASE,
    ),
    "forbids to tell customers": re.compile(
        rf"\b(?:do not|don['’]t|never|must not|not to be) (?:be )?"
        rf"(?:reveal|share|shared|disclose|disclosed|tell|show|shown|quote)\b[^.\n]{{0,60}}\b{_PEOPLE}\b",
        re.IGNORECASE,
    ),
    "sends the reader to an internal document": re.compile(r"[\"'“‘]\s*internal\s*[:\u2013\u2014]", re.IGNORECASE),
    "names a tool of the staff": re.compile(r"\b[a-z]+(?:_[a-z]+)+_\d{4}\b"),
}
_WEAK: dict[str, re.Pattern[str]] = {
    "speaks to staff about the customer": re.compile(
        rf"\b(?:ask|tell|inform|advise|instruct|remind|assure|have|help) (?:the |a )?{_PEOPLE}\b", re.IGNORECASE
    ),
    "speaks of verifying the customer": re.compile(
        rf"\bverify (?:the |a )?(?:{_PEOPLE}(?:['’]s)?) (?:identity|information|account|details)", re.IGNORECASE
    ),
    "tells agents what they must do": re.compile(r"\bagents? (?:must|should not|shall)\b", re.IGNORECASE),
}


def looks_internal(title: str, text: str) -> str:
    """Return why the article looks internal, or "" when it does not.

    One strong sign is enough; of the weak ones it takes two kinds, or one kind three times.
    """
    if _TITLE.search(title):
        return "its title says so"
    for reason, pattern in _STRONG.items():
        if pattern.search(text):
            return f"it {reason}"
    counts = {reason: sum(1 for _ in pattern.finditer(text)) for reason, pattern in _WEAK.items()}
    seen = [reason for reason, count in counts.items() if count]
    if len(seen) >= 2 or any(count >= 3 for count in counts.values()):
        return f"it {seen[0]}"
    return ""
