"""What can happen to issues: a conversation is put to the others of one problem, moved, or split off."""

from dataclasses import dataclass
from typing import Literal

from knowledge.ids import ConversationId, IssueId

How = Literal["reference", "topic", "moved", "split"]


@dataclass(frozen=True)
class IssueLinked:
    """From now on the conversation belongs to this issue: the same problem, over whatever channel.

    `reference`: both name the same order or ticket, which `reference` holds. `topic`: they are alike, `score` says
    how much (0 to 1), and `like` names the conversation it resembles. `moved` and `split` are a person's word, which
    no reference or likeness overrules, whenever it comes in.
    """

    issue: IssueId
    how: How
    author: str
    reason: str = ""
    reference: str = ""
    score: float | None = None
    like: ConversationId | None = None
    kind: Literal["issue_linked"] = "issue_linked"

    @property
    def firm(self) -> bool:
        """Whether a person said it."""
        return self.how in ("moved", "split")
