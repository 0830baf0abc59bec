"""Several questions in one message: told apart, so that each is looked up for itself."""

from assistant.reading import sentences
from assistant.sentences import content_words, words

MOST = 4
# A question of fewer telling words, or one that begins by pointing back, needs the sentences before it.
ALONE_WORDS = 3
READ_CHARS = 4_000
# Two questions that share so much of their words are one, asked twice.
SAME = 0.6
_POINTING_TEXT = """
it its that this they them those these one ones there he she him her das dies diese es sie eso esto ese esa ello cela ça
celui
"""
_POINTING = frozenset(_POINTING_TEXT.split())


def questions_in(text: str) -> tuple[str, ...]:
    """Return the questions of a message, each standing by itself as far as its neighbours allow; none when it has one.

    A question that says little alone brings what was said since the question before, or that question itself.
    """
    found: list[tuple[str, str]] = []
    told: list[str] = []
    for sentence in sentences(text[:READ_CHARS].replace("¿", "")):
        if not sentence.rstrip("\"'”’) ").endswith(("?", "？")):
            told.append(sentence)
            continue
        around = told or [bare for bare, _ in found[-1:]]
        if content_words(sentence) and not any(_same(sentence, bare) for bare, _ in found):
            found.append((sentence, " ".join([*around, sentence]) if told or _leans(sentence) else sentence))
        told = []
    return tuple(whole for _, whole in found[:MOST]) if len(found) > 1 else ()


def _leans(question: str) -> bool:
    return len(set(content_words(question))) < ALONE_WORDS or any(word in _POINTING for word in words(question)[:5])


def _same(one: str, other: str) -> bool:
    said, known = set(content_words(one)), set(content_words(other))
    return len(said & known) >= SAME * max(len(said), len(known), 1)
