"""What can go wrong with a model server, in plain words an agent understands."""

from functools import cache


@cache
def model_failures() -> tuple[type[Exception], ...]:
    """Return the errors that asking a model may end with.

    Besides the client's own: malformed answers surface as the error of whichever line first stumbled on them.
    """
    import httpx2
    import openai
    from langchain_core.exceptions import LangChainException

    clients = (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, LangChainException)
    return (*clients, OSError, ValueError, TypeError, KeyError, IndexError, AttributeError)


_BY_STATUS = {
    400: "The model server refused the request (400).",
    401: "The model server does not accept our key (401).",
    403: "The model server does not allow this (403).",
    404: "The model server does not know this address or model (404).",
    413: "The prompt is too large for the model server (413).",
    422: "The model server refused the request (422).",
    429: "The model server is busy: too many requests (429).",
    503: "The model server is not ready (503).",
}


def is_refusal(error: Exception) -> bool:
    """Tell whether the server refused the request itself, so that asking in another form may help."""
    import openai

    return isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError | openai.NotFoundError)


def is_transient(error: Exception) -> bool:
    """Tell whether the same request may well succeed a moment later."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return error.status_code == 429 or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)


def reason_of(error: Exception) -> str:
    """Return why there is no answer; never text of the server: it is untrusted and may hold secrets."""
    import httpx2
    import openai

    if isinstance(error, openai.APIStatusError):
        return _BY_STATUS.get(error.status_code, f"The model server failed ({error.status_code}).")
    if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
        return "The model server did not answer in time."
    if isinstance(error, (httpx2.RemoteProtocolError, httpx2.ReadError)):
        return "The connection to the model server broke in the middle of the answer."
    if isinstance(error, (openai.APIConnectionError, httpx2.ConnectError, OSError)):
        return "The model server cannot be reached."
    return "The model server sent an answer that cannot be read."
