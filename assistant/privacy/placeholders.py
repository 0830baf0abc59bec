"""Placeholders: personal data goes out as [EMAIL_1], and what comes back is put right again."""

import re
from collections.abc import Iterable

from assistant.privacy.finding import find_personal

_MARK = re.compile(r"\[([A-Z]+_\d{1,4})\]")
_WORD = re.compile(r"\w+")
_UNFINISHED = re.compile(r"\[[A-Z]*_?\d{0,4}$")


class Placeholders:
    """One exchange's placeholders: the same value has the same one in every text of it.

    `known` is what the record holds of the person (name, order numbers): it is hidden wherever it stands, recognised
    or not. `public` is text that everybody may read: what reads as a name and stands there too (a product) is left.
    """

    def __init__(self, known: Iterable[tuple[str, str]] = (), public: str = "") -> None:
        self._known = tuple((kind, value) for kind, value in known if len(value.strip()) > 1)
        self._public = frozenset(word.casefold() for word in _WORD.findall(public))
        self._marks: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}

    def hide(self, text: str) -> str:
        """Return the text with a placeholder for all that is personal; marks that stand there are made harmless."""
        text = _MARK.sub(r"(\1)", text)
        made, at = [], 0
        for found in find_personal(text, self._known, self._public):
            made += [text[at : found.start], self._mark(found.kind, text[found.start : found.end])]
            at = found.end
        return "".join([*made, text[at:]])

    def restore(self, text: str) -> str:
        """Return the text with the values back in; a placeholder that was never given out stays as it is."""
        return _MARK.sub(lambda match: self._values.get(match.group(1), match.group()), text)

    def growing(self, text: str) -> str:
        """Return what of a text that still grows can be shown: restored, without a placeholder that is half there."""
        return self.restore(_UNFINISHED.sub("", text))

    def __len__(self) -> int:
        return len(self._values)

    def _mark(self, kind: str, value: str) -> str:
        key = (kind, " ".join(value.split()).casefold())
        if key not in self._marks:
            number = 1 + sum(one == kind for one, _ in self._marks)
            self._marks[key] = f"{kind}_{number}"
            self._values[self._marks[key]] = value
        return f"[{self._marks[key]}]"
