"""What the timeline says about reaching out first, one sentence an entry."""

from collections.abc import Callable

from knowledge.customers.entries import Payload
from knowledge.customers.outreach_entries import (
    OutreachApproved,
    OutreachHeldOut,
    OutreachProposed,
    OutreachRefused,
    OutreachSent,
    OutreachStopped,
)


def about_outreach(payload: Payload | None, name: Callable[[str], str]) -> str:
    """Return the sentence for an entry of outreach, nothing for any other."""
    match payload:
        case OutreachProposed():
            return f"Would be written to first ({payload.trigger}, {payload.why}): “{payload.text}”"
        case OutreachApproved():
            return _approved(payload, name)
        case OutreachSent():
            return f"Written to first ({payload.trigger})"
        case OutreachStopped():
            return f"Wants no messages that we send first: {payload.how}"
    return _not_written(payload)


def _approved(payload: OutreachApproved, name: Callable[[str], str]) -> str:
    whose = "The trusted trigger" if payload.author == "trigger" else name(payload.author)
    sample = " (with the sample)" if payload.by_sample else ""
    return f"{whose} {'approved' if payload.approved else 'turned down'} writing first{sample}"


def _not_written(payload: Payload | None) -> str:
    match payload:
        case OutreachRefused():
            return f"Not written to first ({payload.trigger}): {payload.reason} [{payload.rule}]"
        case OutreachHeldOut():
            return f"Not written to first ({payload.trigger}): drawn for the group that gets nothing"
    return ""
