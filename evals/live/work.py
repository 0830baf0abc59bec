"""Work and money: resolutions an hour, cost of a contact and of a resolution that lasts, return against a holdout."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from evals.live.measures import SEED, WINDOW, Measure, Period, mean
from evals.live.stories import Contact, Story

# An agent works on a message from when they could have read it, at most so long.
MOST_ACTIVE = timedelta(minutes=15)
READING = timedelta(seconds=30)


@dataclass(frozen=True)
class Costs:
    """What things cost, in one currency: an agent's hour with all that belongs to it, the rest by the month."""

    agent_hour: float = 0.0
    platform: float = 0.0
    models: float = 0.0
    telecom: float = 0.0
    currency: str = ""

    @property
    def known(self) -> bool:
        """Whether anything was given."""
        return bool(self.agent_hour or self.platform or self.models or self.telecom)


@dataclass(frozen=True)
class Gain:
    """What an arm gained over the holdout: hours of handling, repeat contacts, satisfaction in points."""

    hours: Sequence[float]
    holdout_hours: Sequence[float]
    repeats: Sequence[float]
    holdout_repeats: Sequence[float]


def work(stories: Sequence[Story], period: Period, costs: Costs) -> Iterator[Measure]:
    """Resolutions per active hour by agent, active minutes a contact, cost per contact and per lasting resolution.

    Active time is estimated from messages: before each answer, from the last message it could answer, 15 minutes at
    most. Where agents report their time, that is better.
    """
    spent: dict[str, float] = {}
    minutes: list[float] = []
    contacts = [(one, contact) for one in stories for contact in one.contacts if period.holds(contact.start)]
    for _, contact in contacts:
        by_agent = active(contact)
        for name, seconds in by_agent.items():
            spent[name] = spent.get(name, 0.0) + seconds / 3600
        if by_agent:
            minutes.append(sum(by_agent.values()) / 60)
    done: dict[str, int] = {}
    for story in stories:
        if period.holds(story.last_resolved_at):
            last = next((one.author for one in reversed(story.messages) if one.speaker == "agent"), "")
            done[last] = done.get(last, 0) + 1
    rates = [done.get(name, 0) / hours for name, hours in sorted(spent.items()) if hours > 0]
    yield mean("resolutions_per_hour", "Issues resolved per active hour, by agent", rates, "/h")
    yield mean("active_minutes", "Active minutes of an agent for a contact", minutes, "min", good=-1)
    if costs.known:
        yield from _costs(stories, len(contacts), sum(spent.values()), period, costs)


def active(contact: Contact) -> dict[str, float]:
    """Seconds of work for each agent in a contact."""
    spent: dict[str, float] = {}
    before = None
    for message in contact.messages:
        if message.speaker == "agent":
            took = READING if before is None else min(max(message.at - before, READING), MOST_ACTIVE)
            spent[message.author] = spent.get(message.author, 0.0) + took.total_seconds()
        before = message.at
    return spent


def _costs(stories: Sequence[Story], contacts: int, hours: float, period: Period, costs: Costs) -> Iterator[Measure]:
    months = (period.until - period.since) / timedelta(days=30.4)
    total = hours * costs.agent_hour + months * (costs.platform + costs.models + costs.telecom)
    lasting = [
        one
        for one in stories
        if period.holds(one.first_resolved_at) and not one.contact_again(WINDOW) and one.reopenings == 0
    ]
    note = "a quotient of sums: no interval"
    yield _quotient("cost_per_contact", "Cost of a contact", total, contacts, costs.currency, note)
    yield _quotient("cost_per_resolution", "Cost of a resolution that lasts", total, len(lasting), costs.currency, note)


def _quotient(name: str, title: str, total: float, n: int, currency: str, note: str) -> Measure:
    return Measure(name, title, total / n if n else None, currency, n, good=-1, note=note)


def returns(gain: Gain, costs: Costs, repeat_cost: float, spent: float, draws: int = 2_000) -> Measure:
    """(B − C) / C against a holdout; B = hours saved · rate + repeat contacts avoided · their cost (METRICS: ROI).

    Both arms are drawn anew for the interval. `spent` is C. Satisfaction is worth nothing unless it is given a price.
    """
    arms = (gain.hours, gain.holdout_hours, gain.repeats, gain.holdout_repeats)
    n = min(map(len, arms))
    if not n or spent <= 0:
        return Measure("roi", "Return on what was spent", None, "", n, note="needs two arms and a cost")
    random = np.random.default_rng(SEED)
    drawn = [[float(np.mean(random.choice(arm, len(arm)))) for arm in arms] for _ in range(draws)]
    size = len(gain.hours)

    def value(hours: float, base: float, again: float, base_again: float) -> float:
        return ((base - hours) * costs.agent_hour + (base_again - again) * repeat_cost) * size / spent - 1

    low, high = np.quantile([value(*one) for one in drawn], [0.025, 0.975])
    point = value(*(float(np.mean(arm)) for arm in arms))
    return Measure("roi", "Return on what was spent", point, "", n, float(low), float(high))
