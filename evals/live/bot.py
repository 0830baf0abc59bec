"""What the bot did: its funnel, and what it resolved counted four ways side by side."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evals.live.measures import Measure, Period, rate, share
from evals.live.stories import Story, by_customer

ASSUMED, VERIFIED, DURABLE = timedelta(hours=24), timedelta(hours=72), timedelta(days=7)
_TOP = {"csat": 4, "ces": 6, "nps": 9}


@dataclass(frozen=True)
class Kept:
    """An issue the bot spoke in: its last word, and when the customer was next back about another issue."""

    story: Story
    last: datetime
    back: datetime | None

    @property
    def alone(self) -> bool:
        """Whether no person spoke in it."""
        return not any(one.speaker == "agent" for one in self.story.messages)

    def quiet(self, wait: timedelta) -> bool:
        """Whether the customer said nothing more for so long."""
        end = self.last + wait
        return not any(one.speaker == "customer" and self.last < one.at <= end for one in self.story.messages)

    @property
    def confirmed(self) -> bool:
        """Whether the customer said so: a top score after the bot's last word."""
        return any(one.score >= _TOP[one.kind] and one.at >= self.last for one in self.story.surveys)

    @property
    def durable(self) -> bool:
        """Resolved, quiet for 7 days, and the customer was not back about anything on any channel."""
        end = self.last + DURABLE
        return self.story.resolved and self.quiet(DURABLE) and not (self.back is not None and self.back <= end)


# The four ways (METRICS, bot resolution): how long to wait before judging, and what counts.
WAYS: dict[str, tuple[timedelta, Callable[[Kept], bool]]] = {
    "confirmed": (timedelta(0), lambda one: one.confirmed),
    "assumed": (ASSUMED, lambda one: one.quiet(ASSUMED)),
    "verified": (VERIFIED, lambda one: one.story.resolved and one.quiet(VERIFIED)),
    "durable": (DURABLE, lambda one: one.durable),
}


def bot_resolution(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """The share of issues the bot spoke in that it resolved, each of the four ways; issues still open to it wait."""
    spoken = list(_kept(stories, period))
    for way, (wait, holds) in WAYS.items():
        judged = [one for one in spoken if one.last + wait <= period.now]
        alone = [one for one in judged if one.alone]
        yield rate(
            f"bot_resolution_{way}",
            f"Bot: resolved, {way}",
            [one.alone and holds(one) for one in judged],
            note="of all issues the bot spoke in, those it passed on included",
            parts={"of those without a person": share(sum(map(holds, alone)), len(alone))},
        )
    yield rate(
        "bot_handed_over",
        "Bot: passed on to a person",
        [not one.alone for one in spoken],
        good=0,
        parts=funnel(stories, period),
    )


def funnel(stories: Sequence[Story], period: Period) -> dict[str, float | None]:
    """How many issues went how far: begun, bot spoke, no person, resolved, durable."""
    begun = [one for one in stories if period.holds(one.opened_at)]
    spoken = list(_kept(begun, period))
    alone = [one for one in spoken if one.alone]
    return {
        "begun": float(len(begun)),
        "bot spoke": float(len(spoken)),
        "no person needed": float(len(alone)),
        "resolved": float(sum(one.story.resolved for one in alone)),
        "durable": float(sum(one.durable for one in alone)),
    }


def _kept(stories: Sequence[Story], period: Period) -> Iterator[Kept]:
    for own in by_customer(stories).values():
        for story in own:
            said = [one.at for one in story.messages if one.speaker == "bot"]
            if not any(map(period.holds, said)):
                continue
            last = max(said)
            later = [
                contact.start
                for other in own
                if other is not story
                for contact in other.contacts
                if contact.inbound and contact.start > last
            ]
            yield Kept(story, last, min(later, default=None))
