"""The chat model of the settings, for texts that are asked for in one piece: rewriting, putting in words."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.drafting.hiding import leaves_this_machine
from assistant.drafting.reasons import model_failures, reason_of
from knowledge.failures import Unavailable
from knowledge.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True)
class Chat:
    """A chat model, its name, and whether personal data has to stay here when it is asked."""

    model: "BaseChatModel"
    name: str
    hide: bool

    def ask(self, system: str, user: str) -> str:
        """Return what the model says, without its thinking and the quotes around it.

        Raises:
            Unavailable: the model gave nothing that can be used.
        """
        messages: list[Any] = [("system", system), ("user", user)]
        try:
            said = str(self.model.invoke(messages).text)
        except model_failures() as error:
            raise Unavailable(reason_of(error)) from error
        return re.sub(r"<think>.*?</think>", "", said, flags=re.DOTALL).strip().strip('"').strip()


def open_chat(settings: Settings) -> Chat | None:
    """Open the model of the endpoint drafter; `None` without one. Nothing is sent before the first question."""
    if settings.drafter != "endpoint":
        return None
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    from assistant.drafting.endpoint import base_url

    url = base_url(settings.chat_url)
    chat = ChatOpenAI(
        model=settings.chat_model,
        base_url=url,
        api_key=SecretStr(settings.chat_key.get_secret_value() or "none"),
        timeout=settings.chat_seconds,
        max_retries=1,
        max_tokens=settings.chat_max_tokens,
        temperature=0,
        use_responses_api=False,
    )
    hide = settings.chat_personal_data == "hide" and leaves_this_machine(url)
    return Chat(chat, settings.chat_model, hide)
