"""The decision: answer, ask back, abstain, each for a reason an agent can read."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assistant.brief import Brief, Draft, Nearness
from assistant.decision import SURE_ENOUGH, Case, decide, weigh
from assistant.question import Question
from knowledge.customers.entries import Claim

ASKED = "Can I return unworn boots within three weeks?"
GOOD = Draft("answer", "Yes. [1]", (1,))
SUPPORTED = (Claim("Yes.", "supported", (1,)),)


@pytest.fixture
def case(brief: Brief) -> Case:
    return Case(Question(ASKED, ASKED), brief)


def far(case: Case) -> Case:
    passages = tuple(replace(passage, similarity=0.1) for passage in case.brief.passages)
    return replace(case, brief=replace(case.brief, passages=passages))


def test_answers_when_the_articles_are_near(case: Case) -> None:
    outcome = decide(case, GOOD, SUPPORTED)
    assert (outcome.decision, outcome.text, outcome.citations) == ("answer", "Yes. [1]", (1,))


def test_abstains_when_they_are_far(case: Case) -> None:
    outcome = decide(far(case), GOOD, SUPPORTED)
    assert (outcome.decision, outcome.text, outcome.citations, outcome.claims) == ("abstain", "", (), ())


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
    assert outcome.decision == "abstain"
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
    assert decide(kayaks, GOOD, SUPPORTED).decision == "abstain"
    boots = replace(kayaks, question=Question("Boots?", "Boots?"))
    assert decide(boots, GOOD, SUPPORTED).decision == "ask_back"


def test_says_how_likely_it_is(case: Case) -> None:
    assert "Chance that it is right:" in decide(case, GOOD, SUPPORTED).reason
