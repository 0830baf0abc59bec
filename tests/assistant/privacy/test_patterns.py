"""Forms: what has check digits or a shape of its own is found, and what only looks like it is not."""

import pytest

from assistant.privacy.finding import find_personal
from assistant.privacy.patterns import is_iban, passes_luhn, structured


def kinds(text: str) -> list[tuple[str, str]]:
    return sorted({(one.kind, text[one.start : one.end]) for one in structured(text)})


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to maya.o'hara+shop@mail.example.org please", "EMAIL", "maya.o'hara+shop@mail.example.org"),
        ("card 4111 1111 1111 1111, thanks", "CARD", "4111 1111 1111 1111"),
        ("IBAN GB82 WEST 1234 5698 7654 32.", "IBAN", "GB82 WEST 1234 5698 7654 32"),
        ("from 192.0.2.17 it fails", "IP", "192.0.2.17"),
        ("from 2001:db8::ff00:42:8329 it fails", "IP", "2001:db8::ff00:42:8329"),
        ("my number is +44 7700 900 123", "PHONE", "+44 7700 900 123"),
        ("my number is +44 7700 900123.", "PHONE", "+44 7700 900123"),
        ("call +447700900123", "PHONE", "+447700900123"),
        ("ruf an: 030 901820", "PHONE", "030 901820"),
        ("SSN 123-45-6789", "ID", "123-45-6789"),
        ("see https://example.org/u/maya?token=1 now", "LINK", "https://example.org/u/maya?token=1"),
    ],
)
def test_a_form_is_found(text: str, kind: str, value: str) -> None:
    assert (kind, value) in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "order 4111 1111 1111 1112",
        "GB82 WEST 1234 5698 7654 33",
        "version 1.2.3.999",
        "on 2026-11-25",
        "12/1/1981",
        "a@b",
    ],
)
def test_what_only_looks_like_it_is_not_a_card_an_account_or_an_address(text: str) -> None:
    assert not {kind for kind, _ in kinds(text)} & {"CARD", "IBAN", "IP", "EMAIL"}


def test_a_date_is_no_telephone_number() -> None:
    assert "PHONE" not in {kind for kind, _ in kinds("It came on 12.11.2026 and 2026-11-12.")}


def test_check_digits() -> None:
    assert passes_luhn("378282246310005")
    assert not passes_luhn("0000000000000000")
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE88370400440532013000")


@pytest.mark.parametrize("text", ["", "\0", "1" * 200_000, "1-" * 50_000, "a@" * 50_000, ":" * 100_000, "Ä" * 100_000])
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    found = find_personal(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
