"""Opens a judge: the one the settings name, else the small model in this process where it is installed."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assistant.drafting.local import start
from assistant.models.install import installed_file
from evals.judges.endpoint import JudgeEndpoint, open_judge
from knowledge.failures import NotFound, Unavailable
from knowledge.settings import Settings

# ragas' prompts carry examples: with these an answer of some sentences over some passages fits.
CONTEXT_TOKENS = 4_096
# On busy cores it writes a token or two a second: an answer that has not ended after these many will not.
SECONDS = 600.0
MAX_TOKENS = 512


@contextmanager
def opened_judge(settings: Settings) -> Iterator[JudgeEndpoint]:
    """Give the judge that is configured, or serve the local model as one until the end.

    Raises:
        NotFound: there is neither.
        Rejected: the judge is the model that writes the answers.
    """
    if settings.judge_url or settings.judge_model:
        yield open_judge(settings)
        return
    remedy = "THREADLINE_JUDGE_URL and THREADLINE_JUDGE_MODEL"
    server, key = serve_local(settings, CONTEXT_TOKENS, "judge with", remedy)
    yield JudgeEndpoint(f"{server.listening_address}/v1", settings.local_model, key, SECONDS, MAX_TOKENS)


def serve_local(settings: Settings, context_tokens: int, purpose: str, other: str) -> tuple[Any, str]:
    """Serve the local model for as long as what is returned is held; `listening_address` tells where, and its key.

    Raises:
        NotFound: it is not installed; `purpose` and the `other` settings say what for, and what would do as well.
    """
    try:
        path = installed_file(settings.models_dir, settings.local_model)
    except Unavailable as missing:
        raise NotFound(
            f"There is no model to {purpose}.", f"Set {other}, or: threadline models install {settings.local_model}."
        ) from missing
    key = secrets.token_urlsafe(24)
    return start(path, key, context_tokens), key
