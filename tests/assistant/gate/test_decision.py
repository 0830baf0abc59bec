"""The decision: answer, ask back, abstain, each for a reason an agent can read."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from assistant.brief import Brief, Context, Draft, Nearness, Turn
from assistant.drafting.quoting import best_excerpts
from assistant.gate.answerable import open_gate
from assistant.gate.decision import SURE_ENOUGH, Case, decide, is_unsure, wants_person, weigh
from assistant.understanding.question import Question
from knowledge.customers.entries import Claim

ASKED = "Can I return unworn boots within three weeks?"
GOOD = Draft("answer", "Yes. [1]", (1,))
SUPPORTED = (Claim("Yes.", "supported", (1,)),)


@pytest.fixture
def case(brief: Brief) -> Case:
    return Case(Question(ASKED, ASKED), replace(brief, excerpts=best_excerpts(brief)))


def far(case: Case, similarity: float = 0.1) -> Case:
    passages = tuple(replace(passage, similarity=similarity) for passage in case.brief.passages)
    return replace(case, brief=replace(case.brief, passages=passages))


def test_answers_when_the_articles_are_near(case: Case) -> None:
    outcome = decide(case, GOOD, SUPPORTED)
    assert (outcome.decision, outcome.text, outcome.citations) == ("answer", "Yes. [1]", (1,))


def test_hands_over_when_nothing_is_near(case: Case) -> None:
    outcome = decide(far(case), GOOD, SUPPORTED)
    assert (outcome.decision, outcome.text, outcome.pointers) == ("hand_over", "", ())


@pytest.mark.parametrize(
    "said",
    [
        "Can I talk to a real person please?",
        "connect me to an agent",
        "I want to speak with your manager",
        "Ich möchte mit einem Mitarbeiter sprechen",
        "Quiero hablar con una persona",
        "Je voudrais parler à un conseiller",
    ],
)
def test_hands_over_who_asks_for_a_person(case: Case, said: str) -> None:
    outcome = decide(replace(case, question=Question(said, said)), GOOD, SUPPORTED)
    assert outcome.decision == "hand_over"
    assert not outcome.text


@pytest.mark.parametrize(
    "said", ["The person at the desk said no", "Do your people ship boots?", "my agent number is 7"]
)
def test_persons_are_not_always_asked_for(said: str) -> None:
    assert not wants_person(said)


def test_asks_back_once(case: Case) -> None:
    vague = replace(case, question=Question("boots?", "boots?"))
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    asked = decide(vague, GOOD, SUPPORTED).text
    turns = (Turn("us", asked, now, "chat"), Turn("customer", "boots?", now, "chat"))
    again = replace(vague, brief=replace(vague.brief, context=Context(dialogue=turns)))
    outcome = decide(again, GOOD, SUPPORTED)
    assert outcome.decision == "hand_over"
    assert "asked back already" in outcome.reason


def test_an_unlikely_draft_is_not_shown(case: Case) -> None:
    odd = "Could you pull-test quickdraws, karabiners and slings for corrosion?"
    passages = tuple(replace(one, similarity=0.48, lexical_rank=None) for one in case.brief.passages)
    brief = replace(case.brief, question=odd, focus=odd, passages=passages, excerpts=())
    outcome = decide(Case(Question(odd, odd), brief), GOOD, SUPPORTED)
    assert (outcome.decision, outcome.text, outcome.citations, outcome.claims) == ("abstain", "", (), ())
    assert outcome.pointers == tuple(passage.number for passage in passages[:3])
    assert "unlikely to be right" in outcome.reason
    assert outcome.chance is not None
    assert outcome.chance < open_gate().show_at


def test_a_draft_more_likely_wrong_than_right_is_shown_with_a_warning(case: Case) -> None:
    sure, unsure = decide(case, GOOD, SUPPORTED), decide(far(case, 0.32), GOOD, SUPPORTED)
    assert (sure.decision, unsure.decision) == ("answer", "answer")
    assert (is_unsure(sure.chance), is_unsure(unsure.chance)) == (False, True)
    assert "More likely wrong than right" not in sure.reason
    assert unsure.reason.startswith("More likely wrong than right")
    assert not is_unsure(None)


def test_the_record_needs_no_article(case: Case) -> None:
    assert decide(replace(far(case), from_record=True), GOOD, SUPPORTED).decision == "answer"


def test_abstains_when_nothing_is_borne_out(case: Case) -> None:
    outcome = decide(case, GOOD, (Claim("Yes.", "not_found", (1,)),))
    assert outcome.decision == "abstain"
    assert "borne out" in outcome.reason


def test_names_the_sentences_to_check(case: Case) -> None:
    outcome = decide(case, GOOD, (*SUPPORTED, Claim("No.", "contradicted", (1,))))
    assert outcome.decision == "answer"
    assert "Check 1 of 2 sentences" in outcome.reason


def test_the_drafters_own_abstention_counts(case: Case) -> None:
    outcome = decide(replace(case, guidance=2), Draft("abstain", ""), ())
    assert outcome.decision == "abstain"
    assert "2 internal articles may guide you" in outcome.reason


def test_a_question_back_must_be_a_question(case: Case) -> None:
    assert decide(case, Draft("ask_back", "Which size do you wear?"), ()).decision == "ask_back"
    assert decide(case, Draft("ask_back", "The capital of France is Paris."), ()).decision == "abstain"


def test_asks_which_of_two_when_the_question_is_vague(case: Case) -> None:
    vague = replace(case, question=Question("boots?", "boots?"))
    outcome = decide(vague, GOOD, SUPPORTED)
    assert outcome.decision == "ask_back"
    assert outcome.text.count("?") == 2
    assert "“Returns” or about “Gift cards”" in outcome.text
    assert outcome.citations == ()


def test_no_public_article_at_all(case: Case) -> None:
    outcome = decide(replace(case, brief=Brief(ASKED), guidance=1), GOOD, SUPPORTED)
    assert outcome.decision == "hand_over"
    assert outcome.reason == "No article that customers may see fits the question. An internal article may guide you."


def test_evidence_is_stronger_with_more_words_found(passage: Any) -> None:
    weak = weigh(ASKED, [passage(1, "Something else entirely.", title="Other")])
    strong = weigh(ASKED, [passage(1, "Unworn boots: return them within three weeks.")])
    assert strong.strength > weak.strength
    assert strong.coverage == 1.0
    assert weigh(ASKED, []).strength < SURE_ENOUGH


def test_does_not_ask_back_about_articles_that_lack_what_is_asked_for(case: Case) -> None:
    near = Nearness(np.ones(1, np.float32), lambda texts: np.ones((len(texts), 1), np.float32), {"kayak": 5.0})
    brief = replace(far(case).brief, nearness=near)
    kayaks = Case(Question("Do you sell kayaks?", "Do you sell kayaks?"), brief)
    assert decide(kayaks, GOOD, SUPPORTED).decision in ("abstain", "hand_over")
    boots = replace(kayaks, question=Question("Boots?", "Boots?"))
    assert decide(boots, GOOD, SUPPORTED).decision == "ask_back"


def test_says_how_likely_it_is(case: Case) -> None:
    assert "Chance that it is right:" in decide(case, GOOD, SUPPORTED).reason
