"""Untrusted text never becomes active HTML, and quotations are found whatever the markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.render import article_html, excerpt, passage_html, quoted_span, safe_link, without_title

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "<a href='vbscript:x'>a</a>",
    "<a href='https://ok.example' onclick='x()' style='position:fixed' target='_top'>a</a>",
    "<iframe src=https://evil.example></iframe>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<style>body{display:none}</style>",
    "<form action=/logout method=post><button>go</button></form>",
    "<div hx-get=/console hx-trigger=load>x</div>",
    "<p hx-on:load='alert(1)' data-act=take data-hx-get=/x id=compose class=toast>x</p>",
    '<a href="&#106;avascript:alert(1)">x</a>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]
FORBIDDEN = re.compile(
    r"<\s*(script|style|img|iframe|svg|math|form|button|input|object|link|meta)\b"
    r"|<[^>]*\s(on\w+|style|hx-[\w:-]+|data-[\w-]+|id|class|src|target)\s*="
    r"|<[^>]*href\s*=\s*[\"']?\s*(javascript|data|vbscript)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_become_harmless(attack: str) -> None:
    for html in (
        article_html(attack),
        passage_html(attack, [attack, "alert"]),
        article_html(f"| a |\n|---|\n| {attack} |"),
    ):
        assert not FORBIDDEN.search(html), html


@given(
    st.lists(st.sampled_from([*ATTACKS, "\n\n", "> ", "- ", "`", "**", "\ue000", "\ue001", "<p>", "</p>", "word. "]))
)
def test_no_mixture_of_attacks_gets_through(parts: list[str]) -> None:
    text = "".join(parts)
    assert not FORBIDDEN.search(article_html(text))
    assert not FORBIDDEN.search(passage_html(text, [text, "word."]))


def test_nesting_without_end_is_answered() -> None:
    for text in (">" * 20_000 + "x", "[" * 20_000, "<div>" * 20_000, "- " * 5_000 + "x", "*" * 30_000):
        assert len(article_html(text)) < 2_000_000


def test_markdown_of_articles_is_drawn() -> None:
    html = article_html("## How\n\nUse **the** [form](https://a.example/x).\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<h2>How</h2>" in html
    assert "<strong>the</strong>" in html
    assert 'href="https://a.example/x" rel="noopener noreferrer nofollow"' in html
    assert "<td>1</td>" in html


def test_the_quoted_sentence_is_marked_across_markup() -> None:
    html = passage_html("Return within **60 days**. Other text.", ["Return within 60 days."])
    assert html.count("<mark>") == html.count("</mark>") == 2
    assert "<mark>Return within </mark><strong><mark>60 days</mark></strong>" in html
    assert "<mark>Other" not in html


def test_a_paraphrase_marks_the_nearest_sentence_and_nonsense_marks_nothing() -> None:
    text = "The label costs 3.50 pounds. Refunds take five working days."
    span = quoted_span(text, "A refund needs five working days")
    assert span is not None
    assert "five working days" in text[slice(*span)]
    assert quoted_span(text, "Zebras enjoy quiet evenings") is None
    assert quoted_span(text, "") is None


@given(st.text(max_size=200), st.text(max_size=60))
def test_marks_never_change_the_words(text: str, quote: str) -> None:
    bare = article_html(text)
    marked = passage_html(text, [quote]).replace("<mark>", "").replace("</mark>", "")
    assert marked.count("<") == str(bare).count("<")


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("http://a.example", "http://a.example"),
        ("javascript:alert(1)", ""),
        ("//a.example", ""),
        ("/help", ""),
        ("https://", ""),
        ("http://[broken", ""),
    ],
)
def test_only_web_addresses_are_links(url: str, link: str) -> None:
    assert safe_link(url) == link


def test_title_and_excerpt() -> None:
    assert without_title("# Returns\n\nText", "returns") == "Text"
    assert without_title("# Other\n\nText", "Returns") == "# Other\n\nText"
    assert excerpt("# A\n\n**Bold** & <b>x</b> | y") == "A Bold & x | y"
    assert len(excerpt("word " * 500)) <= 262
