"""What kind of answer a question wants, when its words tell: a time or an amount of money."""

import re

TIME_ASKED = re.compile(
    r"\b(?:how (?:long|soon|quick\w*|fast|many (?:days|weeks|months|hours))|when|until|by what time|deadline|last day"
    r"|wie lange|wann|bis wann|cu[aá]nto (?:tiempo|tarda)|cu[aá]ndo|hasta cu[aá]ndo|combien de temps|quand)\b",
    re.IGNORECASE,
)
MONEY_ASKED = re.compile(
    r"\b(?:how much|cost\w*|price\w*|fees?|charge\w*|expensive|pay for|postage"
    r"|wie viel|wieviel|kost\w*|preis\w*|cu[aá]nto (?:cuesta|vale)|precio|combien|prix|co[uû]te)\b",
    re.IGNORECASE,
)
TIME = re.compile(
    r"\d+\s*[-–]?\s*\d*\s*(?:working |business |calendar )?"
    r"(?:minutes?|hours?|days?|weeks?|months?|years?|Minuten|Stunden|Tagen?|Wochen|Monaten?|Jahren?"
    r"|minutos|horas|d[ií]as|semanas|meses|a[ñn]os|heures|jours|semaines|mois|ans)\b"
    r"|\b\d{1,2}:\d{2}\b|\b(?:until|by) \d{1,2} [A-Z]",
)
MONEY = re.compile(
    r"[$€£¥]\s?\d|\d\s?(?:[$€£¥]|(?:euros?|dollars?|pounds?|kr|USD|EUR|GBP)\b)|\bfree\b|\bkostenlos\b|\bgratis\b"
)
_ASKING = re.compile(r"\bhow (?:long|much|many|soon|quick\w*|fast)\b", re.IGNORECASE)


def answers_kind(question: str, sentence: str) -> bool:
    """Tell whether the sentence holds the kind of thing the question asks for."""
    return bool(
        (TIME_ASKED.search(question) and TIME.search(sentence))
        or (MONEY_ASKED.search(question) and MONEY.search(sentence))
    )


def without_asking(question: str) -> str:
    """Return the question without "how long" and the like: those words ask, they are not what is looked for."""
    return _ASKING.sub(" ", question)
