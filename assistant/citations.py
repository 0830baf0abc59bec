"""Citations: `[n]` marks in a text, kept only where `n` is a number that we offered; what a customer reads has none."""

import re
from collections.abc import Callable, Collection

from assistant.phrases import is_signature, phrases_for, reply_language
from knowledge.customers.entries import SuggestionShown

_MARK = re.compile(r"(?<![ \t])[ \t]*+\[(\d{1,9}(?:\s*[,;]\s*\d{1,9})*)\]")
_OPEN = re.compile(r"(?<![ \t])[ \t]*+\[[\d\s,;]*$")


def cited(text: str) -> tuple[int, ...]:
    """Return the cited numbers in the order of the text, each once."""
    found = [int(number) for match in _MARK.finditer(text) for number in re.findall(r"\d+", match[1])]
    return tuple(dict.fromkeys(found))


def keep_offered(text: str, offered: Collection[int]) -> str:
    """Return the text with only those citations that were offered; `[1, 9]` becomes `[1]`."""
    return _keep(text, lambda number: number in offered)


def _keep(text: str, wanted: Callable[[int], bool]) -> str:
    def kept(match: re.Match[str]) -> str:
        valid = [number for number in re.findall(r"\d+", match[1]) if wanted(int(number))]
        lead = match[0][: match[0].index("[")]
        return lead + "".join(f"[{int(number)}]" for number in valid) if valid else ""

    return _MARK.sub(kept, text)


def without(text: str) -> str:
    """Return the text with no citations at all."""
    return keep_offered(text, ())


def unmarked(text: str, shown: SuggestionShown) -> str:
    """Return a reply without the marks of the suggestion it came from; other numbers in brackets are its own."""
    return _keep(text, lambda number: number not in shown.citations)


def reply_text(shown: SuggestionShown) -> str:
    """Return what a customer would be sent: the draft without marks, then the public pages it cites, then a signature.

    The line of pages is that of `read_more`; without one the draft is all there is.
    """
    said, more = unmarked(shown.text, shown).strip(), read_more(shown)
    if not said or not more:
        return said
    *parts, last = said.split("\n\n")
    ordered = [*parts, more, last] if parts and is_signature(last) else [said, more]
    return "\n\n".join(ordered)


def read_more(shown: SuggestionShown) -> str:
    """Return the line with the public pages that a draft cites, with a web address, each once; "" without any.

    It is in the draft's language, else in the question's. A text message names the addresses alone.
    """
    links: dict[str, str] = {}
    for number in shown.citations:
        for passage in shown.passages:
            is_page = passage.url.startswith(("https://", "http://")) and not re.search(r"\s", passage.url)
            if passage.number == number and passage.visibility == "public" and is_page:
                links.setdefault(passage.url, " ".join(passage.title.split()))
    if not links:
        return ""
    language = reply_language([unmarked(shown.text, shown)], reply_language([shown.question], "en"))
    titled = (f"{title} – {url}".lstrip(" –") for url, title in links.items())
    pages = " ".join(links) if shown.channel == "sms" else " · ".join(titled)
    return f"{phrases_for(language).read_more} {pages}"


def finished(text: str) -> str:
    """Return a growing text without an unfinished mark at its end, so that a stream never shows half of one."""
    return _OPEN.sub("", text)
