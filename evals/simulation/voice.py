"""The customers' voice: the words that were written for them, or a model's that say the same facts in their mood."""

from typing import Protocol
from urllib.parse import urlsplit

from assistant.drafting.endpoint import base_url
from evals.simulation.customers import Customer
from knowledge.failures import Unavailable
from knowledge.settings import Settings

# A customer's message that grew beyond this is no wording of the same any more.
MOST_CHARS = 600
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SYSTEM = (
    "You play a customer of an outdoor shop who writes to its support and is {mood}. Say the message between the marks "
    "in your own words, as one short message. Keep every number, code, date, amount and address exactly as it is. Add "
    "no other fact, answer nothing, and write only the message."
)


class Voice(Protocol):
    """Says what a customer has to say; the same words each time they say the same."""

    def say(self, customer: Customer, text: str, /) -> str:
        """Return the message in the voice's words, every fact of it kept."""
        ...


class Written:
    """The words that were written for the simulation."""

    def say(self, _customer: Customer, text: str, /) -> str:
        """Return the text as it is."""
        return text


class Modelled:
    """A model's words; where they lose a fact of the text or grow too long the written ones stay and are counted."""

    def __init__(self, url: str, model: str, key: str, seconds: float) -> None:
        from openai import DefaultHttpxClient, OpenAI

        # A proxy from the environment has no business on the way to this machine itself.
        client = DefaultHttpxClient(trust_env=urlsplit(url).hostname not in LOOPBACK)
        self._openai = OpenAI(base_url=url, api_key=key or "none", timeout=seconds, max_retries=1, http_client=client)
        self._model = model
        self._said: dict[tuple[int, str], str] = {}
        self.reworded, self.kept = 0, 0

    def say(self, customer: Customer, text: str, /) -> str:
        """Return the model's wording of the text, else the text.

        Raises:
            Unavailable: the model does not answer.
        """
        known = customer.number, text
        if known not in self._said:
            said = self._asked(customer, text)
            fits = bool(said) and len(said) <= MOST_CHARS and customer.known_in(said) == customer.known_in(text)
            self._said[known] = said if fits else text
            self.reworded += fits
            self.kept += not fits
        return self._said[known]

    def close(self) -> None:
        """Close the connections."""
        self._openai.close()

    def _asked(self, customer: Customer, text: str) -> str:
        from openai import OpenAIError

        try:
            answer = self._openai.chat.completions.create(
                model=self._model,
                temperature=0,
                seed=customer.seed,
                max_tokens=300,
                messages=[
                    {"role": "system", "content": _SYSTEM.format(mood=customer.mood)},
                    {"role": "user", "content": f"<message>\n{text}\n</message>"},
                ],
            )
        except OpenAIError as error:
            raise Unavailable(f"The customers' model does not answer: {error}", "See THREADLINE_CHAT_URL.") from error
        return (answer.choices[0].message.content or "").strip() if answer.choices else ""


def open_voice(settings: Settings) -> Modelled:
    """Return the voice of the model that the settings name.

    Raises:
        Unavailable: none is configured, or its address is malformed.
    """
    if not settings.chat_url or not settings.chat_model:
        raise Unavailable(
            "There is no model to speak for the customers.",
            "Set THREADLINE_CHAT_URL and THREADLINE_CHAT_MODEL, or leave --model out.",
        )
    key = settings.chat_key.get_secret_value()
    return Modelled(base_url(settings.chat_url), settings.chat_model, key, settings.chat_seconds)
