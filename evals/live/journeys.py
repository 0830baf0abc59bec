"""The journey over channels: how often people switch, who moved them, and on which way context is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.live.handovers import transitions
from evals.live.measures import FEW, Measure, Period, clustered_rate, mean, rate, share
from evals.live.stories import Contact, Story, by_customer, first_agent

# What a contact costs, cheapest first: a switch to the right is an upward one.
COST_ORDER = (
    "self-service",
    "chat",
    "app",
    "web",
    "whatsapp",
    "sms",
    "instagram",
    "facebook",
    "email",
    "phone",
    "video",
)


@dataclass(frozen=True)
class Way:
    """From one channel to the next: how often, how much context was kept, how often something was said twice,
    how often the customer gave up (the issue was never resolved and ends there), and how many hours lay between."""

    giver: str
    taker: str
    issues: int
    kept: Measure
    repeats: Measure
    dropped: Measure
    hours: Measure

    @property
    def few(self) -> bool:
        """Whether it is too few to conclude from."""
        return self.issues < FEW


def journeys(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Switches an issue, issues with one, who moved them; continuity of the person; same problem on channels."""
    active = [one for one in stories if any(period.holds(contact.start) for contact in one.contacts)]
    moves = [pair for one in active for pair in one.switches if period.holds(pair[1].start)]
    movers = [_mover(two) for _, two in moves]
    upward = sum(_rank(two) > _rank(one) for one, two in moves)
    yield mean(
        "channel_switches",
        "Changes of channel an issue",
        [float(sum(period.holds(two.start) for _, two in one.switches)) for one in active],
        "/issue",
        good=0,
        parts={
            **{f"moved by {who}": share(movers.count(who), len(movers)) for who in ("customer", "agent", "bot")},
            "to a dearer channel": share(upward, len(moves)),
        },
    )
    yield rate(
        "issues_with_switch",
        "Issues over more than one channel",
        [any(period.holds(two.start) for _, two in one.switches) for one in active],
        good=0,
    )
    yield from _continuity(active)


def ways(stories: Sequence[Story], period: Period) -> list[Way]:
    """The journey map: each way from channel to channel that was taken in the period, the busiest first."""
    found: dict[tuple[str, str], list[tuple[Story, Contact, Contact]]] = {}
    for story in stories:
        for one, two in story.switches:
            if period.holds(two.start):
                found.setdefault((one.channel, two.channel), []).append((story, one, two))
    return sorted((_way(*pair, taken) for pair, taken in found.items()), key=lambda way: -way.issues)


def _way(giver: str, taker: str, taken: Sequence[tuple[Story, Contact, Contact]]) -> Way:
    kept = [
        (transition.preserved, story.issue)
        for story, _, two in taken
        for transition in transitions(story)
        if transition.handover.kind == "channel→channel" and transition.handover.at == two.start
    ]
    known = [(value, issue) for value, issue in kept if value is not None]
    repeated = [any(two.start <= one.at <= two.end for one in story.repeats) for story, _, two in taken]
    dropped = [not story.resolved and story.contacts[-1] is two for story, _, two in taken]
    between = [(two.start - one.end).total_seconds() / 3600 for _, one, two in taken]
    issues = [story.issue for story, _, _ in taken]
    return Way(
        giver,
        taker,
        len(taken),
        mean("context kept", "context kept", [value for value, _ in known], "", [issue for _, issue in known]),
        clustered_rate("said twice", "said twice", repeated, issues, good=-1),
        clustered_rate("ended there", "ended there", dropped, issues, good=-1),
        mean("hours between", "hours between", between, "h", issues, good=0),
    )


def _mover(contact: Contact) -> str:
    """Who began the contact on the other channel."""
    return contact.messages[0].speaker


def _rank(contact: Contact) -> int:
    return COST_ORDER.index(contact.channel) if contact.channel in COST_ORDER else len(COST_ORDER)


def _continuity(stories: Sequence[Story]) -> Iterator[Measure]:
    """Usual provider continuity (max share of one agent) and Bice–Boxerman (1977) over a customer's contacts."""
    usual, bice = [], []
    for own in by_customer(stories).values():
        seen = [first_agent(contact.messages) for story in own for contact in story.contacts]
        counts = [seen.count(name) for name in sorted({name for name in seen if name})]
        total = sum(counts)
        if total > 1:
            usual.append(max(counts) / total)
            bice.append((sum(count * count for count in counts) - total) / (total * (total - 1)))
    yield mean("same_agent", "Share of a customer's contacts with the same agent", usual, "")
    yield mean("continuity", "Continuity of care (Bice–Boxerman)", bice, "")
