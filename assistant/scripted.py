"""A chat model that plays back what it is given: for tests, evaluations and demonstrations without a model."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

# A whole answer, an answer in pieces, a failure to raise, or a function of the messages that returns an answer.
Step = str | list[str] | Exception | Callable[[Sequence[BaseMessage]], str]


class ScriptedModel(BaseChatModel):
    """Plays `script` one step a call, the last step again and again; `seen` keeps what it was asked."""

    script: list[Any]
    finish_reason: str | None = "stop"
    seen: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *_unused: Any, **_options: Any) -> ChatResult:
        text = "".join(self._pieces(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    def _stream(self, messages: list[BaseMessage], *_unused: Any, **_options: Any) -> Iterator[ChatGenerationChunk]:
        for piece in self._pieces(messages):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        metadata = {"finish_reason": self.finish_reason} if self.finish_reason else {}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", response_metadata=metadata))

    def _pieces(self, messages: list[BaseMessage]) -> list[str]:
        step: Step = self.script[min(len(self.seen), len(self.script) - 1)]
        self.seen.append(messages)
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step = step(messages)
        return [step] if isinstance(step, str) else list(step)
