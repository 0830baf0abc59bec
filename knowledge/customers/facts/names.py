"""Names of people as they say them: "my name is …", or the answer to "may I have your name?"."""

import re
from collections.abc import Sequence

from knowledge.customers.facts.questions import sentences

_NAME = r"((?:(?:Dr|Mr|Mrs|Ms)\.? )?[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,3})"
_SAYS = re.compile(rf"\b(?i:my (?:full )?name is|my name's|name:|this is|i am|i'm|it's)\s+{_NAME}")
_NAMED = re.compile(
    r"\bmy (?:full )?name(?: is|'s)\s+([a-z][\w'’-]+(?: [a-z][\w'’-]+)?)(?=\s*(?:[,.!;]|$|and\b))", re.IGNORECASE
)
_SAID = re.compile(rf"{_NAME} (?i:is my name|here|speaking)\b")
_ALONE = re.compile(r"\W*((?:(?:Dr|Mr|Mrs|Ms)\.? )?[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,3})\W*")
_NO_NAMES = frozenset(
    re.findall(
        r"\S+",
        "yes no sure ok okay hello hi thanks thank looking trying sorry not just the a an interested here having "
        "going in on calling writing done good fine it this that i we please none",
    )
)


def said_in(text: str, asked: Sequence[str]) -> list[str]:
    """Return the names a customer's message gives for themselves; alone where `asked` has "name"."""
    found = [match.group(1) for pattern in (_SAYS, _NAMED, _SAID) for match in pattern.finditer(text)]
    if "name" in asked and not found:
        alone = next((match for one in sentences(text) if (match := _ALONE.fullmatch(one.strip()))), None)
        found += [alone.group(1)] if alone else []
    found = [name.strip(" .") for name in found]
    return [name for name in dict.fromkeys(found) if name.split()[0].lower().strip(".'") not in _NO_NAMES]
