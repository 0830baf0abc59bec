import time

import pytest

from api.importers.plain import of_html, without_quotation

ANSWERED = "Yes, that works.\n\nThanks,\nAda"


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, 3 Nov 2025 at 10:00, Support <support@shop.example> wrote:\n> Dear Ada\n> please restart",
        "Am Mo., 3. Nov. 2025 um 10:00 Uhr schrieb Support <support@shop.example>:\n> Hallo Ada\n> bitte neu starten",
        "-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Ada\nSubject: Tent\n\nDear Ada",
        "> Dear Ada\n> please restart",
    ],
)
def test_what_is_quoted_is_cut(quotation: str) -> None:
    assert without_quotation(f"{ANSWERED}\n\n{quotation}\n") == ANSWERED


def test_without_a_quotation_nothing_is_cut() -> None:
    text = "One\n\nOn Monday it broke.\nFrom: is a word too.\n- a list\n- of things"
    assert without_quotation(text) == text


def test_a_mail_that_is_all_quotation_stays() -> None:
    assert without_quotation("> please restart") == "> please restart"


def test_answers_between_the_quoted_lines_stay() -> None:
    text = "> Which tent?\nThe green one.\n> When?\nIn May."
    assert without_quotation(text) == text


@pytest.mark.parametrize("piece", ["On ", "> ", "\n", "From: a\n", "On a wrote:\n", "_", "x@y.z ", "Am 1.", "On a "])
def test_hostile_texts_take_no_time(piece: str) -> None:
    begun = time.perf_counter()
    without_quotation("x\n" + piece * (200_000 // len(piece)))
    assert time.perf_counter() - begun < 5


def test_html_becomes_lines_of_words() -> None:
    html = "<style>p{}</style><p>One&nbsp;&amp; <b>two</b></p><script>alert(1)</script><div>three<br>four</div>"
    assert of_html(html) == "One & two\nthree\nfour"
    assert of_html("<" * 10_000)
    assert of_html("<!--" * 10_000 + "x") == ""
