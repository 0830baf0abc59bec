"""What is kept and what is lost when an issue changes hands or channel."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evals.live.measures import WINDOW, Measure, Period, clustered_rate, mean, rate, share
from evals.live.stories import Handover, HandoverKind, Known, Message, Repeat, Story

ACCEPTED_WITHIN = timedelta(minutes=30)
KINDS: tuple[HandoverKind, ...] = ("agent→agent", "bot→agent", "channel→channel")
# Types a transition needs to keep whatever happens next.
REQUIRED = frozenset({"name", "email", "phone", "address", "reference", "symptom", "tried", "promise"})


@dataclass(frozen=True)
class Transition:
    """One change of hands or channel with what was known before it and needed after."""

    story: Story
    handover: Handover
    following: Handover | None = None

    @property
    def needed(self) -> tuple[Known, ...]:
        """Facts known before that are of a required kind or are used in what our side says later."""
        later = " ".join(one.text.lower() for one in self._after() if one.speaker != "customer")
        again = {one.value for one in self.asked_again}
        return tuple(
            fact
            for fact in self.story.facts
            if fact.at < self.handover.at
            and (fact.text.lower() in later or fact.value in again or self._required(fact))
        )

    @property
    def lost(self) -> tuple[Known, ...]:
        """Of those, the ones the customer was asked for again, or that our side then stated otherwise."""
        again = {one.value for one in self.asked_again}
        return tuple(one for one in self.needed if one.value in again or self._contradicted(one))

    @property
    def preserved(self) -> float | None:
        """1 − lost / needed; `None` when nothing was needed (METRICS: context preservation score)."""
        return 1 - len(self.lost) / len(self.needed) if self.needed else None

    def _required(self, fact: Known) -> bool:
        return fact.type in REQUIRED and any(one.speaker != "customer" for one in self._after())

    @property
    def asked_again(self) -> list[Repeat]:
        """What the customer said again because somebody asked, before the next change."""
        return [one for one in self.story.repeats if one.elicited and self._within(one.at)]

    def _after(self) -> list[Message]:
        return [one for one in self.story.messages if self._within(one.at)]

    @property
    def repeated(self) -> bool:
        """Whether the customer said something again before the next change."""
        return any(self._within(one.at) for one in self.story.repeats)

    def _within(self, at: datetime) -> bool:
        return self.handover.precedes(at) and (self.following is None or not self.following.precedes(at))

    def _contradicted(self, fact: Known) -> bool:
        """Whether our side states another value under the same label after the transition."""
        ours = {one.entry for one in self._after() if one.speaker != "customer"}
        return bool(fact.label) and any(
            other.type == fact.type
            and other.label == fact.label
            and other.value != fact.value
            and other.sources[0] in ours
            for other in self.story.facts
        )


def transitions(story: Story) -> Iterator[Transition]:
    """The issue's changes of hands and channel, each up to the next."""
    for place, handover in enumerate(story.handovers):
        yield Transition(story, handover, next(iter(story.handovers[place + 1 :]), None))


def handovers(stories: Sequence[Story], period: Period) -> Iterator[Measure]:
    """Context preservation, handoff success with each condition alone, resolved across handoffs."""
    found = [one for story in stories for one in transitions(story) if period.holds(one.handover.at)]
    yield _preservation(found)
    yield _success(found, period)
    passed = [one for one in stories if any(period.holds(change.at) for change in one.handovers)]
    over = [one for one in passed if not one.resolved or (one.first_resolved_at or period.now) + WINDOW <= period.now]
    yield rate(
        "resolved_across_handoffs",
        "Issues passed on that were resolved and stayed so",
        [one.resolved and not one.reopened_within(WINDOW) for one in over],
    )


def _preservation(found: Sequence[Transition]) -> Measure:
    scored = [(one, one.preserved) for one in found]
    kept = [(one, value) for one, value in scored if value is not None]
    needed = sum(len(one.needed) for one, _ in kept)
    lost = sum(len(one.lost) for one, _ in kept)
    parts: dict[str, float | None] = {"over all facts": 1 - lost / needed if needed else None, "facts": float(needed)}
    for kind in KINDS:
        own = [value for one, value in kept if one.handover.kind == kind]
        parts[kind] = sum(own) / len(own) if own else None
    return mean(
        "context_preservation",
        "Facts kept over a change of hands or channel",
        [value for _, value in kept],
        "",
        [one.story.issue for one, _ in kept],
        parts=parts,
        note=f"{len(found) - len(kept)} changes needed no fact and are left out",
    )


def _success(found: Sequence[Transition], period: Period) -> Measure:
    """Answered in time, package opened before the first answer, nothing asked again, not back where it came from
    within a day, then resolved without another passing on; over changes of hands and of channel."""
    judged = [one for one in found if one.handover.at + WINDOW <= period.now]
    conditions: dict[str, Callable[[Transition], bool]] = {
        "accepted in time": _accepted,
        "package opened before the answer": _opened,
        "nothing asked again": lambda one: not one.asked_again,
        "not returned": lambda one: not one.handover.returned,
        "resolved without another transfer": _resolved_there,
    }
    parts = {name: share(sum(bool(holds(one)) for one in judged), len(judged)) for name, holds in conditions.items()}
    happened = [all(holds(one) for holds in conditions.values()) for one in judged]
    for kind in KINDS:
        own = [well for one, well in zip(judged, happened, strict=True) if one.handover.kind == kind]
        parts[kind] = share(sum(own), len(own))
    issues = [one.story.issue for one in judged]
    return clustered_rate("handoff_success", "Handoffs that went well in every respect", happened, issues, parts=parts)


def _resolved_there(one: Transition) -> bool:
    """Resolved, and passed on to nobody else before; the customer's own change of channel is no passing on."""
    return one.story.resolved and not any(
        later.of_hands and later.at > one.handover.at for later in one.story.handovers
    )


def _accepted(one: Transition) -> bool:
    taken = one.handover.taken_at
    return taken is not None and taken - one.handover.at <= ACCEPTED_WITHIN


def _opened(one: Transition) -> bool:
    opened, taken = one.handover.opened_at, one.handover.taken_at
    return opened is not None and (taken is None or opened <= taken)
