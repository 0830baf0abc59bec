"""What of a query counts how much: the last turn more than the one before, a long text in pieces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# MiniLM reads 256 tokens, about 1,000 characters: of a longer query it would see nothing but the beginning.
LONG_CHARS = 1_000
PIECE_CHARS = 700
# At most so many pieces of a very long query, from both ends, where people say what they want.
MAX_PIECES = 8
# A query of two or three lines is the customer's last turns, one a line; the last one weighs more by this much.
# Chosen on one half of mtrag and confirmed on the other; see docs/retrieval.md.
TURNS = (2, 3)
LAST_TURN = 0.6
_END = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True)
class Part:
    """A text to embed and its weight; the vectors of all parts are added."""

    text: str
    weight: float


def last_turn(query: str) -> str:
    """Return the last line of a query that is made of turns, else nothing."""
    lines = [line for line in query.splitlines() if line.strip()]
    return lines[-1] if len(query) <= LONG_CHARS and TURNS[0] <= len(lines) <= TURNS[1] else ""


def parts(query: str) -> list[Part]:
    """Return what is embedded of a query, at least one part."""
    if len(query) > LONG_CHARS:
        pieces = list(_pieces(query))
        half = MAX_PIECES // 2
        kept = pieces if len(pieces) <= MAX_PIECES else pieces[:half] + pieces[-half:]
        return [Part(piece, 1.0) for piece in kept]
    last = last_turn(query)
    return [Part(query, 1.0), Part(last, LAST_TURN)] if last else [Part(query, 1.0)]


def _pieces(query: str) -> Iterator[str]:
    """Cut a long query between sentences; a sentence longer than a piece is cut anywhere."""
    piece = ""
    for sentence in _END.split(query):
        for start in range(0, len(sentence), PIECE_CHARS):
            some = sentence[start : start + PIECE_CHARS].strip()
            if piece and len(piece) + len(some) >= PIECE_CHARS:
                yield piece
                piece = ""
            piece = f"{piece} {some}".strip()
    if piece:
        yield piece
