"""Service dialogues with objective needs: tau-bench's airline conversations and STAR, cut where a handoff could be."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evals.datasets.collections import folder, read_lines
from evals.figures import digest

# Arguments that hold an agent's own prose or sums, not values of the customer's.
PROSE = frozenset({"thought", "summary", "expression"})


@dataclass(frozen=True)
class Step:
    """One message or tool result, or (`speaker` is "call") what an agent asked of a tool: arguments by key."""

    speaker: Literal["customer", "agent", "tool", "call"]
    text: str
    name: str = ""
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """One recorded dialogue; `task` is what dialogues share a half by, `group` what they are not independent of."""

    id: str
    task: str
    group: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Dialogues:
    """All dialogues of a data set, and the digest of its file."""

    name: str
    dialogues: tuple[Dialogue, ...]
    digest: str


def read_tau(data: Path) -> Dialogues:
    """Read tau-bench's airline conversations; gold actions, outputs and the customer's instruction are not read.

    Raises:
        NotFound: the data set or its file is not there.
    """
    path = folder(data, "tau_airline_dialogs") / "dialogs.jsonl"
    found = tuple(
        Dialogue(str(row["dialog_id"]), str(row["task_id"]), str(row["task_id"]), tuple(_tau_steps(row["messages"])))
        for row in read_lines(path)
    )
    return Dialogues("tau_airline_dialogs", found, digest([path]))


def _tau_steps(messages: list[Mapping[str, Any]]) -> Iterator[Step]:
    for message in messages:
        text = (message.get("content") or "").replace("###STOP###", "").strip()
        speaker: dict[str, Literal["customer", "agent", "tool"]] = {"user": "customer", "assistant": "agent"}
        if text:
            yield Step(speaker.get(message["role"], "tool"), text, message.get("name") or "")
        for call in message.get("tool_calls") or []:
            told = call.get("function") or call
            yield Step("call", "", told["name"], tuple(leaves(json.loads(told["arguments"]))))


def leaves(told: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every leaf of nested arguments with its nearest key; prose is left out."""
    if isinstance(told, dict):
        for inner, value in told.items():
            yield from leaves(value, str(inner))
    elif isinstance(told, list):
        for value in told:
            yield from leaves(value, key)
    elif told is not None and key not in PROSE:
        yield key, str(told)


def read_star(data: Path) -> Dialogues:
    """Read STAR's dialogues: what was said and found; instructions, drafts and tasks are not read.

    Raises:
        NotFound: the data set or its file is not there.
    """
    path = folder(data, "star") / "dialogues.jsonl"
    found = tuple(
        Dialogue(
            str(row["dialogue_id"]), " ".join(row["tasks"]), str(row["dialogue_id"]), tuple(_star_steps(row["events"]))
        )
        for row in read_lines(path)
    )
    return Dialogues("star", found, digest([path]))


def _star_steps(events: list[Mapping[str, Any]]) -> Iterator[Step]:
    for event in events:
        who, did, text = event["agent"], event["action"], (event.get("text") or "").strip()
        if who == "User" and did == "utter" and text:
            yield Step("customer", text)
        elif who == "Wizard" and did in {"utter", "pick_suggestion"} and text:
            yield Step("agent", text)
        elif did == "return_item" and event.get("item"):
            yield Step("tool", json.dumps(event["item"]), event.get("api") or "")
        elif did == "query":
            yield Step("call", "", event.get("api") or "", tuple(_constraints(event.get("constraints") or [])))


def _constraints(constraints: list[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the values of a query's constraints; a choice of several (`is_one_of`) names none the customer gave."""
    for constraint in constraints:
        for key, raw in constraint.items():
            inner = re.fullmatch(r"api\.\w+\((.*)\)", raw, re.DOTALL)
            value = _literal(inner.group(1) if inner else raw)
            values = value if isinstance(value, list) else [value]
            if len(values) == 1 and values[0] not in (None, ""):
                yield key, str(values[0]).strip()


def _literal(raw: str) -> Any:
    try:
        return ast.literal_eval(raw)
    except (ValueError, SyntaxError):
        return None if raw in {"null", ""} else raw.strip('"')
