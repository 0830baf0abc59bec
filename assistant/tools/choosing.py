"""Choosing a tool for a question by its words: the customer's order, their request, cancelling, opening hours."""

import re
from collections.abc import Mapping

from assistant.sentences import words
from assistant.tools.toolbox import Caller, Toolbox
from knowledge.customers.bot_entries import ToolUsed

_NUMBER = re.compile(r"(?<![\w-])#?([A-Za-z]{1,6}-\d{1,12}|\d{4,12})(?![\w-])")
_ORDER = frozenset({"order", "parcel", "package", "delivery", "shipment"})
_STATE = frozenset({"where", "status", "track", "tracking", "arrive", "arrives", "shipped", "dispatched", "when"})
_MINE = frozenset({"my", "mine", "our", "i", "we"})
_CANCEL = frozenset({"cancel", "cancelled", "cancelling"})
_REQUEST = frozenset({"request", "ticket", "case", "complaint", "enquiry"})
_HOURS = frozenset({"open", "hours", "opening", "closed", "close"})


def choose(question: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the name of a tool and its arguments, `None` when the words ask for none."""
    said = set(words(question))
    number = _NUMBER.search(question)
    named = {"order": number[1]} if number else {}
    mine = bool(said & _MINE)
    if said & _CANCEL and said & _ORDER and named:
        return "cancel_order", named
    if said & _ORDER and said & _STATE and (mine or named):
        return "order_status", named
    if said & _REQUEST and "status" in said and mine:
        return "ticket_status", {}
    if said & _HOURS and said & {"when", "now", "today", "hours"} and said & {"you", "your", "shop", "shops"}:
        return "opening_hours", {}
    return None


def use_tool(toolbox: Toolbox, caller: Caller, question: str) -> ToolUsed | None:
    """Use the tool that a question asks for; `None` when it asks for none that is there and allowed."""
    chosen = choose(question)
    if chosen is None or chosen[0] not in toolbox.tools or chosen[0] not in toolbox.allowed:
        return None
    return toolbox.use(caller, *chosen)
