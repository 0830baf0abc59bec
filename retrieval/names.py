"""Names of what the library writes about: titles that several articles share, found where a text says them."""

import re
from collections import Counter
from collections.abc import Iterable

# A title of its own is a headline; one that so many articles share is the name of a product or a place.
SHARED = 8
MOST_WORDS = 6
LEAST_CHARS = 5
READ_CHARS = 4_000
_WORD = re.compile(r"[^\W_]+")


class Names:
    """Finds names in one pass over a text, the longest at each place."""

    def __init__(self, titles: Iterable[str]) -> None:
        """Take the titles of all articles, each as often as it occurs."""
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for title, times in Counter(titles).items():
            words = tuple(_WORD.findall(title.lower()))
            if times >= SHARED and 0 < len(words) <= MOST_WORDS and len(title) >= LEAST_CHARS:
                self._by_first.setdefault(words[0], []).append((words, title))
        for some in self._by_first.values():
            some.sort(key=lambda one: (-len(one[0]), one[1]))

    def said_in(self, text: str) -> list[str]:
        """Return the names that stand in the text, in its order, each once."""
        words = tuple(_WORD.findall(text[:READ_CHARS].lower()))
        found: list[str] = []
        place = 0
        while place < len(words):
            step = 1
            for wanted, title in self._by_first.get(words[place], ()):
                if words[place : place + len(wanted)] == wanted:
                    found.append(title)
                    step = len(wanted)
                    break
            place += step
        return list(dict.fromkeys(found))
