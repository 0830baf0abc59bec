"""Work: resolutions an hour, active minutes a contact, who carries how much; and what it costs."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from evals.live.measures import Measure, Period, mean
from evals.live.money import Costs, Spent, money
from evals.live.stories import Contact, Story

# An agent works on a message from when they could have read it, at most so long.
MOST_ACTIVE = timedelta(minutes=15)
READING = timedelta(seconds=30)


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
        yield from money(stories, Spent(len(contacts), sum(spent.values())), period, costs)


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
