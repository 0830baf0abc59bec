"""The extractive drafter: quotes, in order, from public passages; facts when the question is about them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.brief import Brief, Context, Nearness
from assistant.citations import cited, without
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.form import CHAT_CHARS, SMS_CHARS
from assistant.reading import sentences
from assistant.sentences import words
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
        "Returns:\n“Unworn boots can be returned within 30 days. Keep the receipt.” [1]\n\n"
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
    assert "Norway · Delivery fee: 12 euros" in made.text
    assert made.citations == (1,)
    assert "Country · Delivery fee" not in made.text


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
            said = [f" {' '.join(words(unit))} " for unit in sentences(texts[number - 1])]
            source = re.sub(" +", " ", "".join(said))
            for quoted in re.split(" … ", without(line).strip()[1:-1]):
                assert " ".join(words(quoted)) in source
    assert set(made.citations) == set(cited(made.text))


def used(number: int, text: str, title: str, **more: Any) -> PassageUsed:
    return PassageUsed(
        number,
        PassageId(str(number)),
        ArticleId(str(number)),
        title,
        "",
        "",
        text,
        "public",
        0.5,
        similarity=0.5,
        **more,
    )


def test_a_list_item_comes_with_the_line_that_opens_the_list() -> None:
    text = "# No way back\n\nWe do not take back:\n\n- helmets and visors\n- carabiners and slings\n\nThat is all."
    made = draft(Brief("Can I return carabiners?", (used(1, text, "No way back"),)))
    assert "We do not take back: … carabiners and slings" in made.text


def test_a_list_item_without_an_opening_line_comes_with_its_heading() -> None:
    text = "# What is not a fault\n\n- Wear of boot soles\n- Holes from sparks"
    made = draft(Brief("Are holes from sparks a fault?", (used(1, text, "Faults"),)))
    assert "What is not a fault: … Holes from sparks" in made.text


def test_an_old_page_that_gives_another_number_is_left_out() -> None:
    old = used(1, "You can return boots within 28 days.", "Returns policy", stated_date="2023-04-11")
    new = used(2, "You have 60 days to return boots.", "How to return", stated_date="2026-02-16")
    made = draft(Brief("How long can I return boots?", (old, new)))
    assert "60 days" in made.text
    assert "28 days" not in made.text
    undated = draft(Brief("How long can I return boots?", (replace(old, stated_date=""), new)))
    assert "28 days" not in undated.text


def test_two_pages_of_about_the_same_age_are_both_quoted() -> None:
    one = used(1, "Order express before 14:00 for tomorrow.", "Delivery options", stated_date="2026-08-19")
    other = used(2, "Order express before 13:00 for tomorrow.", "Express", stated_date="2026-01-09")
    made = draft(Brief("Express order for tomorrow: until when?", (one, other)))
    assert "14:00" in made.text
    assert made.citations == (1,) or "13:00" in made.text


def test_sentences_near_in_meaning_come_first() -> None:
    """The vectors know what the words do not: "wipe my data" and "erase what you store" share none."""
    meaning = {"erase": (1.0, 0.0), "wipe": (1.0, 0.0)}

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [next((v for word, v in meaning.items() if word in text), (0.0, 1.0)) for text in texts]
        return np.asarray(rows, dtype=np.float32)

    text = "My jackets are wiped with a cloth.\n\nAsk us to erase what you store.\n\nMy cat sleeps all day."
    near = Nearness(embed(["wipe"])[0], embed, {"wipe": 3.0, "data": 3.0})
    made = draft(Brief("wipe my data", (used(1, text, ""),), nearness=near))
    assert "Ask us to erase what you store." in made.text
    assert "cat" not in made.text


FEES = (
    "Delivery within the country.\n\n| Way | Cost | Time |\n|---|---|---|\n| Standard | £3.95 | 2–4 working days |\n"
    "| Express | £7.95 | next working day |\n\nParcels travel with Fellway. They are scanned each evening."
)


def test_rows_of_a_table_stand_each_on_a_line_with_its_mark() -> None:
    made = draft(Brief("What does standard or express delivery cost?", (used(1, FEES, "Delivery"),)))
    assert "\n“Standard · Cost: £3.95 · Time: 2–4 working days” [1]\n" in made.text
    assert "\n“Express · Cost: £7.95 · Time: next working day” [1]" in made.text


def test_passages_of_one_article_stand_below_its_title_once() -> None:
    one = used(1, "Boots can be returned within 60 days.", "Returns")
    other = replace(used(2, "Boots that were worn cannot be returned.", "Returns"), article=one.article)
    made = draft(Brief("Can boots be returned?", (one, other)))
    assert made.text.count("Returns:") == 1
    assert set(made.citations) == {1, 2}


def test_a_text_message_is_the_best_sentence_alone() -> None:
    asked = "What does express delivery cost?"
    made = draft(Brief(asked, (used(1, FEES, "Delivery"),), Context(name="Jo", channel="sms")))
    assert made.text.startswith("“Express · Cost: £7.95 · Time: next working day” [1]")
    assert len(made.text) <= SMS_CHARS
    assert "Jo" not in made.text
    listed = "We do not take back:\n\n- helmets and visors\n- carabiners and slings"
    brief = Brief("Can I return carabiners?", (used(1, listed, "No way back"),), Context(channel="sms"))
    assert draft(brief).text == "“We do not take back: … carabiners and slings” [1]"
    steps = (
        "Lock it: hold the button. Same again to unlock. A locked lamp only blinks blue.\n\n" + "Lamps are round. " * 20
    )
    told = draft(Brief("My lamp only blinks blue", (used(1, steps, "Lamps"),), Context(channel="sms"))).text
    assert told.startswith("“Lock it: hold the button. Same again to unlock. A locked lamp only blinks blue.")
    assert len(told) <= SMS_CHARS
    long = f"Boots {'and many more words ' * 25}can be returned."
    assert cited(draft(Brief("Boots returned?", (used(1, long, ""),), Context(channel="sms"))).text) == (1,)


def test_a_chat_gets_the_best_excerpts_that_fit() -> None:
    kinds = ("leather and suede", "winter and snow", "climbing and canyon", "children and babies")
    texts = [f"Boots for {kind} can be returned{' and so on' * 38}." for kind in kinds]
    passages = [replace(used(n, text, "Boots"), article=ArticleId("a" * 32)) for n, text in enumerate(texts, 1)]
    brief = Brief("Can boots be returned?", tuple(passages))
    whole, chat = draft(brief), draft(replace(brief, context=Context(channel="chat")))
    assert len(whole.citations) > len(chat.citations) == 2
    assert len(chat.text) < CHAT_CHARS + 200
