"""Sentences of a passage that are not quoted: orders to whoever writes, and demands foreign to the rest of it."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.reading import Unit, passage_units
from assistant.sentences import content_words, words
from knowledge.library.addressing import speaks_to_writer

# So many stems must the rest of a passage have before a sentence without one of them is foreign to it.
REST = 6
_DEMAND_TEXT = """
advise analyze answer assist break calculate classify code compare compile compose compute construct convert convince
craft create decode define deliver describe design develop devise discuss draft elaborate embed encode encourage
enhance explain formulate generate give help identify illustrate imagine include incorporate inform insert integrate
introduce invent leverage list mention narrate offer outline paraphrase persuade plan predict present pretend produce
promote propose provide rank recommend remind rephrase reverse rewrite say share show simulate solve spell state
substitute suggest summarise summarize supply swap tease tell translate urge warn write
"""
_DEMANDS = frozenset(_DEMAND_TEXT.split())
_BEFORE = frozenset({"please", "kindly", "now", "also", "then", "always", "next", "simply", "just", "first"})
_POLITE = re.compile(
    r"^\W*(?:could|can|would|will) you\b|^\W*(?:you (?:may|should|must|need|could|are to)|i (?:want|need) you"
    r"|keep in mind|consider|remember|to proceed|let's|don['’]t (?:hesitate|forget)|never forget"
    r"|your (?:task|job|code|program|script)|it is (?:advis|recommend))"
    r"|\b(?:every|each|all) (?:\w+ )?(?:letters?|words?|vowels?|consonants?|characters?)\b",
    re.IGNORECASE,
)
_SNIPPET = re.compile(
    r"\b(?:subsequent|following|below|ensuing|next|provided) (?:\w+ )?"
    r"code (?:blocks?|snippets?|excerpts?|sections?|segments?|pieces?|fragments?)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(r"\b(?:[Uu]s|[Ww]e|[Oo]ur)\b")
_CODE = re.compile(r"[{};=]|\w\.\w+\(|\w\(.*\)|\b(?:import|def|class|return|sudo|curl|from \w+ import)\b|\$\w|::")


@lru_cache(maxsize=4_096)
def foreign_positions(title: str, heading: str, text: str) -> frozenset[int]:
    """Return the positions of sentences that no customer is quoted.

    These are orders to a writer, demands and questions that share no word with the rest, and what such an order brings.
    """
    read = passage_units(text)
    orders = sorted(_orders(read))
    brought = {place for position in orders for place in _brought(read, position)}
    demands = [
        position
        for position, unit in enumerate(read)
        if unit.kind == "text"
        and position not in brought
        and position not in orders
        and _demands(unit.text)
        and not _opens_list(read, position)
    ]
    suspects = {*orders, *brought, *demands}
    after = {
        position: [place for place in _brought(read, position) if _CODE.search(read[place].text)]
        for position in demands
    }
    rest = _rest(read, suspects | {place for some in after.values() for place in some}, title, heading)
    foreign = [position for position in demands if _alone(read[position], rest)] if len(rest) >= REST else []
    return frozenset({*orders, *brought, *foreign, *(place for position in foreign for place in after[position])})


def _rest(read: Sequence[Unit], left_out: set[int], title: str, heading: str) -> frozenset[str]:
    said = [unit.stems for position, unit in enumerate(read) if position not in left_out]
    return frozenset(content_words(f"{title} {heading}")).union(*said)


def _opens_list(read: Sequence[Unit], position: int) -> bool:
    following = read[position + 1].kind if position + 1 < len(read) else ""
    return following in ("item", "row") and read[position].text.endswith(":")


def foreign_title(title: str, text: str) -> bool:
    """Tell whether a title is an order to a writer, or demands what its text has no word of."""
    stems = frozenset(content_words(title))
    rest = frozenset().union(*(unit.stems for unit in passage_units(text) if unit.text != title))
    return speaks_to_writer(title) or (len(rest) >= REST and bool(stems) and _demands(title) and not stems & rest)


def _orders(read: Sequence[Unit]) -> set[int]:
    """Return the positions of orders; one whose quotation ends a sentence goes on in the next."""
    found = {position for position, unit in enumerate(read) if speaks_to_writer(unit.text)}
    for position, (unit, following) in enumerate(pairwise(read)):
        goes_on = unit.block == following.block and unit.text[-1:] in "\"”'’" and position + 1 not in found
        if goes_on and speaks_to_writer(f"{unit.text} {following.text}"):
            found |= {position, position + 1}
    return found


def _alone(unit: Unit, rest: frozenset[str]) -> bool:
    if _SNIPPET.search(unit.text):
        return "code" not in rest
    return len(unit.stems) >= 2 and not unit.stems & rest


def _demands(text: str) -> bool:
    """Tell whether a sentence asks something of whoever reads it: a question, or an order to make something.

    One that says "us" or "we" is the company's word to its customers.
    """
    if _COMPANY.search(text) or text.startswith(("The ", "This ", "For example")):
        return False
    if text.rstrip("\"'”’)] ").endswith("?") or _POLITE.search(text) or _SNIPPET.search(text):
        return True
    said = words(text[:120])
    first = next((word for word in said if word not in _BEFORE and not word.endswith("ly")), "")
    return first in _DEMANDS


def _brought(read: Sequence[Unit], position: int) -> list[int]:
    """Return the positions of the code or text that a sentence ending with a colon brings with it."""
    if not read[position].text.rstrip("`* ").endswith(":"):
        return []
    found: list[int] = []
    for place in range(position + 1, len(read)):
        unit = read[place]
        if unit.kind == "heading" or (found and unit.block != read[found[-1]].block and not _CODE.search(unit.text)):
            break
        found.append(place)
    return found
