"""What the bot did: how far issues went with it, and what it resolved by four definitions side by side."""

from collections.abc import Iterator, Sequence

from assistant.answering.outcomes import WINDOWS, Outcome
from evals.live.measures import Measure, Period, rate
from evals.live.stories import Story


def bot_resolution(outcomes: Sequence[Outcome], period: Period) -> Iterator[Measure]:
    """The share of the bot's conversations that it resolved, by each definition of `assistant.answering.outcomes`.

    Over all conversations it answered in, those that it passed on included; a window that is not over is not counted.
    """
    answered = [one for one in outcomes if period.holds(one.answered_at)]
    for kind, window in WINDOWS.items():
        judged = [one for one in answered if getattr(one, kind) is not None and one.answered_at + window < period.now]
        yield rate(
            f"bot_resolution_{kind}",
            f"Bot: resolved, {kind}",
            [bool(getattr(one, kind)) for one in judged],
            note="of all conversations the bot answered in",
            parts={"window not over": float(len(answered) - len(judged))},
        )
    yield rate(
        "bot_handed_over",
        "Bot: passed on to a person after an answer",
        [one.handed_over for one in answered],
        good=0,
    )


def bot_part(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """In how many issues the bot spoke, and how many of these no person of ours had a part in.

    A deflection is no resolution: whether the customer was helped is for the four definitions to say.
    """
    begun = [one for one in stories if period.holds(one.opened_at)]
    spoke = [one for one in begun if _speaks(one, "bot")]
    yield rate("bot_handled", "Issues in which the bot answered", [_speaks(one, "bot") for one in begun], good=0)
    yield rate("bot_deflected", "Of these, without a person", [not _speaks(one, "agent") for one in spoke], good=0)


def _speaks(story: Story, speaker: str) -> bool:
    return any(one.speaker == speaker for one in story.messages)


def funnel(begun: int, outcomes: Sequence[Outcome], period: Period) -> dict[str, float]:
    """How many conversations went how far: begun, answered by the bot, kept by it, verified, durable."""
    answered = [one for one in outcomes if period.holds(one.answered_at)]
    kept = [one for one in answered if not one.handed_over]
    return {
        "begun": float(begun),
        "the bot answered": float(len(answered)),
        "no person needed": float(len(kept)),
        "verified": float(sum(bool(one.verified) for one in kept)),
        "durable": float(sum(bool(one.durable) for one in kept)),
    }
