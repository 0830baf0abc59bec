"""Constraints: what must be minded with a customer, from the record: language, needs, consent, who can read."""

import re
from collections.abc import Iterator, Mapping

from knowledge.customers.consent import EVERY_CHANNEL, Consents
from knowledge.customers.conversations import Conversation
from knowledge.customers.record import Customer

# Preferences and attributes by which a record says what somebody needs to see, hear or follow us.
_NEEDS = re.compile(
    r"accessib|disab|impair|hearing|deaf|vision|visual|blind|screen_?reader|large_?print|easy_?read|plain_?language|"
    r"sign_?language|relay|text_?only|assistive|barrier|special_?needs",
    re.IGNORECASE,
)
_NO = frozenset({"", "no", "none", "false", "0", "n/a"})
_YES = frozenset({"yes", "true", "1"})
MOST_NEEDS = 3
NEED_CHARS = 60


def constraints_of(found: Conversation, customer: Customer, consents: Consents) -> tuple[str, ...]:
    """Return what must be minded, in words; what a person needs is never told where everybody can read it."""
    said = [f"writes {customer.language}"] if customer.language not in {"", "en"} else []
    if not found.public:
        said += _needs({**customer.attributes, **customer.preferences})
    said += _refusals(consents)
    return (*said, *(["public: everyone can read it"] if found.public else []))


def _needs(told: Mapping[str, object]) -> list[str]:
    found = []
    for name, value in told.items():
        text = " ".join(str(value).split())[:NEED_CHARS]
        if _NEEDS.search(str(name)) and text.lower() not in _NO:
            words = str(name).replace("_", " ")[:NEED_CHARS]
            found.append(f"needs: {words}" if text.lower() in _YES else f"needs: {words} {text}")
    return found[:MOST_NEEDS]


def _refusals(consents: Consents) -> Iterator[str]:
    """Yield what they object to, and what they agreed to and took back."""
    for one in consents.standings:
        if not one.given:
            where = "" if one.channel == EVERY_CHANNEL else f" by {one.channel}"
            yield f"{'objects to' if one.objection else 'withdrew consent to'} {one.purpose}{where}"
