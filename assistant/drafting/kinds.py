"""Kinds of answers: what a question asks for, and whether a text holds anything of that kind."""

import re

from assistant.drafting.wanted import MONEY, MONEY_ASKED, TIME, TIME_ASKED

_COUNT_ASKED = re.compile(
    r"\b(?:how (?:many|much|old|far|tall|big|large|often)|what (?:number|percentage|age)"
    r"|wie viele?|cu[aá]nt[oa]s?|combien)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|hundred|thousand|million|half|once|twice|"
    r"zwei|drei|vier|fünf|dos|tres|cuatro|cinco|deux|trois|quatre|cinq)\b",
    re.IGNORECASE,
)
_DATE_ASKED = re.compile(r"\b(?:when|what (?:year|date|time|day)|wann|cu[aá]ndo|quand)\b", re.IGNORECASE)
_DATE = re.compile(
    r"\b(?:1\d{3}|20\d{2})\b|\b\d{1,2}[:.]\d{2}\b"
    r"|\b(?:Jan(?:uary)?|Feb(?:ruary)?|March|April|May|June|July|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|century|days?|weeks?|months?|years?|hours?|minutes?)\b"
)
_PERSON_ASKED = re.compile(r"\b(?:who|whom|whose|wer|wem|quién(?:es)?|qui)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"\b[A-ZÀ-Þ][\w’'-]+ (?:[A-Z]\. )?[A-ZÀ-Þ][\w’'-]+|\b(?:team|staff|manager|owner|customers?|you)\b"
)
_REASON_ASKED = re.compile(r"\b(?:why|what (?:caused|causes)|reason|warum|wieso|por qué|pourquoi)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|caus\w+|reasons?|therefore|leads? to|weil|damit|wegen"
    r"|porque|debido|parce que|afin)\b",
    re.IGNORECASE,
)
_KINDS = (
    (TIME_ASKED, re.compile(f"{TIME.pattern}|{_DATE.pattern}")),
    (MONEY_ASKED, re.compile(f"{MONEY.pattern}|{_COUNT.pattern}", re.IGNORECASE)),
    (_COUNT_ASKED, _COUNT),
    (_DATE_ASKED, _DATE),
    (_PERSON_ASKED, _PERSON),
    (_REASON_ASKED, _REASON),
)


def lacks_kind(question: str, text: str) -> bool:
    """Tell whether the question asks for a time, an amount, a person or a reason, and the text holds none at all."""
    return any(asked.search(question) and not holds.search(text) for asked, holds in _KINDS)
