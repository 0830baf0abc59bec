"""The words, numbers, names and negations of a text that carry meaning."""

import re
from collections.abc import Iterable

from retrieval.common_words import COMMON

_NEGATION_TEXT = """
not no never cannot without neither nor none nothing unable excluded except dont doesnt didnt isnt arent wasnt wont cant
couldnt shouldnt wouldnt nicht kein keine keinen nie niemals ohne nunca sin ningún ninguna jamais aucun aucune sans pas
"""
_NEGATIONS = frozenset(_NEGATION_TEXT.split())
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


def words(text: str) -> list[str]:
    """Return the lower-cased words, in order."""
    return [match.lower().replace("’", "'") for match in _WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word.replace("'", "") not in COMMON and len(word) > 1]


def stem(word: str) -> str:
    """Return a crude stem: English endings off, then the first six letters. Good enough to compare words."""
    word = word.removesuffix("'s").replace("'", "")
    if len(word) > 5:
        for ending in ("ing", "ed"):
            word = word.removesuffix(ending)
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-2] + "i" if word.endswith("ies") else word[:-1]
    if len(word) > 3 and word[-1] == "y":
        word = word[:-1] + "i"
    return word[:6] if not word.isdigit() else word


def numbers(text: str) -> set[str]:
    """Return the numbers, dates and amounts as plain digit groups: "1,200.50" and "1200.50" are the same."""
    return {_plain_number(match) for match in _NUMBER.findall(text)}


def _plain_number(text: str) -> str:
    text = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", text)
    text = text.replace(",", ".")
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", text) else text


def names(sentence: str) -> set[str]:
    """Return the stems of capitalised words inside the sentence (not its first word): likely names."""
    found = _WORD.findall(sentence)[1:]
    return {stem(word.lower()) for word in found if word[:1].isupper() and word.lower() not in COMMON}


def negated(sentence: str) -> bool:
    """Tell whether the sentence says no to something."""
    return any(word.replace("'", "") in _NEGATIONS for word in words(sentence))


def stems(texts: Iterable[str]) -> set[str]:
    """Return the content stems of several texts together."""
    return {word for text in texts for word in content_words(text)}
