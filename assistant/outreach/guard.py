"""The guard: may this message be sent first? Ordered rules, the first that says no decides; what no rule knows is no.

Rules are pure functions of the facts and the policy. Each says no in words and names the facts it saw, so that a
refusal explains itself. Nothing is sent around it: the campaign asks when it proposes and again right before sending.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from assistant.outreach.facts import Facts, Policy
from knowledge.customers.outreach_entries import EVERYTHING
from knowledge.failures import Rejected
from knowledge.hours import zone_of

Outcome = Literal["send", "refuse", "hold_out"]
Seen = Mapping[str, object]


@dataclass(frozen=True)
class No:
    """Why a rule says no, and what it saw."""

    reason: str
    seen: Seen = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What the guard says; a refusal names its rule, its reason in words and the facts."""

    outcome: Outcome
    rule: str = ""
    reason: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def allowed(self) -> bool:
        """Whether the message may be sent."""
        return self.outcome == "send"


Rule = Callable[[Facts, Policy], No | None]


def _clock(facts: Facts, _policy: Policy) -> No | None:
    if facts.at.tzinfo is None or any(one.tzinfo is None for one in facts.attempts):
        return No("a time without its zone is no time", {"at": facts.at.isoformat()})
    return None


def _identity(facts: Facts, policy: Policy) -> No | None:
    if facts.erased:
        return No("they were erased", {"erased": True})
    # Written so that a certainty that is no number is no yes.
    if not facts.certainty >= policy.least_certainty:
        seen = {"certainty": facts.certainty, "least": policy.least_certainty}
        return No("it is not sure enough who they are", seen)
    return None


def _purpose(facts: Facts, policy: Policy) -> No | None:
    if facts.purpose in policy.purposes:
        return None
    return No("there is no lawful basis for this purpose", {"purpose": facts.purpose})


def _suppression(facts: Facts, _policy: Policy) -> No | None:
    if facts.suppressed:
        return No("this address belongs to somebody who was erased", {"suppressed": True})
    if facts.held:
        return No("the record is under a legal hold", {"held": True})
    return None


def _objection(facts: Facts, _policy: Policy) -> No | None:
    for purpose in (facts.purpose, EVERYTHING):
        said = facts.consents.standing(purpose, facts.channel)
        if said is not None and not said.given:
            word = "objected" if said.objection else "unsubscribed"
            return No(f"they {word}", {"purpose": purpose, "at": said.at.isoformat(), "how": said.how})
    return None


def _consent(facts: Facts, policy: Policy) -> No | None:
    purpose = policy.purposes[facts.purpose]
    if purpose.basis != "consent":
        return None
    said = facts.consents.standing(facts.purpose, facts.channel)
    if said is None or not said.given:
        return No("they never agreed to it on this channel", {"purpose": facts.purpose, "channel": facts.channel})
    age = facts.at - said.at
    if age < timedelta(0) or (purpose.consent_days and age > timedelta(days=purpose.consent_days)):
        seen = {"agreed": said.at.isoformat(), "days": purpose.consent_days, "text": said.text_version}
        return No("their consent is too old or from the future", seen)
    return None


def _address(facts: Facts, _policy: Policy) -> No | None:
    return None if facts.verified else No("the address is not proven to be theirs", {"channel": facts.channel})


def _left_alone(facts: Facts, _policy: Policy) -> No | None:
    if not facts.stops:
        return None
    return No("this is no time to write to them", {"stops": ", ".join(sorted(facts.stops))})


def _quiet(facts: Facts, policy: Policy) -> No | None:
    if not facts.zones:
        return No("nobody knows what time it is where they are", {"zones": ""})
    for name in facts.zones:
        try:
            local = facts.at.astimezone(zone_of(name))
        except Rejected:
            return No("nobody knows what time it is where they are", {"zone": name})
        if not policy.opens <= local.time() < policy.closes:
            seen = {"zone": name, "local": local.isoformat(timespec="minutes")}
            return No(f"it is {local:%H:%M} where they are", seen)
    return None


def _window(facts: Facts, policy: Policy) -> No | None:
    if facts.channel not in policy.window_channels or facts.content.template:
        return None
    last = facts.last_inbound
    if last is None or not timedelta(0) <= facts.at - last <= policy.window:
        seen = {"last_inbound": last.isoformat() if last else "never"}
        return No("they have not written within a day, and the text is no approved template", seen)
    return None


def _caps(facts: Facts, policy: Policy) -> No | None:
    for cap in policy.caps:
        # One from the future (a clock was set back) counts, too.
        recent = sum(one > facts.at - cap.within for one in facts.attempts)
        if recent >= cap.most:
            seen = {"written": recent, "most": cap.most, "days": cap.within / timedelta(days=1)}
            return No("they heard from us often enough", seen)
    return None


def _content(facts: Facts, policy: Policy) -> No | None:
    text = facts.content
    if text.sensitive and facts.channel in policy.public_channels:
        return No("everybody can read there, and this is private", {"channel": facts.channel})
    if not 0 < text.chars <= policy.max_chars:
        return No("the text is empty or too long", {"chars": text.chars, "most": policy.max_chars})
    if not text.cited:
        return No("the text says or links what its evidence does not", {"cited": False})
    if not text.footer:
        return No("the text does not say how to stop, or who advertises", {"footer": False})
    return None


# The order of the reference: the first no decides.
RULES: Mapping[str, Rule] = {
    "clock": _clock,
    "identity": _identity,
    "purpose": _purpose,
    "suppression": _suppression,
    "objection": _objection,
    "consent": _consent,
    "address": _address,
    "left_alone": _left_alone,
    "quiet_hours": _quiet,
    "channel_window": _window,
    "frequency_cap": _caps,
    "content": _content,
}


def judge(facts: Facts, policy: Policy) -> Verdict:
    """Return what the guard says about a message: the first rule's no, or that it was drawn for holding out, or yes."""
    for name, rule in RULES.items():
        said = rule(facts, policy)
        if said is not None:
            seen = {key: str(value) for key, value in said.seen.items()}
            return Verdict("refuse", name, said.reason, seen | _of_all(facts))
    if facts.held_out:
        return Verdict("hold_out", "holdout", "drawn for the group that gets nothing", _of_all(facts))
    return Verdict("send")


def _of_all(facts: Facts) -> dict[str, str]:
    return {"asked_at": facts.at.isoformat(), "asked_purpose": facts.purpose, "asked_channel": facts.channel}
