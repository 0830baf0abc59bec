"""Text cut into sentences, and sentences into the words, numbers and negations that carry meaning."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

MAX_SENTENCE_CHARS = 600
_STOP_TEXT = """
a about after again all also am an and any are as at be because been before being between both but by can could did do
does doing don for from further get got had has have having he her here hers him his how i if in into is it its itself
just let like may me might more most must my no nor not now of off on once only or other our ours out over own please
same she should so some such than that the their theirs them then there these they this those through to too under
until up very want was we were what when where which while who whom why will with would you your yours hi hello hey
dear thanks thank know need tell help question ask asked wondering im ive id ll ve re
der die das den dem des ein eine einen einem einer und oder aber ist sind war bin habe hat haben ich du er sie es wir
ihr mein meine meinen ihre ihren mit von zu zum zur im in auf an für bei nicht wie was wann wo warum kann können bitte
el la los las un una unos unas y o pero es son era soy he ha han yo tú él ella nosotros mi mis su sus con de del al en
por para no como qué cuándo dónde puedo puede favor que se me
le les une des et ou mais est sont était je tu il elle nous vous mon ma mes votre vos avec du au aux en sur pour pas
comment quoi quand où puis peux peut plaît ne ce cette
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
_NEGATION_TEXT = """
not no never cannot without neither nor none nothing unable excluded except dont doesnt didnt isnt arent wasnt wont cant
couldnt shouldnt wouldnt nicht kein keine keinen nie niemals ohne nunca sin ningún ninguna jamais aucun aucune sans pas
"""
_NEGATIONS = frozenset(_NEGATION_TEXT.split())
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|mr|mrs|ms|dr|nr|approx|z\.b|d\.h|bzw|st|inc|ltd)|\b[a-z])\.$", re.IGNORECASE
)
_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W_])|(?<=[。！？])")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_MARKUP = (
    (re.compile(r"!\[([^\]]*)\]\([^)\s]*[^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)\s]*[^)]*\)"), r"\1"),
    (re.compile(r"<[a-zA-Z/!][^<>]{0,200}>"), " "),
    (re.compile(r"\*\*|__|``|`"), ""),
    (re.compile(r"(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])"), ""),
    (re.compile(r"\[(\d+(?:\s*[,;]\s*\d+)*)\]"), r"(\1)"),
)


def lines_of(text: str) -> list[str]:
    """Return the text's readable lines: no headings, rules, code fences or markup; table rows as `a · b`."""
    lines: list[str] = []
    for raw in text.splitlines():
        line = raw.strip().lstrip(">").strip()
        if not line or line.startswith(("#", "```", "~~~")) or not re.search(r"[^\W_]", line):
            lines.append("")
        elif line.startswith("|"):
            lines.append(" · ".join(plain(cell) for cell in line.strip("|").split("|") if cell.strip()))
        elif _LIST_ITEM.match(line):
            lines.extend(("", plain(_LIST_ITEM.sub("", line, count=1)), ""))
        else:
            lines.append(plain(line))
    return lines


def sentences(text: str) -> list[str]:
    """Cut Markdown or plain text into sentences, each at most `MAX_SENTENCE_CHARS` long, in order."""
    found: list[str] = []
    paragraph: list[str] = []
    for line in [*lines_of(text), ""]:
        if line and " · " not in line:
            paragraph.append(line)
            continue
        found.extend(_split(" ".join(paragraph)))
        paragraph = []
        if line:
            found.append(line)
    return [sentence[:MAX_SENTENCE_CHARS] for sentence in found if sentence]


@dataclass(frozen=True)
class Unit:
    """A sentence with what comparing it needs: its stems, its words between blanks, whether it says no."""

    text: str
    stems: frozenset[str]
    said: str
    negated: bool


def units(text: str) -> tuple[Unit, ...]:
    """Return the text's sentences, made ready to compare."""
    return tuple(
        Unit(found, frozenset(content_words(found)), f" {' '.join(words(found))} ", negated(found))
        for found in sentences(text)
    )


@lru_cache(maxsize=4_096)
def passage_units(text: str) -> tuple[Unit, ...]:
    """Return a passage's sentences; they are kept, as the same passages come up again. Not for people's words."""
    return units(text)


def plain(text: str) -> str:
    """Return the text without Markdown or HTML markup; bracketed numbers become (n): [n] is for our citations."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def _split(paragraph: str) -> list[str]:
    parts: list[str] = []
    for part in _END.split(paragraph):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + part.strip()
        elif part.strip():
            parts.append(part.strip())
    return parts


def words(text: str) -> list[str]:
    """Return the lower-cased words, in order."""
    return [match.lower().replace("’", "'") for match in _WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order."""
    return [stem(word) for word in words(text) if word.replace("'", "") not in STOP_WORDS and len(word) > 1]


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
    return {stem(word.lower()) for word in found if word[:1].isupper() and word.lower() not in STOP_WORDS}


def negated(sentence: str) -> bool:
    """Tell whether the sentence says no to something."""
    return any(word.replace("'", "") in _NEGATIONS for word in words(sentence))


def stems(texts: Iterable[str]) -> set[str]:
    """Return the content stems of several texts together."""
    return {word for text in texts for word in content_words(text)}
