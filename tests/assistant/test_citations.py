"""Citations: only numbers that were offered survive, and a stream never shows half of one."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.citations import cited, finished, keep_offered, read_more, reply_text, unmarked, without
from knowledge.customers.entries import PassageUsed, SuggestionShown
from knowledge.ids import ArticleId, PassageId, SuggestionId


def test_only_offered_numbers_stay() -> None:
    assert keep_offered("a [1] b [9] c [2, 9] d [9; 8].", {1, 2}) == "a [1] b c [2] d."
    assert cited("a [2] b [1] [2]") == (2, 1)
    assert without("a [1]. b [2]") == "a. b"


@given(st.text(alphabet="ab [],;0123456789\n", max_size=80), st.sets(st.integers(0, 99)))
def test_what_is_kept_was_offered(text: str, offered: set[int]) -> None:
    kept = keep_offered(text, offered)
    assert set(cited(kept)) <= offered
    assert keep_offered(kept, offered) == kept


@given(st.text(alphabet="a [],19", max_size=40), st.integers(0, 40))
def test_a_growing_text_shows_a_prefix_of_the_final_one(text: str, end: int) -> None:
    shown = keep_offered(finished(text[:end]), {1})
    assert keep_offered(text, {1}).startswith(shown.rstrip())


def passage(number: int, url: str, visibility: str = "public") -> PassageUsed:
    title = f"Page {number}"
    return PassageUsed(number, PassageId("p"), ArticleId("a"), title, "", url, "text", visibility, 1.0)  # type: ignore[arg-type]


def suggestion(text: str, citations: tuple[int, ...], *passages: PassageUsed) -> SuggestionShown:
    return SuggestionShown(
        SuggestionId("s"), "q", "answer", text, "r", citations, (), passages, (), "extractive", "", ""
    )


def test_the_customer_reads_no_marks_but_where_to_read_more() -> None:
    pages = (passage(1, "https://a.example/1"), passage(2, "https://a.example/2"), passage(3, "https://a.example/1"))
    shown = suggestion("Thirty days are allowed [1][3]. The label is free [2].", (1, 3, 2), *pages)
    assert reply_text(shown) == (
        "Thirty days are allowed. The label is free.\n\n"
        "Read more: Page 1 – https://a.example/1 · Page 2 – https://a.example/2"
    )


def test_the_line_speaks_the_language_of_the_draft() -> None:
    text = "Sie können ungetragene Schuhe innerhalb von dreißig Tagen kostenlos an uns zurücksenden [1]."
    assert "\n\nMehr dazu: Page 1 – https://a.example" in reply_text(
        suggestion(text, (1,), passage(1, "https://a.example"))
    )


def test_the_line_speaks_the_questions_language_where_the_draft_shows_none() -> None:
    asked = suggestion("Península · Coste: 8,90 € [1].", (1,), passage(1, "https://a.example"))
    asked = replace(asked, question="¿Cuánto cuesta el envío a España para un pedido pequeño?")
    assert read_more(asked) == "Más información: Page 1 – https://a.example"


def test_the_pages_come_before_a_mails_signature() -> None:
    text = "Hello,\n\nYes [1].\n\nKind regards\nTarnfell"
    shown = suggestion(text, (1,), passage(1, "https://a.example"))
    assert reply_text(shown) == ("Hello,\n\nYes.\n\nRead more: Page 1 – https://a.example\n\nKind regards\nTarnfell")


def test_a_text_message_names_the_address_alone() -> None:
    shown = replace(suggestion("Yes [1].", (1,), passage(1, "https://a.example")), channel="sms")
    assert reply_text(shown) == "Yes.\n\nRead more: https://a.example"
    assert read_more(suggestion("Yes [1].", (1,), passage(1, ""))) == ""


def test_only_public_pages_on_the_web_are_named() -> None:
    for other in (passage(1, ""), passage(1, "javascript:alert(1)"), passage(1, "https://i.example/x", "internal")):
        assert reply_text(suggestion("Yes [1].", (1,), other)) == "Yes."
    assert reply_text(suggestion("", (), passage(1, "https://a.example"))) == ""


def test_numbers_that_are_no_marks_of_the_suggestion_stay() -> None:
    shown = suggestion("Yes [1].", (1,), passage(1, ""))
    assert unmarked("See step [4] of the leaflet [1].", shown) == "See step [4] of the leaflet."


@pytest.mark.parametrize("piece", [" ", "\t", "[", "[1", "[1,", " [", "1"])
def test_hostile_text_is_read_in_a_moment(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    began = time.perf_counter()
    without(text), finished(text), cited(text)
    assert time.perf_counter() - began < 2
