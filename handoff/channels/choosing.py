"""Choosing a channel: rules exclude in one order, then the chances decide, less what the channel costs; in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from handoff.channels.prediction import Chance, ChannelModel, features
from handoff.learning.pooling import Reason
from handoff.plan import Plan, Topic
from knowledge.customers.consent import Consents
from knowledge.customers.entries import Handle
from knowledge.hours import is_open

# Channels on which somebody must be there at the same moment, and those that disturb at night.
LIVE = frozenset({"phone", "chat", "video"})
DISTURBING = frozenset({"phone", "sms", "whatsapp", "video"})
QUIET_PARTS = frozenset({"night", "evening"})
PUBLIC = frozenset({"instagram", "facebook", "x", "twitter", "review"})
SERVICE = "service"
COST_WEIGHT = 0.2
NOTHING = Topic()


@dataclass(frozen=True)
class Way:
    """A channel the customer can be reached on, and the address proven to be theirs there."""

    channel: str
    address: Handle


@dataclass(frozen=True)
class Moment:
    """For whom, about what and when a channel is sought."""

    customer: str
    at: datetime
    topic: str = ""
    timezone: str = "UTC"
    sensitive: bool = False


@dataclass(frozen=True)
class Ranked:
    """A channel with its worth (chance to reach and resolve, less its cost), or why it is out; in words."""

    way: Way
    worth: float
    chance: Chance | None = None
    refused: str = ""
    reasons: tuple[str, ...] = ()


def rank(ways: Sequence[Way], consents: Consents, plan: Plan, model: ChannelModel, moment: Moment) -> list[Ranked]:
    """Return every way, the best first and those that a rule excludes last; the same input, the same order."""
    found = [_rank(way, consents, plan, model, moment) for way in ways]
    return sorted(found, key=lambda one: (bool(one.refused), -one.worth, one.way.channel, one.way.address.value))


def _rank(way: Way, consents: Consents, plan: Plan, model: ChannelModel, moment: Moment) -> Ranked:
    refused = next((why for rule in RULES if (why := rule(way, consents, plan, moment))), "")
    if refused:
        return Ranked(way, 0.0, refused=refused, reasons=(refused,))
    chance = model.chance(moment.customer, way.channel, moment.at, moment.topic, moment.timezone)
    cost = plan.channel_costs.get(way.channel, 0.0)
    words = [f"{chance.reached:.0%} to be reached, {chance.resolved:.0%} to be resolved then"]
    words += [_in_words(reason) for reason in chance.reasons if reason.cases >= 1]
    words += [f"costs {cost:.2f}"] if cost else []
    return Ranked(way, chance.both - COST_WEIGHT * cost, chance, reasons=tuple(words))


def _consent(way: Way, consents: Consents, _plan: Plan, _moment: Moment) -> str:
    return "the customer objects to it" if consents.objects(SERVICE, way.channel) else ""


def _privacy(way: Way, _consents: Consents, plan: Plan, moment: Moment) -> str:
    sensitive = moment.sensitive or plan.topics.get(moment.topic, NOTHING).sensitive
    return "everybody can read there, and this is private" if sensitive and way.channel in PUBLIC else ""


def _ownership(way: Way, _consents: Consents, plan: Plan, moment: Moment) -> str:
    owners = plan.topics.get(moment.topic, NOTHING).channels
    return f"{moment.topic} is handled on {' or '.join(owners)}" if owners and way.channel not in owners else ""


def _staffed(way: Way, _consents: Consents, plan: Plan, moment: Moment) -> str:
    return "nobody is at work there now" if way.channel in LIVE and not is_open(plan.calendar, moment.at) else ""


def _quiet(way: Way, _consents: Consents, _plan: Plan, moment: Moment) -> str:
    part = features(moment.customer, way.channel, moment.at, moment.topic, moment.timezone)["part"]
    return f"it is {part} where they live" if way.channel in DISTURBING and part in QUIET_PARTS else ""


RULES: tuple[Callable[[Way, Consents, Plan, Moment], str], ...] = (_consent, _privacy, _ownership, _staffed, _quiet)


def _in_words(reason: Reason) -> str:
    told = dict(zip(reason.features, reason.values, strict=True))
    whom = {
        ("channel",): f"customers on {told.get('channel')}",
        ("channel", "topic"): f"customers on {told.get('channel')} about {told.get('topic') or 'no topic'}",
        ("channel", "part"): f"customers on {told.get('channel')} in the {told.get('part')}",
        ("channel", "customer"): f"tries with this customer on {told.get('channel')}",
    }[reason.features]
    return f"{reason.share:.0%} of about {reason.cases:.0f} {whom} were answered"
