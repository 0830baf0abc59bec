"""The drafter behind any OpenAI-compatible address, within a hard total time."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.brief import Brief, Draft, OnText
from assistant.drafting.answers import MAX_RAW_CHARS, answer_schema, growing_text, read_answer
from assistant.drafting.prompt import DRAFT_PROMPT, draft_messages
from assistant.drafting.reasons import is_refusal, is_transient, model_failures, reason_of
from assistant.drafting.streams import StreamRunner
from knowledge.failures import Unavailable
from knowledge.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessageChunk

Shape = dict[str, Any]
Messages = list[tuple[str, str]]
# One quick second try; the client's own retries would wait as long as the server's Retry-After says, and hide the 429.
RETRY_SECONDS = 0.5
# How the answer's form is asked for, best first; a server that refuses one (400, 404, 422) is asked in the next.
# It goes through `extra_body`: with `response_format` itself the client would insist on its own stream parser.
SHAPES: tuple[Shape, ...] = (
    {
        "temperature": 0,
        "extra_body": {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "reply", "strict": True, "schema": answer_schema()},
            }
        },
    },
    {"temperature": 0, "extra_body": {"response_format": {"type": "json_object"}}},
    {"stream_usage": False},
)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class EndpointDrafter:
    """Drafts with a LangChain chat model; `close_model` gives the model's connections back."""

    def __init__(
        self,
        chat: "BaseChatModel",
        model: str,
        seconds: float,
        *,
        name: str = "endpoint",
        close_model: Callable[[], Any] | None = None,
        shapes: Sequence[Shape] = SHAPES,
    ) -> None:
        self.name = name
        self.model = model
        self._chat = chat
        self._seconds = seconds
        self._close_model = close_model
        self._runner: StreamRunner[BaseMessageChunk] = StreamRunner()
        self._shapes, self._shape = shapes, 0
        self._kept: object = None

    def keep(self, server: object) -> None:
        """Hold a server that lives in this process until `close`."""
        self._kept = server

    def draft(self, brief: Brief, on_text: OnText) -> Draft:
        """Stream the model's answer; `on_text` gets the reply's text as it grows.

        Raises:
            Unavailable: no usable answer within `seconds`; the message says why.
        """
        offered = {passage.number for passage in brief.passages}
        answer = self._read(brief, offered, on_text)
        draft = read_answer(answer.text, offered)
        usage = answer.usage_metadata
        tokens = {"prompt": usage["input_tokens"], "completion": usage["output_tokens"]} if usage else {}
        return Draft(draft.decision, draft.text, draft.citations, DRAFT_PROMPT, tokens)

    def ask(self, messages: Messages) -> str:
        """Return the whole answer to other messages than a draft's, as it was sent.

        Raises:
            Unavailable: no whole answer within `seconds`; the message says why.
        """
        return str(self._listen(messages, lambda _: None).text)

    def close(self) -> None:
        """Cancel what runs and close the connections."""
        self._runner.close(self._finish)
        self._kept = None

    async def _finish(self) -> None:
        if self._close_model is not None:
            await self._close_model()

    def _read(self, brief: Brief, offered: set[int], on_text: OnText) -> "AIMessageChunk":
        shown, read = "", 0

        def show(raw: str) -> None:
            nonlocal shown, read
            if len(raw) - read <= len(raw) // 50:  # reading all of it again for each letter would take for ever
                return
            text, read = growing_text(raw, offered), len(raw)
            if text.startswith(shown) and text != shown:
                on_text(text[len(shown) :])
                shown = text

        return self._listen(draft_messages(brief), show)

    def _listen(self, messages: Messages, on_raw: Callable[[str], None]) -> "AIMessageChunk":
        """Return the whole answer; `on_raw` gets what there is of it as it grows."""
        from langchain_core.messages import AIMessageChunk

        whole: BaseMessageChunk | None = None
        raw = ""
        for chunk in self._chunks(messages, monotonic() + self._seconds):
            whole = chunk if whole is None else whole + chunk
            raw += chunk.text
            if len(raw) > MAX_RAW_CHARS:
                raise Unavailable("The model server sent far more than was asked for.")
            on_raw(raw)
        if not isinstance(whole, AIMessageChunk):
            raise Unavailable("The model server sent an empty answer.")
        _require_whole(whole)
        return whole

    def _chunks(self, messages: Messages, deadline: float) -> "Iterator[BaseMessageChunk]":
        shape, retried = self._shape, False
        while True:
            started = False
            try:
                for chunk in self._runner.within(deadline - monotonic(), self._source(messages, shape)):
                    started = True
                    yield chunk
            except TimeoutError as error:
                raise Unavailable(f"The model did not finish within {self._seconds:g} seconds.") from error
            except model_failures() as error:
                if not started and is_refusal(error) and shape + 1 < len(self._shapes):
                    shape += 1
                elif not started and is_transient(error) and not retried:
                    retried = True
                    sleep(max(0.0, min(RETRY_SECONDS, deadline - monotonic())))
                else:
                    raise Unavailable(reason_of(error)) from error
            else:
                self._shape = shape
                return

    def _source(self, messages: Messages, shape: int) -> "Callable[[], AsyncIterator[BaseMessageChunk]]":
        return lambda: self._chat.astream(messages, **self._shapes[shape])


def _require_whole(answer: "AIMessageChunk") -> None:
    reason = answer.response_metadata.get("finish_reason")
    if reason == "length":
        raise Unavailable("The model's answer was cut off at the token limit.")
    if reason is None:
        raise Unavailable("The model server ended the stream in the middle of the answer.")


def open_endpoint(settings: Settings) -> EndpointDrafter:
    """Open the drafter for the address that the settings name. Nothing is sent before the first draft.

    Raises:
        Unavailable: the address or the model's name is missing or malformed.
    """
    if not settings.chat_url or not settings.chat_model:
        raise Unavailable(
            "The endpoint drafter needs an address and a model.",
            "Set THREADLINE_CHAT_URL and THREADLINE_CHAT_MODEL, or THREADLINE_DRAFTER=extractive.",
        )
    return connect(settings, base_url(settings.chat_url), settings.chat_model, settings.chat_key.get_secret_value())


def connect(
    settings: Settings, url: str, model: str, key: str, *, name: str = "endpoint", shapes: Sequence[Shape] = SHAPES
) -> EndpointDrafter:
    """Return a drafter that talks to an OpenAI-compatible server at `url` (ending in its version).

    `shapes` are the forms in which an answer is asked for, where it is to be no draft.
    """
    from langchain_openai import ChatOpenAI
    from openai import DefaultAsyncHttpxClient
    from pydantic import SecretStr

    # A proxy from the environment has no business on the way to this machine itself.
    client = DefaultAsyncHttpxClient(trust_env=urlsplit(url).hostname not in _LOOPBACK)
    chat = ChatOpenAI(
        model=model,
        base_url=url,
        api_key=SecretStr(key or "none"),
        timeout=settings.chat_seconds,
        max_retries=0,
        stream_chunk_timeout=None,  # the total time is ours to keep: a small model may read a prompt for minutes
        max_tokens=settings.chat_max_tokens,
        stream_usage=True,
        http_async_client=client,
        use_responses_api=False,
    )
    return EndpointDrafter(chat, model, settings.chat_seconds, name=name, close_model=client.aclose, shapes=shapes)


def base_url(url: str) -> str:
    """Return an OpenAI-compatible base URL: with its version, whether or not one was written.

    Raises:
        Unavailable: it is no http(s) URL.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unavailable("THREADLINE_CHAT_URL is no http address.", "For example: http://localhost:11434/v1")
    path = re.sub(r"/chat/completions/?$", "", parts.path).rstrip("/")
    if not re.search(r"/v\d\w*(?:/|$)", path):
        path += "/v1"
    return parts._replace(path=path, fragment="").geturl()
