"""What a sentence promises, and whether a "not" in it is too many or too few, beside the evidence nearest to it."""

import re
from collections.abc import Mapping

from assistant.reading import Unit
from assistant.sentences import content_words, negated

_PROMISE = re.compile(
    r"\b(?:(?:i|we)(?:['’]ll| will| am going to| are going to| guarantee| promise)\b"
    r"|you(?:['’]ll| will) (?:get|receive|be refunded|have)\b"
    r"|will be (?:refunded|credited|sent|shipped|delivered|replaced)\b"
    r"|within (?:\d+|a|one|two|the next|\w+ business)|\b(?:refund|credit|compensat)\w* (?:you|your)\b"
    r"|wir werden\b|ich werde\b|sie erhalten\b|le enviaremos\b|vamos a\b|nous allons\b|vous recevrez\b)",
    re.IGNORECASE,
)
# What we say of ourselves: that we will do something, did it already, or can give something away. Only the record or
# the very words of an article bear that out.
_OURS = re.compile(
    r"\b(?:(?:i|we)(?:['’]ll| will| am going to| are going to| guarantee| promise| can (?:offer|give|grant|waive))\b"
    r"|(?:i|we)(?:['’]ve| have) (?:just |already |now )?(?!to\b|no\b|had\b)\w+(?:ed|en|nt|ade|ut)\b"
    r"|your (?:order|parcel|refund|money|account|replacement)\b.{0,30}\b(?:has been|have been|was|left|will be|is on)\b"
    r"|you(?:['’]ll| will) (?:get|receive|be refunded|have)\b"
    r"|(?:wir|ich) (?:werde|werden|haben|habe)\b|vamos a\b|hemos\b|nous allons\b|nous avons\b|vous recevrez\b)",
    re.IGNORECASE,
)
# A sentence of a policy is borne out where its nearest sentence says so much of it, with all its numbers.
BORNE_OUT = 0.75
_CLAUSE = re.compile(
    r"[;,:]\s|\s[–—]\s|\b(?:but|unless|except|if|and|aber|außer|und|pero|salvo|mais|sauf)\b", re.IGNORECASE
)
_CURRENCY = re.compile(r"[$€£¥]|\b(?:usd|eur|gbp|sek|kr|dollars?|euros?|pounds?)\b", re.IGNORECASE)
_SUM = re.compile(r"[$€£¥]\s?\d|\d\s?(?:[$€£¥]|(?:usd|eur|gbp|sek|kr|dollars?|euros?|pounds?)\b)", re.IGNORECASE)
_AMOUNT = re.compile(r"[$€£¥]|\b(?:usd|eur|gbp|dollars?|euros?|pounds?)\b|\bfree\b|%", re.IGNORECASE)


def promises(sentence: str, signals: Mapping[str, float]) -> bool:
    """Tell whether the sentence promises money, time or action that nothing it may rest on holds."""
    if _OURS.search(sentence):
        return signals["overlap"] < 1.0 or bool(signals["far_numbers"])
    if _AMOUNT.search(sentence) and signals["new_numbers"]:
        return True
    held = signals["nearest_overlap"] >= BORNE_OUT and not signals["far_numbers"]
    return _PROMISE.search(sentence) is not None and signals["overlap"] < 1.0 and not held


def is_priced_elsewhere(sentence: str, nearest: str) -> bool:
    """Tell whether a sentence names a sum of money where its nearest sentence names none: its number is another's."""
    return bool(_SUM.search(sentence)) and not _CURRENCY.search(nearest)


def is_turned(sentence: str, nearest: Unit, negated_title: bool) -> bool:
    """Tell whether a "not" is too many or too few: for a claim that says yes in the part that it speaks of.

    Parts are what stands between commas, "but" and the like: a "not" in another part is about something else. The items
    of a list say no where their title does.
    """
    listed = nearest.kind == "item" and negated_title
    if negated(sentence):
        return not nearest.negated and not listed
    if listed:
        return True
    parts = [part for part in _CLAUSE.split(nearest.text) if part.strip()] or [nearest.text]
    said = set(content_words(sentence))
    best = max(parts, key=lambda part: len(said & set(content_words(part))))
    return negated(best)
