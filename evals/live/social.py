"""Messages in public: whether somebody owns them, answers in time, and what was moved to private was solved."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from assistant.answering.words import shows
from evals.live.measures import Measure, Period, median, rate, share
from evals.live.stories import Contact, Story
from knowledge.library.language import detect_language

IN_TIME = timedelta(hours=4)
# Facts that nobody else should read.
OWN = frozenset({"name", "email", "phone", "address", "reference"})


def social(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Share of public messages without an answer in 4 hours, time to an owner, private moves and their resolution."""
    asked = [
        (story, contact, message.at)
        for story in stories
        for contact in story.contacts
        for message in contact.messages
        if message.public and message.speaker == "customer" and period.holds(message.at)
    ]
    due = [row for row in asked if row[2] + IN_TIME <= period.now]
    yield rate(
        "social_unanswered",
        "Public messages without an answer in 4 hours",
        [not _answered(contact, at) for _, contact, at in due],
        good=-1,
    )
    owned = [(_owned(story, at) - at).total_seconds() / 60 for story, _, at in asked if _owned(story, at) >= at]
    yield median("social_owner_minutes", "Until a public message has an owner", owned, "min", good=-1)
    public = {one.issue: one for one, _, _ in asked}
    moved = [one for one in public.values() if _went_private(one)]
    yield rate(
        "social_moved_private",
        "Sensitive public issues moved to private",
        [_went_private(one) for one in public.values() if is_sensitive(one)],
        good=0,
        parts={"of all public issues": share(len(moved), len(public))},
        note="somebody's own data, or a matter for people, told in public",
    )
    yield rate(
        "social_private_resolved", "Public issues moved to private that were resolved", [one.resolved for one in moved]
    )


def is_sensitive(story: Story) -> bool:
    """Whether the customer told in public who they are or which order is theirs, or of a matter for people."""
    told = [one for one in story.messages if one.public and one.speaker == "customer"]
    entries = {one.entry for one in told}
    if any(fact.type in OWN and entries & set(fact.sources) for fact in story.facts):
        return True
    return any(shows(one.text, "sensitive", detect_language(one.text)) for one in told)


def _answered(contact: Contact, at: datetime) -> bool:
    return any(one.speaker != "customer" and at < one.at <= at + IN_TIME for one in contact.messages)


def _owned(story: Story, at: datetime) -> datetime:
    """When the issue first had an owner at or after that moment; before it when it has one already."""
    held = [since for since, owner in story.owners if owner]
    before = [since for since in held if since <= at]
    return at if before else min(held, default=datetime.min.replace(tzinfo=at.tzinfo))


def _went_private(story: Story) -> bool:
    flags = [one.public for one in story.messages]
    return True in flags and False in flags[flags.index(True) :]
