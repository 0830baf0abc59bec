"""Opens a judge: the one the settings name, else the small model in this process where it is installed."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.drafting.local import start
from assistant.models.install import installed_file
from evals.judges.endpoint import JudgeEndpoint, open_judge
from knowledge.failures import NotFound, Unavailable
from knowledge.settings import Settings

# ragas' prompts carry examples: with these an answer of some sentences over some passages fits.
CONTEXT_TOKENS = 6_144
SECONDS = 300.0


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
    try:
        path = installed_file(settings.models_dir, settings.local_model)
    except Unavailable as missing:
        raise NotFound(
            "There is no model to judge with.",
            "Set THREADLINE_JUDGE_URL and THREADLINE_JUDGE_MODEL, or: threadline models install "
            + f"{settings.local_model}.",
        ) from missing
    key = secrets.token_urlsafe(24)
    server = start(path, key, CONTEXT_TOKENS)
    yield JudgeEndpoint(f"{server.listening_address}/v1", settings.local_model, key, SECONDS)
