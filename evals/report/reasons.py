"""Why a measure changed: the channel on which most of the difference lies, with how much of it and from how many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evals.live.arms import Outreached
from evals.live.measures import FEW, Measure, Period
from evals.live.measuring import Told, measure_all
from evals.live.staffing import Staffed
from evals.live.stories import Story
from evals.report.changes import Change

# Below this share of the difference no one channel is the reason.
MOST = 0.5


@dataclass(frozen=True)
class Part:
    """A channel's measure now and before, and the share of the whole difference that lies on it."""

    channel: str
    now: Measure
    before: Measure
    share: float

    @property
    def sentence(self) -> str:
        """It in words; from few cases it is said to be a hint."""
        now, before = self.now, self.before
        few = ", too few to be sure" if min(now.n, before.n) < FEW else ""
        return (
            f"{self.share:.0%} of that lies on {self.channel}: {now.value:.3g} (n {now.n}), "
            f"{before.value:.3g} before (n {before.n}){few}."
        )


def reasons(
    told: Sequence[Change], stories: Sequence[Story], periods: tuple[Period, Period], given: Told
) -> dict[str, Part]:
    """Return for each changed measure the channel that most of its difference lies on, where there is one.

    A mean's difference is the sum over channels of their shares of cases times their values, now less before. Only
    what is measured over stories can be told apart like this.
    """
    if not told:
        return {}
    channels = sorted({one.contacts[0].channel for one in stories})
    # Whom we wrote to first, what the bot answered, accounts, joins, lags and colleagues belong to no channel here.
    bare = replace(given, outcomes=(), outreached=Outreached(), accounts=(), joins=(), lags={}, staffed=Staffed())
    by_channel = {}
    for channel in channels:
        own = [one for one in stories if one.contacts[0].channel == channel]
        by_channel[channel] = tuple({m.name: m for m in measure_all(own, period, bare)} for period in periods)
    found = {}
    for change in told:
        parts = [_part(change, channel, now, before) for channel, (now, before) in by_channel.items()]
        best = max((one for one in parts if one is not None), key=lambda one: one.share, default=None)
        if best is not None and best.share >= MOST and len(channels) > 1:
            found[change.now.name] = best
    return found


def _part(change: Change, channel: str, now: dict[str, Measure], before: dict[str, Measure]) -> Part | None:
    one, two = now.get(change.now.name), before.get(change.now.name)
    if one is None or two is None or one.value is None or two.value is None or not change.difference:
        return None
    weighed = one.value * one.n / change.now.n - two.value * two.n / change.before.n
    return Part(channel, one, two, min(weighed / change.difference, 1.0))
