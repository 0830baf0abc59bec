"""The drafter with a model in this process: a llama.cpp server on loopback, used like any endpoint."""

import os
import secrets
from pathlib import Path
from typing import Any

from assistant.drafting.endpoint import EndpointDrafter, connect
from assistant.models.install import installed_file
from knowledge.failures import Unavailable
from knowledge.settings import Settings

PROMPT_HEAD_TOKENS = 1_000
_QUIET = 1


def open_local(settings: Settings) -> EndpointDrafter:
    """Load the local model and return a drafter that uses it; loading takes seconds.

    Raises:
        Unavailable: the model or its runtime is not installed, or the file cannot be loaded.
    """
    path = installed_file(settings.models_dir, settings.local_model)
    key = secrets.token_urlsafe(24)
    server = start(path, key, settings.context_tokens + settings.chat_max_tokens + PROMPT_HEAD_TOKENS)
    drafter = connect(settings, f"{server.listening_address}/v1", settings.local_model, key, name="local")
    drafter.keep(server)
    return drafter


def start(path: Path, key: str, context_tokens: int) -> Any:
    """Start a server for the model file on a free port of loopback; `listening_address` tells where.

    Raises:
        Unavailable: the runtime is not installed, or the file cannot be loaded.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise Unavailable(
            "The runtime for local models is not installed.", "Run: pip install 'threadline[local]'"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.n_ctx = context_tokens
    params.n_parallel = 1
    # One core is left to everybody else: with all cores busy generation falls to a third.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 2) - 1)
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = _QUIET
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise Unavailable(
            f"The model file {path.name} cannot be loaded.", "Install it again: threadline models remove, then install."
        ) from error
