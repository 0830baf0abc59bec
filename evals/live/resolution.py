"""Was it resolved, at once, without being told twice, and did it stay so?"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from evals.live.handovers import transitions
from evals.live.measures import WINDOW, WINDOWS, Measure, Period, clustered_rate, rate, share
from evals.live.stories import Contact, Story, opening

# Whether policy lets an issue be solved at the first contact at all, from what the customer said first.
Solvable = Callable[[str], bool]


def everything(_text: str) -> bool:
    """No policy stands in the way."""
    return True


def resolution(stories: Sequence[Story], period: Period, solvable: Solvable = everything) -> Iterator[Measure]:
    """Cross-channel resolution, repeats, first contact resolution, contacts that come again."""
    closed = [one for one in stories if one.resolved and period.holds(one.last_resolved_at)]
    yield from _cross_channel(closed)
    yield from repeats(stories, period)
    begun = [one for one in stories if not one.resolved and period.holds(one.opened_at) and opening(one)]
    yield first_contact([*closed, *begun], period)
    yield _net([*closed, *begun], period, solvable)
    yield repeat_contact(stories, period)
    yield _reopened(stories, period)


def _cross_channel(closed: Sequence[Story]) -> Iterator[Measure]:
    """Cross-channel resolution rate: resolved issues in which the customer repeated nothing, of those over at least
    two channels (strict) and of all."""
    strict = [one for one in closed if len(one.channels) > 1]
    yield rate(
        "cross_channel_resolution",
        "Resolved over several channels without repeating anything",
        [not one.repeats for one in strict],
        note="resolved issues over two or more channels",
    )
    yield rate(
        "resolution_without_repeats",
        "Resolved without repeating anything",
        [not one.repeats for one in closed],
        note="all resolved issues",
    )


def repeats(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Repeat-information events: share of issues with one, and how many after each change of hands or channel."""
    active = [one for one in stories if any(period.holds(message.at) for message in one.messages)]
    said = [repeat for one in active for repeat in one.repeats if period.holds(repeat.at)]
    elicited = sum(repeat.elicited for repeat in said)
    yield rate(
        "issues_with_repeats",
        "Issues in which the customer had to say something twice",
        [any(period.holds(repeat.at) for repeat in one.repeats) for one in active],
        good=-1,
        parts={
            "repeats": float(len(said)),
            "repeats an issue": len(said) / len(active) if active else None,
            "elicited": share(elicited, len(said)),
            "volunteered": share(len(said) - elicited, len(said)),
        },
    )
    moved = [change for one in active for change in transitions(one) if period.holds(change.handover.at)]
    yield clustered_rate(
        "handovers_with_repeats",
        "Changes of hands or channel after which something was said twice",
        [change.repeated for change in moved],
        [change.story.issue for change in moved],
        good=-1,
        note="up to the next change",
    )


def first_contact(issues: Sequence[Story], period: Period) -> Measure:
    """First contact resolution on any channel: one contact, nobody passed it on, nobody came back within 7 days.

    `issues` are those resolved in the period and those begun in it that are not. Only whose window is over can be
    judged: of the one since it was resolved, of the other since it began. With other windows in the parts.
    """
    parts = {f"{days} d": _fcr(issues, period, timedelta(days=days)).value for days in WINDOWS}
    judged = _fcr(issues, period, WINDOW)
    return Measure(**{**vars(judged), "parts": parts})


def _net(issues: Sequence[Story], period: Period, solvable: Solvable) -> Measure:
    """First contact resolution of the issues that policy lets be solved at once; how many it does not, in the parts."""
    able = [one for one in issues if solvable(opening(one))]
    found = _fcr(able, period, WINDOW)
    left_out = _fcr(issues, period, WINDOW).n - found.n
    title = "Resolved at the first contact, of those that policy lets be solved at once"
    note = "topics that the service plan marks first_contact: false are left out"
    more = {"name": "fcr_net", "title": title, "note": note, "parts": {"left out": float(left_out)}}
    return Measure(**{**vars(found), **more})


def _fcr(issues: Sequence[Story], period: Period, window: timedelta) -> Measure:
    over = [one for one in issues if (one.first_resolved_at or one.opened_at) + window <= period.now]
    return rate(
        "first_contact_resolution",
        "Resolved at the first contact, on any channel",
        [at_first_contact(one, window) for one in over],
        note=f"issues whose {window.days} days are over",
    )


def at_first_contact(story: Story, window: timedelta) -> bool:
    """Whether the issue took one contact, no passing on, and nobody came back within the window."""
    before = [one for one in story.contacts if story.first_resolved_at is None or one.start <= story.first_resolved_at]
    passed = any(one.kind == "agent→agent" for one in story.handovers)
    return story.resolved and len(before) == 1 and not passed and not story.contact_again(window)


def repeat_contact(stories: Sequence[Story], period: Period) -> Measure:
    """Contacts that are followed by another about the same issue within 7 days, on any channel."""
    rows: list[tuple[bool, str]] = []
    parts: dict[str, float | None] = {}
    for days in WINDOWS:
        window = timedelta(days=days)
        judged = [
            (comes_again(story, contact, window), story.customer)
            for story in stories
            for contact in story.contacts
            if contact.inbound and period.holds(contact.start) and contact.end + window <= period.now
        ]
        parts[f"{days} d"] = share(sum(again for again, _ in judged), len(judged))
        rows = judged if window == WINDOW else rows
    return clustered_rate(
        "repeat_contact",
        "Contacts followed by another about the same issue within 7 days",
        [again for again, _ in rows],
        [customer for _, customer in rows],
        good=-1,
        parts=parts,
        note="any channel; the customer's own contacts whose 7 days are over",
    )


def comes_again(story: Story, contact: Contact, window: timedelta) -> bool:
    """Whether the customer begins another contact about the same issue within the window."""
    return any(
        later.inbound and contact.end < later.start <= contact.end + window
        for later in story.contacts
        if later is not contact
    )


def _reopened(stories: Sequence[Story], period: Period) -> Measure:
    done = [one for one in stories if period.holds(one.first_resolved_at)]
    return rate("reopened", "Resolved issues that were opened again", [one.reopenings > 0 for one in done], good=-1)
