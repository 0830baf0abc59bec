"""Screening: does an article that says nothing about its visibility look as if it was written for staff?"""

import re

from knowledge.library.needs import Needing, lowered, needing

_TITLE = re.compile(
    r"^\W*(?:internal|staff|agents?)(?:\s+use)?(?:\s+only)?\s*(?:[:\u2013\u2014|]|-\s)"
    r"|[\(\[]\s*(?:internal|staff|agents?)(?:\s+use)?(?:\s+only)?\s*[\)\]]"
    r"|\b(?:internal use|internal only|staff only|agents only)\b",
    re.IGNORECASE,
)
_PEOPLE = r"(?:customers?|users?|callers?|clients?|members?)"
_PEOPLE_OF = ("customer", "user", "caller", "client", "member")
_STRONG: dict[str, Needing] = {
    "says that it is for staff": needing(
        (("internal use only", "staff", "agent", "employees", "representatives"),),
        [
            r"\b(?:for )?internal use only\b|\b(?:staff|agents|employees|representatives)[ -]only\b"
            r"|\bfor (?:support |service |human )?(?:agents|representatives|staff)(?: only)?\s*:"
            r"|\bagent (?:responsibilit(?:y|ies)|instructions?|guidance|procedures?)\b"
        ],
    ),
    "forbids to tell customers": needing(
        (_PEOPLE_OF, ("reveal", "share", "disclose", "tell", "show", "quote"), ("not", "don", "never")),
        [
            rf"\b(?:do not|don['’]t|never|must not|not to be) (?:be )?"
            rf"(?:reveal|share|shared|disclose|disclosed|tell|show|shown|quote)\b[^.\n]{{0,60}}\b{_PEOPLE}\b"
        ],
    ),
    "sends the reader to an internal document": needing((("internal",),), [r"[\"'“‘]\s*internal\s*[:\u2013\u2014]"]),
}
# In small letters only: what a tool is called.
_TOOL = re.compile(r"\b[a-z]+(?:_[a-z]+)+_\d{4}\b")
_WEAK: dict[str, Needing] = {
    "speaks to staff about the customer": needing(
        (_PEOPLE_OF,), [rf"\b(?:ask|tell|inform|advise|instruct|remind|assure|have|help) (?:the |a )?{_PEOPLE}\b"]
    ),
    "speaks of verifying the customer": needing(
        (("verify",), _PEOPLE_OF),
        [rf"\bverify (?:the |a )?(?:{_PEOPLE}(?:['’]s)?) (?:identity|information|account|details)"],
    ),
    "tells agents what they must do": needing((("agent",),), [r"\bagents? (?:must|should not|shall)\b"]),
}


def looks_internal(title: str, text: str) -> str:
    """Return why the article looks internal, or "" when it does not.

    One strong sign is enough; of the weak ones it takes two kinds, or one kind three times.
    """
    if _TITLE.search(title):
        return "its title says so"
    small = lowered(text)
    for reason, strong in _STRONG.items():
        if strong.may_fit(small) and strong.fits(text):
            return f"it {reason}"
    if "_" in text and _TOOL.search(text):
        return "it names a tool of the staff"
    counts = {reason: weak.count(text) if weak.may_fit(small) else 0 for reason, weak in _WEAK.items()}
    seen = [reason for reason, count in counts.items() if count]
    if len(seen) >= 2 or any(count >= 3 for count in counts.values()):
        return f"it {seen[0]}"
    return ""
