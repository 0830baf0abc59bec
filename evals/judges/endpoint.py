"""The judge's own model: any OpenAI-compatible address, named apart from the one that writes the answers."""

from dataclasses import dataclass, field

from assistant.drafting.endpoint import base_url
from knowledge.failures import Rejected, Unavailable
from knowledge.settings import Settings


@dataclass(frozen=True)
class JudgeEndpoint:
    """Where the judge's model answers: `url` with its version, the exact model name, seconds a call may take."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = 60.0
    max_tokens: int = 1_024

    @property
    def name(self) -> str:
        """How runs name the judge: the model and where it answers, never the key."""
        return f"{self.model} at {self.url}"


def open_judge(settings: Settings) -> JudgeEndpoint:
    """Return the judge that the settings name; the drafter's own model may not judge what it wrote.

    Raises:
        Unavailable: no judge is configured, or its address is malformed.
        Rejected: it is the model that writes the answers.
    """
    if not settings.judge_url or not settings.judge_model:
        raise Unavailable(
            "No judge is configured.", "Set THREADLINE_JUDGE_URL and THREADLINE_JUDGE_MODEL to a model of its own."
        )
    url = base_url(settings.judge_url)
    drafts = settings.drafter == "endpoint" and settings.chat_model == settings.judge_model
    if drafts or (settings.drafter == "local" and settings.local_model == settings.judge_model):
        raise Rejected(
            f"{settings.judge_model} writes the answers and would judge its own.",
            "Models prefer what they wrote themselves: name another in THREADLINE_JUDGE_MODEL.",
        )
    return JudgeEndpoint(url, settings.judge_model, settings.judge_key.get_secret_value())
