"""Names: whether two spellings can be one person's, must be two people's, or leave it open."""

import unicodedata
from typing import Literal

Likeness = Literal["same", "unsure", "different"]

_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "herr", "frau", "sra", "mme", "mlle"}
)
# What tells a father from a son of the same name.
_GENERATIONS = frozenset({"jr", "junior", "sr", "snr", "senior", "ii", "iii", "iv", "elder", "younger"})
_NO_NAMES = frozenset({"customer", "guest", "visitor", "unknown", "anonymous", "user", "client", "test", "none"})


def compare(one: str, other: str) -> Likeness:
    """Compare two names as people write them.

    `same`: one spelling contains the other with its given name, in whatever order, case and accents. `different`: both
    name people fully and the given names differ. Anything less is `unsure`: an initial, a family name alone, a
    spelling that is nearly the other. Close spellings are never `same`: Jon and Joan may be a couple.
    """
    mine, theirs = _words(one), _words(other)
    if not mine or not theirs:
        return "same"
    if _GENERATIONS & set(mine) != _GENERATIONS & set(theirs):
        return "different"
    few, many = sorted((mine, theirs), key=len)
    if few == many and not (len(few) == 1 and _titled(one, other)):
        return "same"
    if len(few) > 1 and set(few) <= set(many) and (few[0] == many[0] or set(few) == set(many)):
        return "same"
    if len(few) == 1:
        return "same" if few[0] == many[0] and len(many) > 1 else "unsure"
    fits = _abbreviates(few[0], many[0]) and _abbreviates(few[-1], many[-1])
    return "unsure" if fits else "different"


def _words(name: str) -> list[str]:
    last, comma, first = name.partition(",")
    flat = unicodedata.normalize("NFKD", f"{first} {last}" if comma else name).casefold()
    kept = "".join(letter if letter.isalnum() else " " for letter in flat if not unicodedata.combining(letter))
    words = [word for word in kept.split() if word not in _TITLES]
    return [] if set(words) <= _NO_NAMES else words


def _titled(*names: str) -> bool:
    return any(name.casefold().replace(".", " ").split()[0] in _TITLES for name in names)


def _abbreviates(one: str, other: str) -> bool:
    """Whether two words are the same or one is the other's initial."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
