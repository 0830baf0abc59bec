"""Citations: `[n]` marks in a text, kept only where `n` is a number that we offered."""

import re
from collections.abc import Collection

_MARK = re.compile(r"[ \t]*\[(\d{1,9}(?:\s*[,;]\s*\d{1,9})*)\]")
_OPEN = re.compile(r"[ \t]*\[[\d\s,;]*$")


def cited(text: str) -> tuple[int, ...]:
    """Return the cited numbers in the order of the text, each once."""
    found = [int(number) for match in _MARK.finditer(text) for number in re.findall(r"\d+", match[1])]
    return tuple(dict.fromkeys(found))


def keep_offered(text: str, offered: Collection[int]) -> str:
    """Return the text with only those citations that were offered; `[1, 9]` becomes `[1]`."""

    def kept(match: re.Match[str]) -> str:
        valid = [number for number in re.findall(r"\d+", match[1]) if int(number) in offered]
        lead = match[0][: match[0].index("[")]
        return lead + "".join(f"[{int(number)}]" for number in valid) if valid else ""

    return _MARK.sub(kept, text)


def without(text: str) -> str:
    """Return the text with no citations at all."""
    return keep_offered(text, ())


def finished(text: str) -> str:
    """Return a growing text without an unfinished mark at its end, so that a stream never shows half of one."""
    return _OPEN.sub("", text)
