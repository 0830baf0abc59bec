"""The words, numbers, names and negations of a text that carry meaning."""

import re
from collections.abc import Iterable

_STOP_TEXT = """
a about after again all also am an and any are as at be because been before being between both but by can could did do
does doing don for from further get got had has have having he her here hers him his how i if in into is it its itself
just let like may me might more most must my no nor not now of off on once only or other our ours out over own please
same she should so some such than that the their theirs them then there these they this those through to too under
until up very want was we were what when where which while who whom why will with would you your yours hi hello hey
dear thanks thank know need tell help question ask asked wondering im ive id ll ve re mine
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
