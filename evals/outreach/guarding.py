"""Guard violations: messages the guard would send though the oracle forbids them, over generated cases."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from assistant.outreach.facts import Policy
from assistant.outreach.guard import RULES, judge
from evals.figures import Figure
from evals.outreach.cases import Case, draw_case, facts_of, policy
from evals.outreach.oracle import may_send

SEED = 6
CASES, QUICK = 40_000, 5_000


@dataclass
class Counted:
    """What came of the cases: sent or refused against the oracle, and refusals that do not explain themselves."""

    cases: int = 0
    sent: int = 0
    violations: int = 0
    needless: int = 0
    unexplained: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def count(cases: Iterable[Case], limits: Policy) -> Counted:
    """Hold the guard against the oracle, case by case; the property test and the figure call this."""
    found = Counted()
    for case in cases:
        verdict, allowed = judge(facts_of(case), limits), may_send(case)
        found.cases += 1
        found.sent += verdict.allowed
        found.violations += verdict.allowed and not allowed
        found.needless += allowed and not verdict.allowed
        told = verdict.allowed or (verdict.rule in {*RULES, "holdout"} and verdict.reason and verdict.facts)
        found.unexplained += not told
        found.rules[verdict.rule or "sent"] += 1
    return found


def guard_figures(quick: bool = False) -> list[Figure]:
    """Messages sent against a rule (must be 0), and refused without one, over seeded cases."""
    random = Random(SEED)  # noqa: S311 - cases, no secrets
    found = count((draw_case(random) for _ in range(QUICK if quick else CASES)), policy())
    told = {"sent": found.sent, "rules": dict(sorted(found.rules.items())), "unexplained": found.unexplained}
    more: dict[str, Any] = {"unit": "messages", "n": found.cases, "seed": SEED, "settings": told}
    return [
        Figure("outreach/property/guard_violations", found.violations, **more),
        Figure("outreach/property/refused_needlessly", found.needless, **more),
        Figure("outreach/property/unexplained_refusals", found.unexplained, **more),
    ]
