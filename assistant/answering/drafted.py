"""A draft made for the bot, with the probability that it is right and whether every sentence is borne out."""

from dataclasses import dataclass

from assistant.answering.seeing import Sight
from assistant.orders import orders_asked_about
from assistant.progress import quiet
from assistant.stopwatch import Stopwatch
from assistant.suggest import Assistant, prepare
from assistant.tools.choosing import use_tool
from assistant.tools.toolbox import Toolbox
from assistant.understanding.question import Question, carry, standalone
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
    question = standalone(sight.context.dialogue)
    if question is None:
        raise Rejected("The customer has not written anything to answer.", "Wait for their message.")
    question = carry(question, sight.context.dialogue, assistant.search.names_in)
    used = use_tool(toolbox, sight.caller, question.focus, assistant.search.embedder.embed)
    if used is not None and used.outcome in ("done", "refused", "proposed"):
        return _from_tool(question, used)
    shown = prepare(assistant, question, sight.context, Stopwatch(), quiet)
    return Drafted(
        shown=shown,
        chance=shown.chance,
        supported=bool(shown.claims) and all(claim.support == "supported" for claim in shown.claims),
        from_record=bool(orders_asked_about(question.focus, sight.context.orders)),
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
