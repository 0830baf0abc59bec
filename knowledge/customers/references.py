"""References: the order, ticket and case numbers that a text names, in one spelling."""

import re
import unicodedata
from collections.abc import Iterable

# Words that say the number after them names an order, a ticket, a case, an invoice or a return, in ten languages.
_WORDS = (
    "order ticket case issue incident request reference ref invoice booking claim return rma "
    "bestellung bestellnummer auftrag vorgang rechnung commande dossier facture pedido factura caso ordine pratica "
    "fattura encomenda fatura bestelling zaak factuur zamówienie zgłoszenie beställning ärende ordre sag tilaus"
)
_NUMBER = r"(?:number|nummer|numéro|numero|número|num|nr|no|n[°ºo]|id)?[\s.:#]{0,4}"
_WORD = "|".join(sorted(_WORDS.split(), key=len, reverse=True))
# "order 104233", "Ticket #77-12", "#104233", "TF-104233": at least one digit, at least four letters and digits.
_NAMED = re.compile(
    rf"\b(?:{_WORD})\b[\s.:#-]{{0,4}}{_NUMBER}([A-Z0-9][A-Z0-9/-]{{2,29}}[A-Z0-9])(?![\w/-])", re.IGNORECASE
)
_HASHED = re.compile(r"(?<![\w&/#])#([A-Z0-9][A-Z0-9-]{2,29}[A-Z0-9])(?![\w-])", re.IGNORECASE)
_SHAPED = re.compile(r"(?<![\w/@.-])([A-Z]{1,6}-?(?=[A-Z0-9-]{0,26}\d{4})[A-Z0-9-]{3,28}[A-Z0-9])(?![\w/@-])")
_TOKEN = re.compile(r"(?<![\w/@.-])[A-Z0-9]+(?:[-/][A-Z0-9]+)*(?![\w/@-])", re.IGNORECASE)
_MOST_CHARS = 100_000
_DATE = re.compile(r"(?:19|20)\d\d-?\d\d-?\d\d|\d{1,2}-\d{1,2}-(?:19|20)?\d\d")


def find(text: str) -> frozenset[str]:
    """Return the references of a text; of `TF-104233`, `tf 104233` and `order 104233` the digits agree, not the whole.

    Years, dates and bare numbers are none: two mails of May are not one problem.
    """
    plain = unicodedata.normalize("NFKC", text[:_MOST_CHARS])
    found = {match for pattern in (_NAMED, _HASHED, _SHAPED) for match in pattern.findall(plain)}
    return frozenset(spell(one) for one in found if _is_reference(one))


def spell(reference: str) -> str:
    """Return a reference in one spelling: capitals, no dashes."""
    return re.sub(r"[^A-Z0-9]", "", reference.upper())


def among(texts: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """Return the references of the texts in one spelling: a known number (order, ticket) in its whole spelling.

    Known numbers are found with or without prefix; written whole they are found whatever their shape.
    """
    numbers = {spell(one) for one in known} - {""}
    named = frozenset().union(*(find(text) | (_tokens(text) & numbers) for text in texts))
    digits = {_digits(one): one for one in numbers if len(_digits(one)) >= 4}
    return frozenset(one if one in numbers else digits.get(_digits(one), one) for one in named)


def _tokens(text: str) -> frozenset[str]:
    """What could be a number of a shop's own shape, in one spelling: some digit, and more than a year or an amount."""
    plain = unicodedata.normalize("NFKC", text[:_MOST_CHARS])
    tokens = (one for one in _TOKEN.findall(plain) if not _DATE.fullmatch(one))
    return frozenset(one for one in map(spell, tokens) if len(one) > 4 and _digits(one))


def _digits(reference: str) -> str:
    return "".join(filter(str.isdigit, reference))


def _is_reference(given: str) -> bool:
    digits = _digits(given)
    is_year = len(given) == 4 and digits[:2] in ("19", "20")
    return len(digits) >= 3 and not is_year and not _DATE.fullmatch(given)
