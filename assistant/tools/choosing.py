"""Choosing a tool for a question: by plain words, else by what it means, measured against examples of each tool."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.sentences import words
from assistant.tools.toolbox import Caller, Tool, Toolbox
from knowledge.customers.bot_entries import ToolUsed

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
# A question this near (by cosine) to an example means the same: 53 of clinc150's 128 about an order are as near to the
# shipped examples, none of 1,492 others there and none of 1,500 in banking77 (chosen on them).
NEAR = 0.7
LONGEST = 300
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


def choose_by_meaning(toolbox: Toolbox, question: str, embed: Embed) -> tuple[str, Mapping[str, str]] | None:
    """Return the tool whose example the question is nearest to, near enough, with what it needs to be told.

    A tool that needs more than one thing, or one that the question does not name, is not chosen.
    """
    able = [tool for tool in toolbox.tools.values() if tool.examples and tool.name in toolbox.allowed]
    if not able or not question.strip() or len(question) > LONGEST:
        return None
    asked = embed([_NUMBER.sub("", question)])[0]  # a number means nothing, and leads away
    near = [(float((_vectors(embed, tool.examples) @ asked).max()), tool) for tool in able]
    score, tool = max(near, key=lambda one: one[0])
    if score < NEAR:
        return None
    arguments = _arguments(tool, question)
    return None if arguments is None else (tool.name, arguments)


@lru_cache(maxsize=200)
def _vectors(embed: Embed, examples: tuple[str, ...]) -> NDArray[np.float32]:
    return embed(examples)


def _arguments(tool: Tool, question: str) -> Mapping[str, str] | None:
    fields = tool.arguments.model_fields
    needed = [name for name, field in fields.items() if field.is_required()]
    number = _NUMBER.search(question)
    if len(needed) > 1 or (needed and number is None):
        return None
    name = needed[0] if needed else next((one for one in fields if one == "order"), "")
    return {name: number[1]} if name and number else {}


def use_tool(toolbox: Toolbox, caller: Caller, question: str, embed: Embed | None = None) -> ToolUsed | None:
    """Use the tool that a question asks for; `None` when it asks for none that is there and allowed."""
    chosen = choose(question)
    if chosen is None or not _may(toolbox, chosen[0]):
        chosen = choose_by_meaning(toolbox, question, embed) if embed is not None else None
    return toolbox.use(caller, *chosen) if chosen is not None and _may(toolbox, chosen[0]) else None


def _may(toolbox: Toolbox, name: str) -> bool:
    return name in toolbox.tools and name in toolbox.allowed
