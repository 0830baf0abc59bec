"""What routing and outreach do: against those who were left to chance or held out, and what that was worth."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from assistant.outreach.uplift import of_means, of_rates
from evals.live.arms import OUTCOME, Outreached, Reached, first_hours, satisfied
from evals.live.measures import WINDOW, Measure, Period, clustered_rate, median, rate, share
from evals.live.money import MONTH, Arm, Costs, Gain, returns
from evals.live.stories import Offer, Story, first_agent, opening

ALONE = "nothing was held out: nothing to compare with"
SMALLER = "n is the smaller arm"


# Whether a colleague (by e-mail) knows what an issue takes, from what the customer said first; None: it takes nothing.
Skilled = Callable[[str, str], bool | None]


def untold(_text: str, _colleague: str) -> None:
    """No plan says what an issue takes."""
    return


def routing(stories: Sequence[Story], period: Period, skilled: Skilled = untold) -> Iterator[Measure]:
    """What the score gains over the holdout (who has most room), skills met, waiting, transfers after an offer, offers
    taken, spread."""
    yield _routing_gain(_routed(stories, period))
    offered = [(one, offer) for one in stories for offer in one.offers if period.holds(offer.at)]
    passed = [one for one in stories if one.offers and period.holds(one.offers[0].at)]
    firsts = [(one, first_agent(one.messages)) for one in stories if period.holds(one.opened_at)]
    known = [skilled(opening(one), who) for one, who in firsts if who]
    yield rate(
        "skill_match",
        "Issues that take a skill, first answered by somebody who has it",
        [one for one in known if one is not None],
        note="skills of the service plan's topics",
    )
    yield rate(
        "routing_transfers",
        "Issues passed on after they were offered",
        [_passed_on(one, one.offers[0]) for one in passed],
        good=-1,
    )
    yield median(
        "routing_wait",
        "Until an issue that was offered had a colleague",
        [minutes for one in passed if (minutes := _waited(one)) is not None],
        "min",
        good=-1,
    )
    answers = Counter(offer.answer for _, offer in offered)
    yield clustered_rate(
        "offers_accepted",
        "Offers that were accepted",
        [offer.answer == "accepted" for _, offer in offered if offer.answer],
        [story.issue for story, offer in offered if offer.answer],
        parts={name: share(answers[name], len(offered)) for name in ("declined", "timed_out", "withdrawn")},
    )
    yield _spread(stories, period)


def outreach(found: Outreached, period: Period) -> Iterator[Measure]:
    """Contacts avoided by 100 people reached, how many of them say stop, what the guard kept from leaving."""
    treated, holdout = _reached(found.reached, period)
    wrote = [[one.contacts > 0 for one in arm] for arm in (treated, holdout)]
    yield _difference(
        "outreach_contacts_avoided",
        "Customers in 100 who need not contact us because we wrote first",
        {"written to": wrote[0], "held out": wrote[1]},
        "/100",
        did="contacted us",
        sign=-1,
    )
    yield _difference(
        "outreach_bought",
        "Customers in 100 who bought because we wrote first",
        {"written to": [one.bought for one in treated], "held out": [one.bought for one in holdout]},
        "/100",
        did="bought",
        sign=1,
    )
    yield _effort(treated, holdout)
    due = [stopped for at, stopped in found.sent if period.holds(at) and at + OUTCOME <= period.now]
    yield rate("outreach_stops", "Messages sent first that were answered by stop", due, good=-1)
    rules = Counter(rule for at, rule in found.refused if period.holds(at))
    tried = rules.total() + sum(period.holds(one.at) for one in found.reached)
    yield rate(
        "outreach_refused",
        "Messages that the guard kept from leaving",
        [True] * rules.total() + [False] * (tried - rules.total()),
        good=0,
        parts={rule: float(count) for rule, count in rules.most_common(8)},
    )


def gained(stories: Sequence[Story], found: Outreached, period: Period, costs: Costs, contact: float) -> Measure:
    """The return on what was spent in the period, over routing and outreach, each against its own holdout."""
    routed, left = _routed(stories, period)
    treated, holdout = _reached(found.reached, period)
    gains = [
        Gain(_of_issues(routed), _of_issues(left)),
        Gain(_of_people(treated), _of_people(holdout)),
    ]
    return returns(gains, costs, contact, (period.until - period.since) / MONTH * costs.monthly)


def _waited(story: Story) -> float | None:
    """Minutes from its beginning until somebody owned it, None while nobody does."""
    taken = next((at for at, owner in story.owners if owner), None)
    return None if taken is None else max(0.0, (taken - story.opened_at).total_seconds() / 60)


def _routed(stories: Sequence[Story], period: Period) -> tuple[list[Story], list[Story]]:
    """Issues by the arm of their first offer, once their re-contact window is over: by the score, and held out."""
    arms: tuple[list[Story], list[Story]] = ([], [])
    for one in stories:
        if one.offers and period.holds(one.offers[0].at) and _is_over(one, period):
            arms[one.offers[0].arm == "holdout"].append(one)
    return arms


def _is_over(story: Story, period: Period) -> bool:
    done = story.first_resolved_at or story.messages[-1].at
    return done + WINDOW <= period.now


def _routing_gain(arms: tuple[list[Story], list[Story]]) -> Measure:
    well = [[_went_well(one) for one in arm] for arm in arms]
    return _difference(
        "routing_gain",
        "Issues that went well by routing, over those given to who had most room",
        {"routed": well[0], "held out": well[1]},
        "points",
        did="went well",
        sign=1,
    )


def _went_well(story: Story) -> bool:
    """Resolved, passed on to nobody else after the first offer, and the customer not back within 7 days."""
    return story.resolved and not _passed_on(story, story.offers[0]) and not story.contact_again(WINDOW)


def _passed_on(story: Story, offer: Offer) -> bool:
    return any(one.kind == "agent→agent" and one.at > offer.at for one in story.handovers)


def _difference(
    name: str, title: str, arms: Mapping[str, Sequence[bool]], unit: str, *, did: str, sign: int
) -> Measure:
    """How much more often the first arm `did` than the second, in points (Newcombe), n the smaller arm."""
    ours, others = arms.values()
    gain = of_rates(sum(ours), len(ours), sum(others), len(others))
    parts: dict[str, float | None] = {f"{did}, {arm}": share(sum(one), len(one)) for arm, one in arms.items()}
    parts |= {arm: float(len(one)) for arm, one in arms.items()}
    if gain is None:
        return Measure(name, title, None, unit, 0, note=ALONE, parts=parts)
    low, high = sorted((sign * 100 * gain.low, sign * 100 * gain.high))
    n = min(gain.written, gain.held_out)
    return Measure(name, title, sign * 100 * gain.value, unit, n, low, high, note=SMALLER, parts=parts)


def _effort(treated: Sequence[Reached], holdout: Sequence[Reached]) -> Measure:
    """How much easier those written to found it than those held out (CES 2.0, means, Welch's interval)."""
    ours, others = ([one.effort for one in arm if one.effort is not None] for arm in (treated, holdout))
    title = "How much easier it was for customers because we wrote first (effort score)"
    parts: dict[str, float | None] = {"written to": float(len(ours)), "held out": float(len(others))}
    gain = of_means(ours, others)
    if gain is None:
        note = "too few said how easy it was" if holdout else ALONE
        return Measure("outreach_effort", title, None, "", 0, note=note, parts=parts)
    n = min(gain.written, gain.held_out)
    return Measure("outreach_effort", title, gain.value, "", n, gain.low, gain.high, note=SMALLER, parts=parts)


def _spread(stories: Sequence[Story], period: Period) -> Measure:
    """The Gini coefficient of issues answered by each agent: 0 when all carry the same, towards 1 when one does all."""
    names = {
        (one.author, story.issue)
        for story in stories
        for one in story.messages
        if one.speaker == "agent" and period.holds(one.at)
    }
    loads = sorted(Counter(author for author, _ in names).values())
    title, n = "How unevenly issues lie on agents (Gini)", len(loads)
    if not n:
        return Measure("load_gini", title, None, "", 0, good=-1)
    weighed = sum((2 * place - n - 1) * load for place, load in enumerate(loads, start=1))
    return Measure("load_gini", title, weighed / (n * sum(loads)), "", n, good=-1, note="n counts agents: no interval")


def _reached(reached: Sequence[Reached], period: Period) -> tuple[list[Reached], list[Reached]]:
    arms: tuple[list[Reached], list[Reached]] = ([], [])
    for one in reached:
        if period.holds(one.at) and one.at + OUTCOME <= period.now:
            arms[one.held_out].append(one)
    return arms


def _of_issues(stories: Sequence[Story]) -> Arm:
    """Hours until an issue's second contact, contacts after its first, and its last rating."""
    taken = [first_hours(one.contacts) for one in stories]
    rated = [satisfied(one.surveys) for one in stories]
    return Arm([hours for hours, _ in taken], [float(max(0, wrote - 1)) for _, wrote in taken], rated)


def _of_people(reached: Sequence[Reached]) -> Arm:
    """Hours until the second contact after the draw, contacts after the first, and the last rating."""
    again = [float(max(0, one.contacts - 1)) for one in reached]
    return Arm([one.hours for one in reached], again, [one.satisfied for one in reached])
