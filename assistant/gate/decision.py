"""The decision: answer, ask one question back, abstain with pointers, or hand over to a person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.brief import Brief, Draft
from assistant.checking.conflicts import in_conflict
from assistant.drafting.foreign import foreign_title
from assistant.gate.answerable import features, open_gate
from assistant.phrases import is_question_back, phrases_for
from assistant.sentences import content_words, stems
from assistant.understanding.question import Question
from knowledge.customers.entries import Claim, Decision, PassageUsed

# A short message is clear enough when the articles are this near (cosine of MiniLM, raised by the words found):
# chosen on the tuning half of mtrag, see docs/assistant.md.
SURE_ENOUGH = 0.48
COVERAGE_WEIGHT = 0.1
EVIDENCE_PASSAGES = 3
# A last turn with so few words of meaning does not say what is wanted …
VAGUE_WORDS = 2
# … when the two best articles are about equally near.
VAGUE_GAP = 0.05
# An article this near (cosine) is worth a look even where no draft is; where none is, nothing is drafted.
POINTS_AT = 0.3
# A draft with less of a chance is more likely wrong than right: an agent may see it, with these words.
UNSURE_BELOW = 0.5
MAX_POINTERS = 3
READ_CHARS = 2_000
_PERSON = re.compile(
    r"\b(?:(?:speak|talk|chat|connect\w*|put me through|transfer\w*|get me)\b.{0,30}"
    r"\b(?:human|person|people|agent|representative|someone|somebody|manager|supervisor|advisor|staff)"
    r"|(?:real|actual|live) (?:human|person|agent)|human,? please"
    r"|(?:echten?|richtigen?) (?:menschen?|person|mitarbeiter)|mit (?:einem|einer|jemandem?) .{0,20}"
    r"(?:menschen|mitarbeiter\w*|person|berater\w*)? ?(?:sprechen|reden)"
    r"|hablar con (?:una?|alg\w+) (?:persona|humano|agente|ien|uien)|parler (?:à|avec) (?:une? |quelqu['’]une? ?)"
    r"(?:personne|humain|conseiller|agent)?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Evidence:
    """How strong the passages are: best cosine (−1 to 1), share of the question's words found in the best few."""

    similarity: float
    coverage: float
    gap: float

    @property
    def strength(self) -> float:
        """One figure: cosine raised by the words found."""
        return self.similarity + COVERAGE_WEIGHT * self.coverage


@dataclass(frozen=True)
class Case:
    """What is to be decided on. `guidance` counts internal passages, `from_record`: the question is about own facts."""

    question: Question
    brief: Brief
    guidance: int = 0
    from_record: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was decided and what may go to the customer; `reason` is for the agent.

    `chance` says how likely the draft is to be right, `None` where that cannot be told (no draft from articles).
    `pointers` are numbers of the passages nearest to the question, for whoever answers instead.
    """

    decision: Decision
    text: str
    citations: tuple[int, ...]
    claims: tuple[Claim, ...]
    reason: str
    chance: float | None = None
    pointers: tuple[int, ...] = ()


def weigh(question: str, passages: Sequence[PassageUsed]) -> Evidence:
    """Return how strong the passages are as evidence for the question."""
    best = sorted((p.similarity or 0.0 for p in passages), reverse=True)
    wanted = set(content_words(question))
    found = stems(f"{p.title} {p.heading} {p.text}" for p in passages[:EVIDENCE_PASSAGES])
    articles: dict[str, float] = {}
    for passage in passages:
        articles[passage.article] = max(articles.get(passage.article, 0.0), passage.similarity or 0.0)
    ranked = sorted(articles.values(), reverse=True)
    return Evidence(
        similarity=best[0] if best else 0.0,
        coverage=len(wanted & found) / len(wanted) if wanted else 0.0,
        gap=ranked[0] - ranked[1] if len(ranked) > 1 else 1.0,
    )


def decide(case: Case, draft: Draft, claims: tuple[Claim, ...]) -> Outcome:
    """Decide what becomes of a draft whose claims were checked."""
    if wants_person(case.question.focus):
        return Outcome("hand_over", "", (), (), "The customer asks for a person.", None, _pointers(case.brief))
    evidence = weigh(case.question.text, case.brief.passages)
    chance = None if case.from_record else open_gate().probability(features(case.question, case.brief))
    outcome = _decided(case, draft, claims, evidence, chance)
    if outcome.decision == "ask_back" and asked_before(case.brief):
        reason = f"{outcome.reason} One question was asked back already."
        outcome = Outcome("hand_over", "", (), (), reason)
    pointers = _pointers(case.brief) if outcome.decision in ("abstain", "hand_over") else ()
    return replace(outcome, chance=chance, pointers=pointers)


def is_unsure(chance: float | None) -> bool:
    """Tell whether a draft is more likely wrong than right; one from the customer's own record has no chance."""
    return chance is not None and chance < UNSURE_BELOW


def wants_person(text: str) -> bool:
    """Tell whether the customer asks for a person, in English, German, Spanish or French."""
    return bool(_PERSON.search(text[:READ_CHARS]))


def asked_before(brief: Brief) -> bool:
    """Tell whether our last words were a question back: a second one in a row only annoys."""
    ours = next((turn.text for turn in reversed(brief.context.dialogue) if turn.who == "us"), "")
    return is_question_back(ours)


def _pointers(brief: Brief) -> tuple[int, ...]:
    near = [passage.number for passage in brief.passages if (passage.similarity or 0.0) >= POINTS_AT]
    return tuple(near[:MAX_POINTERS])


def _decided(case: Case, draft: Draft, claims: tuple[Claim, ...], evidence: Evidence, chance: float | None) -> Outcome:
    if not content_words(case.question.focus):
        return _abstain("The last message asks nothing that can be looked up.")
    weak = None if case.from_record else _too_weak(case, evidence)
    if weak is not None:
        return weak
    if draft.decision == "ask_back" and "?" in draft.text:
        return Outcome("ask_back", draft.text, (), claims, "The drafter needs one more detail from the customer.")
    if draft.decision != "answer" or not draft.text:
        return _abstain("The drafter found no answer in the passages." + _see(case.guidance))
    return _of_draft(case, draft, claims, evidence, chance)


def _of_draft(case: Case, draft: Draft, claims: tuple[Claim, ...], evidence: Evidence, chance: float | None) -> Outcome:
    if not case.from_record and is_vague(case.question, evidence):
        return ask_which(case.brief, "The message is short and several articles fit it equally well.")
    if chance is not None and chance < open_gate().show_at:
        return _abstain(f"The draft is unlikely to be right: its chance is {chance:.0%}." + _see(case.guidance))
    return _answer(draft, claims, evidence, case.from_record, chance)


def is_vague(question: Question, evidence: Evidence) -> bool:
    """Tell whether the question, with all that went before, could mean several things."""
    return len(set(content_words(question.text))) <= VAGUE_WORDS and evidence.gap < VAGUE_GAP


def names_unknown(case: Case) -> bool:
    """Tell whether the question's rarest word stands in none of the passages: asking back about them would not help."""
    if case.brief.nearness is None:
        return False
    rarity = case.brief.nearness.rarity
    wanted = sorted(set(content_words(case.question.focus)), key=lambda word: (-rarity.get(word, 0.0), word))
    found = stems(f"{p.title} {p.heading} {p.text}" for p in case.brief.passages)
    return bool(wanted) and wanted[0] not in found


def ask_which(brief: Brief, reason: str) -> Outcome:
    """Ask the customer one question: which of the two best articles they mean."""
    phrases = phrases_for(brief.context.language)
    told = (one.title for one in brief.passages if one.title and not foreign_title(one.title, one.text))
    titles = list(dict.fromkeys(" ".join(title.split()) for title in told))
    text = phrases.which.format(first=titles[0], second=titles[1]) if len(titles) > 1 else phrases.more
    return Outcome("ask_back", text, (), (), reason)


def _too_weak(case: Case, evidence: Evidence) -> Outcome | None:
    """Return what to do where no draft is worth weighing; how good one is that is, the gate says."""
    if not case.brief.passages:
        reason = "No article that customers may see fits the question." + _see(case.guidance)
        return Outcome("hand_over", "", (), (), reason)
    if len(set(content_words(case.question.text))) <= VAGUE_WORDS and evidence.strength < SURE_ENOUGH:
        return _too_short(case)
    if evidence.similarity < POINTS_AT:
        reason = f"No article comes near the question (nearest {evidence.similarity:.2f})." + _see(case.guidance)
        return Outcome("hand_over", "", (), (), reason)
    return None


def _too_short(case: Case) -> Outcome:
    """Ask back; about articles only when they hold what the few words name."""
    reason = "The message is too short to tell what is wanted."
    if not names_unknown(case):
        return ask_which(case.brief, reason)
    if len(set(content_words(case.question.focus))) > 1:
        return _abstain("What the question names stands in no article found." + _see(case.guidance))
    return Outcome("ask_back", phrases_for(case.brief.context.language).more, (), (), reason)


def _answer(
    draft: Draft, claims: tuple[Claim, ...], evidence: Evidence, from_record: bool, chance: float | None
) -> Outcome:
    open_claims = [claim for claim in claims if claim.support != "supported"]
    disputed = in_conflict(claims)
    if claims and len(open_claims) == len(claims) and not disputed:
        return _abstain("Nothing the draft says is borne out by what it cites.")
    basis = "the customer's record" if from_record else f"articles near the question ({evidence.similarity:.2f})"
    reason = f"Rests on {basis}."
    if chance is not None:
        reason += f" Chance that it is right: {chance:.0%}."
    if is_unsure(chance):
        reason = f"More likely wrong than right: read the articles before you send it. {reason}"
    if disputed:
        reason += f" Articles disagree about “{disputed[0].text[:100]}”: check which one holds."
    if open_claims:
        reason += f" Check {len(open_claims)} of {len(claims)} sentences: their evidence does not bear them out."
    return Outcome("answer", draft.text, draft.citations, claims, reason)


def _abstain(reason: str) -> Outcome:
    return Outcome("abstain", "", (), (), reason)


def _see(guidance: int) -> str:
    if not guidance:
        return ""
    return " An internal article may guide you." if guidance == 1 else f" {guidance} internal articles may guide you."
