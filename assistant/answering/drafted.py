"""A draft made for the bot, with the probability that it is right and whether every sentence is borne out."""

from dataclasses import dataclass

from assistant.answering.seeing import Sight
from assistant.claims import check_claims
from assistant.conflicts import against_others
from assistant.decision import Case, decide
from assistant.finding import find_passages
from assistant.orders import orders_asked_about
from assistant.progress import Streamed, quiet
from assistant.question import Question, carry, standalone
from assistant.stopwatch import Stopwatch
from assistant.suggest import Assistant, Written, make_brief, shown_of, write
from assistant.tools.choosing import use_tool
from assistant.tools.toolbox import Toolbox
from knowledge.customers.bot_entries import ToolUsed
from knowledge.customers.entries import SuggestionShown
from knowledge.failures import Rejected
from knowledge.ids import SuggestionId, new_id


@dataclass(frozen=True)
class Drafted:
    """A draft: `chance` that it is right (`None`: not from the library), `supported`: every claim of it is.

    `from_record`: it tells facts of the customer's own record; `used` are the tools that were tried.
    """

    shown: SuggestionShown
    chance: float | None
    supported: bool
    from_record: bool = False
    used: tuple[ToolUsed, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether a tool would have answered if it were proven who asks."""
        return any(one.outcome == "refused" for one in self.used)

    @property
    def proposed(self) -> bool:
        """Whether something is proposed to a person."""
        return any(one.outcome == "proposed" for one in self.used)

    @property
    def tokens(self) -> int:
        """What a model used for it."""
        return sum(self.shown.tokens.values())


def draft(assistant: Assistant, sight: Sight, toolbox: Toolbox) -> Drafted:
    """Write a draft for the turn; nothing is stored.

    Raises:
        Unavailable: the embedder cannot be used.
        Rejected: there is no question to answer.
    """
    watch = Stopwatch()
    question = standalone(sight.context.dialogue)
    if question is None:
        raise Rejected("The customer has not written anything to answer.", "Wait for their message.")
    question = carry(question, sight.context.dialogue, assistant.search.names_in)
    used = use_tool(toolbox, sight.caller, question.focus, assistant.search.embedder.embed)
    if used is not None and used.outcome in ("done", "refused", "proposed"):
        return _from_tool(question, used)
    found = find_passages(assistant.search, assistant.sentences, question)
    watch.lap("passages")
    brief = make_brief(assistant, question, found, sight.context)
    written: Written = write(assistant, brief, Streamed(quiet))
    watch.lap("draft")
    claims = against_others(check_claims(written.draft.text, brief.passages, sight.context), brief.passages)
    own = bool(orders_asked_about(question.focus, sight.context.orders))
    case = Case(question, brief, len(found.passages) - len(brief.passages), from_record=own)
    outcome = decide(case, written.draft, claims)
    watch.lap("claims")
    shown = shown_of(question, found.passages, written, outcome, watch)
    return Drafted(
        shown=shown,
        chance=outcome.chance,
        supported=bool(outcome.claims) and all(claim.support == "supported" for claim in outcome.claims),
        from_record=own,
        used=(used,) if used is not None else (),
    )


def _from_tool(question: Question, used: ToolUsed) -> Drafted:
    """Return what a tool told as a draft: the words of the record, nothing of a model's."""
    done = used.outcome == "done"
    shown = SuggestionShown(
        suggestion=SuggestionId(new_id()),
        question=question.text,
        decision="answer" if done else "abstain",
        text=used.told if done else "",
        reason=f"Told by the tool {used.tool}." if done else used.told,
        citations=(),
        guidance=(),
        passages=(),
        claims=(),
        drafter="tool",
        model="",
        prompt="",
        answers=question.answers,
    )
    return Drafted(shown, None, supported=done, from_record=done, used=(used,))
