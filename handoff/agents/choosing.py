"""Choosing: the best colleague, or (a small share) any that fits, so that the score can be proven; with its odds.

Every choice is drawn from the conversation's own id: the same input leads to the same decision, and the probability
with which it was drawn is kept, which is what off-policy estimates need.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handoff.agents.scoring import Scored
from knowledge.customers.routing_entries import Arm

EXPLORE = 0.05
HOLDOUT = 0.05


@dataclass(frozen=True)
class Shares:
    """How much is not left to the score: `explore` is drawn among all that fit, `holdout` goes to who has most room."""

    explore: float = EXPLORE
    holdout: float = HOLDOUT


@dataclass(frozen=True)
class Choice:
    """Who, in which arm, and with which probability this colleague was to be chosen over all arms."""

    scored: Scored
    arm: Arm
    propensity: float


def choose(
    key: str, ranked: Sequence[Scored], spare: Mapping[str, float], shares: Shares | None = None
) -> Choice | None:
    """Choose one of the ranked colleagues (best first); `None` when there are none.

    `key` names the decision (conversation and try); `spare` is the share of room each has left, by e-mail.
    """
    if not ranked:
        return None
    shares = shares or Shares()
    roomiest = max(ranked, key=lambda one: (spare.get(one.agent.email, 0.0), one.agent.email))
    drawn = draw(key, "arm")
    arm: Arm
    if drawn < shares.holdout:
        arm, chosen = "holdout", roomiest
    elif drawn < shares.holdout + shares.explore:
        arm, chosen = "explore", ranked[int(draw(key, "who") * len(ranked))]
    else:
        arm, chosen = "score", ranked[0]
    return Choice(chosen, arm, odds(chosen, ranked, roomiest, shares))


def odds(one: Scored, ranked: Sequence[Scored], roomiest: Scored, shares: Shares) -> float:
    """Return the probability that a colleague is chosen, over all arms."""
    best = (1 - shares.explore - shares.holdout) * (one is ranked[0])
    return best + shares.explore / len(ranked) + shares.holdout * (one is roomiest)


def draw(key: str, purpose: str) -> float:
    """Return a number in [0, 1) that belongs to a key and a purpose, and looks like chance."""
    return int.from_bytes(hashlib.sha256(f"{purpose}\0{key}".encode()).digest()[:7]) / 2**56
