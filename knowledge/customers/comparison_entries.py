"""What a blind comparison of drafts leaves: two drafts for a moment of the past, and who preferred which."""

from dataclasses import dataclass
from typing import Literal

from knowledge.ids import ConversationId, EntryId

Preference = Literal["one", "other", "tie"]


@dataclass(frozen=True)
class ComparisonOffered:
    """Two drafts for one moment of a past conversation, for people to compare without knowing which is which.

    `review` names the comparison they belong to; `one` was drafted as it was before, `other` with the change.
    """

    review: str
    of: ConversationId
    question: str
    one: str
    other: str
    kind: Literal["comparison_offered"] = "comparison_offered"


@dataclass(frozen=True)
class ComparisonRated:
    """A person's verdict on a comparison."""

    review: str
    comparison: EntryId
    verdict: Preference
    author: str
    kind: Literal["comparison_rated"] = "comparison_rated"
