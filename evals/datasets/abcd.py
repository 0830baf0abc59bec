"""ABCD: an online shop's guidelines as articles, its intents by flow, and a few whole conversations."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from evals.datasets.collections import Document, folder
from evals.datasets.rows import Row, read_json, read_list, read_rows
from evals.figures import digest
from knowledge.failures import Rejected


class _Guideline(Row):
    doc_id: str
    title: str
    text: str


class _Scenario(Row):
    flow: str
    subflow: str
    personal: dict[str, Any] = Field(default_factory=dict)
    order: dict[str, Any] = Field(default_factory=dict)


class _Conversation(Row):
    convo_id: int
    scenario: _Scenario
    original: list[tuple[str, str]]


@dataclass(frozen=True)
class Conversation:
    """A conversation: (who, text) in order, what it was about, and what is on record of its customer."""

    id: str
    flow: str
    subflow: str
    turns: tuple[tuple[str, str], ...]
    on_record: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shop:
    """The guidelines, the actions each subflow takes in order, the conversations."""

    guidelines: tuple[Document, ...]
    actions: Mapping[str, tuple[str, ...]]
    conversations: tuple[Conversation, ...]
    digest: str


def read(data: Path) -> Shop:
    """Read guidelines, actions and conversations.

    Raises:
        NotFound: the data set or one of its files is not there.
        Rejected: a file does not hold what it should.
    """
    root = folder(data, "abcd")
    files = [root / name for name in ("guidelines_kb.jsonl", "kb.json", "abcd_sample.json")]
    guidelines = tuple(Document(row.doc_id, row.title, row.text) for row in read_rows(files[0], _Guideline))
    steps = read_json(files[1])
    if not isinstance(steps, dict) or not all(isinstance(one, list) for one in steps.values()):
        raise Rejected(f"{files[1]}: no actions by subflow.")
    conversations = tuple(
        Conversation(
            str(row.convo_id), row.scenario.flow, row.scenario.subflow, tuple(row.original), _on_record(row.scenario)
        )
        for row in read_list(files[2], _Conversation)
    )
    actions = {name: tuple(map(str, some)) for name, some in steps.items()}
    return Shop(guidelines, actions, conversations, digest(files))


def _on_record(scenario: _Scenario) -> tuple[str, ...]:
    """Names, addresses and numbers: what is one word or line of its own."""
    values = [*scenario.personal.values(), *scenario.order.values()]
    return tuple(dict.fromkeys(one for one in values if isinstance(one, str) and one and not one.startswith("[")))
