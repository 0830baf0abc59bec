"""A draft made for the bot, with the probability that it is right and whether every sentence is borne out."""

from dataclasses import dataclass

from assistant.answerable import features, open_gate
from assistant.answering.seeing import Sight
from assistant.claims import check_claims
from assistant.decision import Case, decide
from assistant.orders import orders_asked_about
from assistant.progress import Streamed, quiet
from assistant.question import standalone
from assistant.stopwatch import Stopwatch
from assistant.suggest import Assistant, Written, find_passages, make_brief, shown_of, write
from knowledge.customers.entries import SuggestionShown
from knowledge.failures import Rejected


@dataclass(frozen=True)
class Drafted:
    """A draft: `chance` that it is right (`None`: not from the library), `supported`: every claim of it is.

    `from_record`: it tells facts of the customer's own record.
    """

    shown: SuggestionShown
    chance: float | None
    supported: bool
    from_record: bool = False

    @property
    def tokens(self) -> int:
        """What a model used for it."""
        return sum(self.shown.tokens.values())


def draft(assistant: Assistant, sight: Sight) -> Drafted:
    """Write a draft for the turn; nothing is stored.

    Raises:
        Unavailable: the embedder cannot be used.
        Rejected: there is no question to answer.
    """
    watch = Stopwatch()
    question = standalone(sight.context.dialogue)
    if question is None:
        raise Rejected("The customer has not written anything to answer.", "Wait for their message.")
    passages, near = find_passages(assistant, question.text)
    watch.lap("passages")
    brief = make_brief(assistant, question, passages, near, sight.context)
    written: Written = write(assistant, brief, Streamed(quiet))
    watch.lap("draft")
    claims = check_claims(written.draft.text, brief.passages, sight.context)
    own = bool(orders_asked_about(question.focus, sight.context.orders))
    case = Case(question, brief, len(passages) - len(brief.passages), from_record=own)
    outcome = decide(case, written.draft, claims)
    watch.lap("claims")
    shown = shown_of(question, passages, written, outcome, watch)
    return Drafted(
        shown=shown,
        chance=None if own else open_gate().probability(features(question, brief)),
        supported=bool(outcome.claims) and all(claim.support == "supported" for claim in outcome.claims),
        from_record=own,
    )
