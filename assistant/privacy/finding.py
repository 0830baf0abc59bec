"""Everything personal in a text, each stretch once: what the record knows, what has a form, what reads as a name."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from assistant.privacy.names import named
from assistant.privacy.patterns import Found, structured

_WORD = re.compile(r"\w+")


def find_personal(
    text: str, known: Sequence[tuple[str, str]] = (), public: Collection[str] = frozenset()
) -> list[Found]:
    """Return the stretches of personal data in the order of the text, none overlapping.

    `known` are (kind, value) of the person's record. Surer kinds win where two overlap: known values before forms with
    check digits before words that read as names; a known value inside a longer form (a name in an e-mail address) goes
    with the whole of it. A name all of whose words are `public` ones (case-folded) is none.
    """
    taken = bytearray(len(text))
    kept: list[Found] = []
    forms = list(structured(text))
    surest = [one for one in _known(text, known) if not any(_holds(form, one) for form in forms)]
    for found in (*surest, *forms, *_private(text, public)):
        for piece in _free(found, taken):
            taken[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
            kept.append(piece)
    return sorted(kept, key=lambda one: one.start)


def _holds(form: Found, one: Found) -> bool:
    return form.start <= one.start and one.end <= form.end and form.end - form.start > one.end - one.start


def _known(text: str, known: Iterable[tuple[str, str]]) -> Iterator[Found]:
    for kind, value in sorted(known, key=lambda one: -len(one[1])):
        pattern = r"\s+".join(re.escape(part) for part in value.split())
        yield from (
            Found(kind, *match.span()) for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
        )


def _private(text: str, public: Collection[str]) -> Iterator[Found]:
    for found in named(text):
        words = _WORD.findall(text[found.start : found.end])
        if not words or not all(word.casefold() in public for word in words):
            yield found


def _free(found: Found, taken: bytearray) -> Iterator[Found]:
    """The parts of a stretch that nobody has taken: all of it, or for names what stands beside a surer find."""
    if not any(taken[found.start : found.end]):
        yield found
        return
    start = found.start
    for at in range(found.start, found.end + 1):
        if at == found.end or taken[at]:
            if at > start:
                yield Found(found.kind, start, at)
            start = at + 1
