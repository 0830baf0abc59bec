"""Patterns that are tried only where a text holds what they need: of most texts most patterns are spared."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Of each group a text must hold at least one, in small letters.
Needs = tuple[tuple[str, ...], ...]
# Signs that a pattern takes for a letter whatever its case, and that `lower` leaves as they are.
_LETTERS = str.maketrans("İıſ\u212a", "iisk")


@dataclass(frozen=True)
class Needing:
    """Patterns, without regard to case, and what every text that one of them fits holds."""

    needs: Needs
    patterns: tuple[re.Pattern[str], ...]

    def may_fit(self, small: str) -> bool:
        """Tell whether a text, as `lowered` returns it, holds what is needed."""
        for group in self.needs:
            for need in group:
                if need in small:
                    break
            else:
                return False
        return True

    def fits(self, text: str) -> bool:
        """Tell whether one of the patterns is in a text."""
        return any(pattern.search(text) for pattern in self.patterns)

    def count(self, text: str) -> int:
        """Return how often the patterns are in a text."""
        return sum(1 for pattern in self.patterns for _ in pattern.finditer(text))


def needing(needs: Needs, patterns: Iterable[str]) -> Needing:
    """Return patterns with what they need."""
    return Needing(needs, tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns))


def lowered(text: str) -> str:
    """Return a text in small letters, as needs are looked for in it."""
    return (text if text.isascii() else text.translate(_LETTERS)).lower()


def any_fits(text: str, among: Sequence[Needing]) -> bool:
    """Tell whether one of these patterns is in a text."""
    small = lowered(text)
    return any(one.may_fit(small) and one.fits(text) for one in among)
