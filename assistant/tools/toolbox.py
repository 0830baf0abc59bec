"""The toolbox: tools with typed arguments, permission by name, identity, a time limit, an audit entry for each use."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.customers.bot_entries import ToolOutcome, ToolUsed
from knowledge.failures import Failure
from knowledge.ids import ConversationId, CustomerId

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

Identity = Literal["anybody", "proven"]
MOST_CHARS = 2_000
ARGUMENT_CHARS = 200


class Arguments(BaseModel):
    """Arguments of a tool: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=ARGUMENT_CHARS, str_strip_whitespace=True)


@dataclass(frozen=True)
class Caller:
    """For whom a tool is used: the person's records that proof joins, and whether it is proven who they are.

    A tool never learns of anybody else: whose data it may read is not among its arguments.
    """

    records: tuple[CustomerId, ...]
    conversation: ConversationId
    proven: bool


@dataclass(frozen=True)
class Tool:
    """A tool. `changes`: it would change something outside, so it is only proposed. `run` gets valid arguments.

    `examples` are questions that ask for it, in as many ways as come to mind.
    """

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[Caller, Any], str]
    identity: Identity = "proven"
    changes: bool = False
    seconds: float = 5.0
    examples: tuple[str, ...] = ()


class Toolbox:
    """The tools of an installation; only those named in `allowed` may be used."""

    def __init__(self, tools: Sequence[Tool] = (), allowed: frozenset[str] | None = None) -> None:
        """Take the tools; without `allowed` every one of them may be used.

        Raises:
            ValueError: two tools have one name.
        """
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}
        if len(self.tools) != len(tools):
            raise ValueError("two tools have one name")
        self.allowed = frozenset(self.tools) if allowed is None else allowed

    def use(self, caller: Caller, name: str, given: Mapping[str, object]) -> ToolUsed:
        """Use a tool and return the audit entry; what is refused, fails or takes too long says so in it."""
        told = {str(key)[:60]: str(value)[:ARGUMENT_CHARS] for key, value in given.items()}
        tool = self.tools.get(name)
        refusal = self._refusal(caller, tool)
        if tool is None or refusal:
            return ToolUsed(name[:60], told, "refused", refusal)
        try:
            arguments = tool.arguments.model_validate(dict(given))
        except ValidationError as error:
            fields = ", ".join(sorted({".".join(map(str, one["loc"])) or "arguments" for one in error.errors()}))
            return ToolUsed(name, told, "refused", f"Not valid: {fields}.")
        if tool.changes:
            return ToolUsed(name, told, "proposed", "A person decides about it.")
        begun = perf_counter()
        outcome, said = _within(tool, caller, arguments)
        return ToolUsed(name, told, outcome, said[:MOST_CHARS], took_ms=round((perf_counter() - begun) * 1_000, 1))

    def carry_out(self, caller: Caller, name: str, given: Mapping[str, object]) -> ToolUsed:
        """Use a tool that changes something, after a person agreed; the rest is checked as always."""
        tool = self.tools.get(name)
        if tool is None or not tool.changes:
            return self.use(caller, name, given)
        agreed = Tool(**{**vars(tool), "changes": False})
        return Toolbox([agreed], self.allowed).use(caller, name, given)

    def _refusal(self, caller: Caller, tool: Tool | None) -> str:
        if tool is None:
            return "There is no such tool."
        if tool.name not in self.allowed:
            return "This tool is not allowed here."
        if tool.identity == "proven" and not caller.proven:
            return "It is not proven who is asking."
        return ""


def _within(tool: Tool, caller: Caller, arguments: Arguments) -> tuple[ToolOutcome, str]:
    """Run a tool in a thread of its own for so long and no longer; an unexpected error is the tool's own failure."""
    answers: queue.Queue[tuple[ToolOutcome, str]] = queue.Queue()

    def work() -> None:
        try:
            answers.put(("done", tool.run(caller, arguments)))
        except Failure as failure:
            answers.put(("failed", failure.message))
        except Exception:  # noqa: BLE001  an adapter's bug must not end the conversation; what it said is not for customers
            answers.put(("failed", "The tool broke."))

    threading.Thread(target=work, name=f"tool-{tool.name}", daemon=True).start()
    try:
        return answers.get(timeout=tool.seconds)
    except queue.Empty:
        return "timed_out", f"No answer within {tool.seconds:g} s."


def as_langchain(toolbox: Toolbox, caller: Caller, audit: Callable[[ToolUsed], None]) -> "list[StructuredTool]":
    """Return the tools this caller may use as LangChain tools for a model; each use goes to `audit`."""
    from langchain_core.tools import StructuredTool

    def made(tool: Tool) -> StructuredTool:
        def call(**given: object) -> str:
            used = toolbox.use(caller, tool.name, given)
            audit(used)
            return used.told if used.outcome == "done" else f"[{used.outcome}] {used.told}"

        return StructuredTool.from_function(
            call, name=tool.name, description=tool.description, args_schema=tool.arguments
        )

    able = [tool for tool in toolbox.tools.values() if tool.name in toolbox.allowed]
    return [made(tool) for tool in able if tool.identity == "anybody" or caller.proven]
