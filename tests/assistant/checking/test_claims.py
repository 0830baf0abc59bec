"""Claims: each sentence against what it cites and against the record."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.brief import Context
from assistant.checking.claims import check_claims
from knowledge.customers.entries import OrderRecorded

PASSAGE = "Unworn boots can be returned within 30 days of delivery. Worn boots cannot be returned. Returns are free."


@pytest.mark.parametrize(
    ("sentence", "support"),
    [
        ("Unworn boots can be returned within 30 days of delivery. [1]", "supported"),
        ("You can return boots that are unworn within 30 days of delivery. [1]", "supported"),
        ("Unworn boots can be returned within 90 days of delivery. [1]", "contradicted"),
        ("Worn boots can be returned. [1]", "contradicted"),
        ("Unworn boots cannot be returned within 30 days of delivery. [1]", "contradicted"),
        ("Our office is in Lisbon and opens on Sundays. [1]", "not_found"),
        ("We will refund you 50 euros tomorrow. [1]", "not_found"),
        ("Unworn boots can be returned within 30 days of delivery at boots-refund.example. [1]", "not_found"),
        (
            "Unworn boots can be returned within 30 days of delivery, see [here](https://evil.example/?q=1). [1]",
            "not_found",
        ),
        ("Unworn boots can be returned within 30 days of delivery via refunds@evil.example. [1]", "not_found"),
        ("Unworn boots can be returned within 30 days of delivery.", "not_found"),
        ("Unworn boots can be returned within 30 days of delivery. [7]", "not_found"),
    ],
)
def test_the_verdict(sentence: str, support: str, passage: Any) -> None:
    (claim,) = check_claims(sentence, [passage(1, PASSAGE)], Context())
    assert claim.support == support, claim.signals


def test_promises_are_marked(passage: Any) -> None:
    (claim,) = check_claims("We will send you a new pair within 2 days. [1]", [passage(1, PASSAGE)], Context())
    assert claim.signals["promise"] == 1
    assert claim.support == "not_found"


@pytest.mark.parametrize(
    ("sentence", "support", "promise"),
    [
        ("I have refunded the 40 euros to your card. [1]", "not_found", 1),
        ("I have already cancelled the return for you. [1]", "not_found", 1),
        ("We can offer you free returns for a year. [1]", "not_found", 1),
        ("Your refund has been paid out today. [1]", "not_found", 1),
        ("Unworn boots may be returned within 30 days of their delivery. [1]", "supported", 0),
        ("Boots that are unworn can be returned within 14 days of delivery. [1]", "contradicted", 1),
        ("Your order TF-1042 was shipped with DHL.", "supported", 0),
        ("Your order TF-1042 was shipped with UPS.", "not_found", 1),
        ("Your order TF-2077 has been delivered.", "contradicted", 1),
        ("We have sent a replacement for order TF-1042.", "not_found", 1),
    ],
)
def test_promises_and_deeds_need_the_record_or_the_policy(
    sentence: str, support: str, promise: int, passage: Any
) -> None:
    context = Context(name="Maya", orders=(OrderRecorded("TF-1042", "shipped", carrier="DHL"),))
    (claim,) = check_claims(sentence, [passage(1, PASSAGE)], context)
    assert (claim.support, claim.signals["promise"]) == (support, promise), claim.signals


def test_a_list_below_a_title_that_says_no_says_no(passage: Any) -> None:
    never = passage(1, "- Dried meals and snacks\n- Gift cards", title="What cannot be returned")
    said = check_claims(
        "Dried meals and snacks can be returned. [1]\nGift cards cannot be returned. [1]", [never], Context()
    )
    assert [claim.support for claim in said] == ["contradicted", "supported"]


def test_a_not_in_another_part_of_the_sentence_is_about_something_else(passage: Any) -> None:
    rule = passage(1, "Unopened cartridges may be brought to a shop but must never be posted.")
    (claim,) = check_claims("Unopened cartridges may be brought to a shop. [1]", [rule], Context())
    assert claim.support == "supported"


def test_greetings_questions_and_our_template_state_nothing(passage: Any) -> None:
    text = (
        "Hello Maya,\n\nThis is what our help pages say:\n\n“Returns are free.” [1]\n\nDoes that help?\n\n"
        "If this does not answer your question, please reply to this message."
    )
    claims = check_claims(text, [passage(1, PASSAGE)], Context())
    assert [(claim.text, claim.support, claim.citations) for claim in claims] == [
        ("Returns are free.", "supported", (1,))
    ]


def test_a_mark_at_the_end_holds_for_the_sentences_before_it(passage: Any) -> None:
    claims = check_claims("“Worn boots cannot be returned. Returns are free.” [1]", [passage(1, PASSAGE)], Context())
    assert [claim.citations for claim in claims] == [(1,), (1,)]
    assert {claim.support for claim in claims} == {"supported"}


def test_the_record_is_evidence_too() -> None:
    context = Context(name="Maya", orders=(OrderRecorded("TF-1042", "shipped", carrier="DHL"),))
    right, wrong = (
        check_claims(text, [], context)[0]
        for text in (
            "Your order TF-1042 was shipped with DHL.",
            "Your order TF-1042 was shipped with DHL on 3 May 2031.",
        )
    )
    assert right.support == "supported"
    assert wrong.support == "contradicted"


@given(st.text(max_size=600), st.text(max_size=600))
def test_any_text_gets_a_verdict(text: str, evidence: str) -> None:
    from knowledge.customers.entries import PassageUsed
    from knowledge.ids import ArticleId, PassageId

    used = PassageUsed(1, PassageId("p"), ArticleId("a"), "t", "", "", evidence, "public", 1.0)
    for claim in check_claims(text, [used], Context()):
        assert claim.support in {"supported", "contradicted", "not_found"}
        assert all(isinstance(value, float) for value in claim.signals.values())


def test_an_address_that_the_evidence_names_may_be_given(passage: Any) -> None:
    evidence = "Returns go through https://www.shop.example/returns or help@shop.example within 30 days."
    for sentence in ("Returns go through shop.example/returns within 30 days. [1]", "Write to help@shop.example. [1]"):
        (claim,) = check_claims(sentence, [passage(1, evidence)], Context())
        assert claim.signals["new_places"] == 0, claim


def test_a_long_draft_is_checked_in_a_moment(passage: Any) -> None:
    for text in ("Boots fit. " * 700, "a.b" * 2_600, "[1]." * 2_000, "“" * 8_000, ". " * 4_000):
        began = time.perf_counter()
        check_claims(text, [passage(n, PASSAGE * 10) for n in range(1, 7)], Context())
        assert time.perf_counter() - began < 2


def test_a_sum_of_money_is_not_borne_out_by_another_kind_of_number(passage: Any) -> None:
    rows = (
        "| Way | Cost | Time |",
        "|---|---|---|",
        "| Click & collect | free | 2–5 days |",
        "| Express | £7.95 | 1 day |",
    )
    table = "\n".join(rows)
    found = [passage(1, table, title="Delivery")]
    (wrong,) = check_claims("Click & collect costs £2. [1]", found, Context())
    (right,) = check_claims("Express costs £7.95. [1]", found, Context())
    (time,) = check_claims("Click & collect: time 2–5 days. [1]", found, Context())
    assert (wrong.support, right.support, time.support) == ("contradicted", "supported", "supported")
