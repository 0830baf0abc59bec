"""The extractive drafter: quotes, in order, from public passages; facts when the question is about them."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.brief import Brief, Context
from assistant.citations import cited, without
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.sentences import plain, sentences
from knowledge.customers.entries import OrderRecorded, PassageUsed
from knowledge.ids import ArticleId, PassageId

QUESTION = "Can I return boots after three weeks?"


def draft(brief: Brief) -> Any:
    deltas: list[str] = []
    made = ExtractiveDrafter().draft(brief, deltas.append)
    assert "".join(deltas) == made.text
    return made


def test_reads_like_a_short_letter(brief: Brief) -> None:
    made = draft(replace(brief, context=Context(name="Maya Lind")))
    assert made.text == (
        "Hello Maya Lind,\n\nThis is what our help pages say:\n\n"
        "“Unworn boots can be returned within 30 days.” [1]\n\n"
        "If this does not answer your question, please reply to this message."
    )
    assert made.citations == (1,)


def test_speaks_the_customers_language_around_the_quotes(brief: Brief) -> None:
    assert draft(replace(brief, context=Context(name="Jo", language="de"))).text.startswith(
        "Guten Tag Jo,\n\nDas sagen"
    )


def test_abstains_without_passages_and_facts() -> None:
    made = draft(Brief(QUESTION))
    assert (made.decision, made.text, made.citations) == ("abstain", "", ())


def test_an_order_named_by_number_is_described(brief: Brief) -> None:
    orders = (OrderRecorded("TF-2", "placed"), OrderRecorded("TF-1", "delivered", carrier="DHL"))
    made = draft(Brief("What about TF-1?", context=Context(orders=orders), focus="What about TF-1?"))
    assert "Your order TF-1 has the status “delivered”. Carrier: DHL." in made.text
    assert "TF-2" not in made.text


def test_brackets_inside_a_passage_are_no_citations(passage: Any) -> None:
    made = draft(Brief("Boots returned?", (passage(1, "Boots can be returned, see [7] for details."),)))
    assert cited(made.text) == (1,)
    assert made.citations == (1,)


def test_tables_and_lists_can_be_quoted(passage: Any) -> None:
    text = (
        "# Fees\n\n| Country | Delivery fee |\n|---|---|\n| Norway | 12 euros |\n\n- Returns from Norway cost 5 euros."
    )
    made = draft(Brief("What is the delivery fee for Norway?", (passage(1, text, title="Fees"),)))
    assert "Norway · 12 euros" in made.text


MARKDOWN = st.text(alphabet=st.sampled_from("abcdeAB .!?\n#|-*[]()0123456789<>“”"), max_size=400)


@given(st.lists(MARKDOWN, max_size=5), st.text(max_size=100))
def test_every_quote_stands_in_the_passage_it_cites(texts: list[str], question: str) -> None:
    passages = tuple(
        PassageUsed(number, PassageId("p"), ArticleId("a"), "", "", "", text, "public", 1.0)
        for number, text in enumerate(texts, 1)
    )
    made = draft(Brief(question, passages))
    for line in made.text.splitlines():
        for number in cited(line):
            source = " ".join(sentences(texts[number - 1]))
            assert plain(without(line).strip()[1:-1]) in plain(source)
    assert set(made.citations) == set(cited(made.text))
