"""What can happen to a survey on our side: the customer was asked how it was."""

from dataclasses import dataclass
from typing import Literal

from knowledge.ids import EntryId, IssueId

Survey = Literal["csat", "ces", "nps", "fcr"]


@dataclass(frozen=True)
class SurveyAsked:
    """The customer was asked about an issue; who does not answer was asked all the same.

    `message` is the mail that asks (`None` in the web chat, which shows a card), `language` the one it is in.
    """

    survey: Survey
    issue: IssueId
    channel: str
    language: str = "en"
    message: EntryId | None = None
    kind: Literal["survey_asked"] = "survey_asked"
