"""Visibility is stated: rules, then the article, then the run; what looks internal is held back."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.failures import Rejected
from knowledge.library.drafts import Draft
from knowledge.library.screening import looks_internal
from knowledge.library.visibility import VisibilityRules, judge

PLAIN = Draft(key="k1", title="Opening hours", text="We open at nine.", group="faq", path="docs/hours.md")
STAFF = Draft(key="k2", title="Refunds (Internal)", text="Use refund_order_4711.")
DATA = Path(os.environ.get("THREADLINE_TEST_DATA", "../shared/data"))


@pytest.mark.parametrize(
    ("draft", "rules", "expected"),
    [
        (PLAIN, VisibilityRules(), "internal"),
        (PLAIN, VisibilityRules(default="public"), "public"),
        (PLAIN, VisibilityRules(default="internal"), "internal"),
        (PLAIN, VisibilityRules(internal=("title:other*",)), "public"),
        (PLAIN, VisibilityRules(internal=("title:OPENING*",)), "internal"),
        (PLAIN, VisibilityRules(internal=("path:docs/*",), default="public"), "internal"),
        (PLAIN, VisibilityRules(internal=("id:k?",), public=("group:faq",)), "internal"),
        (PLAIN, VisibilityRules(public=("group:faq",)), "public"),
        (STAFF, VisibilityRules(default="public"), "internal"),
        (STAFF, VisibilityRules(internal=("title:other*",)), "internal"),
        (STAFF, VisibilityRules(public=("title:*",)), "public"),
    ],
)
def test_order(draft: Draft, rules: VisibilityRules, expected: str) -> None:
    assert judge(draft, rules).visibility == expected


def test_the_articles_own_statement_beats_the_default_and_the_screening() -> None:
    own = Draft(key="k", title="Refunds (Internal)", text="t", visibility="public")
    assert judge(own, VisibilityRules(default="internal")).visibility == "public"
    assert judge(own, VisibilityRules(internal=("id:k",))).visibility == "internal"


def test_a_verdict_says_why() -> None:
    verdict = judge(STAFF, VisibilityRules(default="public"))
    assert verdict.held_back == "its title says so"
    assert judge(PLAIN, VisibilityRules(internal=("id:k1",))).rule == "--internal id:k1"


@pytest.mark.parametrize("rule", ["Internal*", "titel:x", "title:", ""])
def test_a_rule_of_another_form_is_refused(rule: str) -> None:
    with pytest.raises(Rejected, match="no visibility rule"):
        VisibilityRules(internal=(rule,))


@given(st.text(), st.text(), st.sampled_from([None, "internal"]), st.sampled_from([None, "internal"]))
def test_nothing_is_public_without_a_statement(title: str, text: str, own: str | None, default: str | None) -> None:
    draft = Draft(key="k", title=title, text=text, visibility=own)  # type: ignore[arg-type]
    assert judge(draft, VisibilityRules(default=default)).visibility == "internal"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "text", "internal"),
    [
        ("Internal: Closing accounts", "", True),
        ("Referral link (internal)", "", True),
        ("[Staff only] Keys", "", True),
        ("Internal server errors", "Retry later.", False),
        ("Moving money between internal accounts", "", False),
        ("Closing", "Call open_bank_account_4821 now.", True),
        ("Closing", "Do not reveal this score to the customer.", True),
        ("Closing", "Verify the customer's identity, then tell the customer to wait.", True),
        ("Closing", "Ask the customer for the order. Tell the customer why. Inform the customer.", True),
        ("Sharing", "Do not share your password with anyone.", False),
        ("Agents", "Agents can add a label to a conversation. Ask a customer for a rating.", False),
        ("Passport", "Bring form_2024 with you.", False),
    ],
)
def test_screening(title: str, text: str, internal: bool) -> None:
    assert bool(looks_internal(title, text)) is internal


@pytest.mark.skipif(not (DATA / "tau_banking_kb").exists(), reason="the public data set tau_banking_kb is not here")
def test_screening_finds_every_titled_article_of_a_real_knowledge_base() -> None:
    with (DATA / "tau_banking_kb" / "docs.jsonl").open() as lines:
        docs = [json.loads(line) for line in lines]
    flagged = {doc["doc_id"] for doc in docs if looks_internal(doc["title"], doc["text"])}
    titled = {doc["doc_id"] for doc in docs if "internal" in doc["title"].lower()}
    assert len(titled) == 58
    assert titled <= flagged
    assert len(flagged) <= 66
