"""Why nobody is asked: the rule that keeps most out comes first, and of many alike only a few are named."""

from handoff.agents.rules import Objection
from handoff.assignment.proposing import kept_out


def test_colleagues_whom_the_same_rule_keeps_out_are_told_together() -> None:
    off, broken = Objection("hours", "is not at work now"), Objection("profile", "has a profile that cannot be read")
    objections = {"odd@shop.example": broken} | {f"a{number}@shop.example": off for number in range(5)}
    assert kept_out(objections) == [
        "a0@shop.example, a1@shop.example, a2@shop.example and 2 more: is not at work now (hours)",
        "odd@shop.example: has a profile that cannot be read (profile)",
    ]
    assert kept_out({}) == []
