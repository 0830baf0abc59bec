"""Personal data with a form of its own: addresses, numbers with check digits, telephone numbers, links."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

# Regions whose national way of writing is tried for numbers without a country code.
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "SE", "AU")
_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LINK = re.compile(
    r"\bhttps?://[^\s<>\"')\]]{3,500}|\bwww\.[\w-]{1,63}(?:\.[\w-]{2,63}){1,5}(?:/[^\s<>\"')\]]{0,300})?"
)
_IP = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:]|\.\d)")
_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w-])")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?\b")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
_LONG_CODE = re.compile(r"(?<![\w-])[A-Z]\d{7,14}(?![\w-])")
# Telephone numbers as people write them; the shape alone, where the numbering plan of no region fits.
_PHONE = re.compile(
    r"(?<![\w.-])(?:(?:\+|00)?\(?\d{1,4}\)?(?:[ ./-]{1,2}\(?\d{1,5}\)?){2,5}(?:\s?x\d{1,6})?"
    r"|(?:\+|\b00)\d{1,14}(?:[ ./-]{1,2}\(?\d{1,14}\)?){0,5})(?![\w-])"
)
_LEAST_DIGITS, _MOST_DIGITS = 8, 15


@dataclass(frozen=True)
class Found:
    """A stretch of personal data: `text[start:end]`, and what kind it is (EMAIL, PHONE, CARD, PERSON, …)."""

    kind: str
    start: int
    end: int


def structured(text: str) -> Iterator[Found]:
    """Yield what its form gives away; overlaps are possible, the surer kinds come first."""
    yield from (Found("EMAIL", *match.span()) for match in _EMAIL.finditer(text))
    yield from (Found("LINK", *match.span()) for match in _LINK.finditer(text))
    yield from (Found("IBAN", *match.span()) for match in _IBAN.finditer(text) if is_iban(match.group()))
    yield from (Found("CARD", *match.span()) for match in _CARD.finditer(text) if passes_luhn(match.group()))
    yield from (Found("IP", *match.span()) for match in _IP.finditer(text) if is_address(match.group()))
    yield from (Found("ID", *match.span()) for match in _SSN.finditer(text))
    yield from (Found("ID", *match.span()) for match in _LONG_CODE.finditer(text))
    yield from _phones(text)


def passes_luhn(text: str) -> bool:
    """Tell whether the digits carry a valid check digit (ISO/IEC 7812-1, annex B) and are not all the same."""
    digits = [int(one) for one in text if one.isdigit()]
    if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [sum(divmod(2 * one, 10)) for one in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def is_iban(text: str) -> bool:
    """Tell whether the account number's check digits are right (ISO 13616: the rearranged number mod 97 is 1)."""
    bare = text.replace(" ", "").upper()
    if not 15 <= len(bare) <= 34:
        return False
    return int("".join(str(int(one, 36)) for one in bare[4:] + bare[:4])) % 97 == 1


def is_address(text: str) -> bool:
    """Tell whether the text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return text != "::"


def _phones(text: str) -> Iterator[Found]:
    if not any(one.isdigit() for one in text):
        return
    for region in REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            yield Found("PHONE", match.start, match.end)
    for shape in _PHONE.finditer(text):
        digits = sum(one.isdigit() for one in shape.group())
        if _LEAST_DIGITS <= digits <= _MOST_DIGITS and not _looks_like_a_date(shape.group()):
            yield Found("PHONE", *shape.span())


def _looks_like_a_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}", text.strip()))
