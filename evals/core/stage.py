"""The stage of a task: where data lies, what is changed in the settings, the demo company opened once for all."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from assistant.suggest import Assistant, open_assistant
from evals.datasets import tarnfell
from evals.datasets.tarnfell import DemoKey
from evals.retrieval.library import keys, private_settings
from knowledge.database import Database, open_database
from knowledge.failures import Rejected
from knowledge.ids import ArticleId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import open_embedder
from retrieval.search import Search, open_search

# What an answer depends on and a run therefore tells.
TOLD = ("drafter", "embedder", "passage_chars", "context_tokens", "chat_model", "embedding_model", "local_model")


@dataclass(frozen=True)
class Company:
    """The demo company with its library, ready to be asked; `paths` maps article id → path below the library."""

    key: DemoKey
    settings: Settings
    database: Database
    scope: Scope
    search: Search
    assistant: Assistant
    paths: Mapping[ArticleId, str]


class Stage:
    """Opens what tasks need when they need it, and closes it at the end (a context manager).

    `changes` are settings other than the defaults, as text or values; `own` is the installation whose settings stand
    for the defaults, secrets and all: a run tells of it what an answer depends on, and no more.

    Raises:
        Rejected: a change is no setting, out of bounds, or a secret.
    """

    def __init__(
        self,
        examples: Path,
        data: Path,
        now: datetime,
        changes: Mapping[str, Any] | None = None,
        own: Settings | None = None,
    ) -> None:
        self.examples, self.data, self.now = examples, data, now
        self._own = {name: getattr(own, name) for name in Settings.model_fields} if own else {}
        self.changes = dict(changes or {})
        _check(self.changes)
        self._open = ExitStack()
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory()))

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def settings(self) -> Settings:
        """The settings with the changes, on a folder of the stage's own."""
        try:
            return private_settings(self._folder, **{**self._own, **self.changes})
        except ValidationError as error:
            problem = error.errors()[0]
            raise Rejected(
                f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}.", "See docs/settings.md."
            ) from error

    @property
    def told(self) -> dict[str, Any]:
        """The settings an answer depends on, as a run tells them."""
        plain = {name: value for name, value in self.changes.items() if isinstance(value, str | int | float)}
        return {name: getattr(self.settings, name) for name in TOLD if hasattr(self.settings, name)} | plain

    @property
    def models(self) -> dict[str, str]:
        """The models that take part, by what they do."""
        settings = self.settings
        chat = {"endpoint": settings.chat_model, "local": settings.local_model}.get(settings.drafter, "")
        return {"embedding": settings.embedding_model or settings.embedder} | ({"chat": chat} if chat else {})

    @cached_property
    def company(self) -> Company:
        """The demo company, ingested as `threadline demo` does.

        Raises:
            NotFound: the demo company is not there.
            Unavailable: the embedder or the drafter cannot be used.
        """
        key, settings, scope = tarnfell.read(self.examples), self.settings, Scope()
        database = open_database(settings.database)
        self._open.callback(database.close)
        embedder = open_embedder(settings)
        rules = VisibilityRules(internal=("path:*internal/*",), default="public")
        plan = IngestPlan(self.now, rules, passage_chars=settings.passage_chars)
        ingest(database, scope, [key.library], plan, embedder)
        search = open_search(settings, database, scope, embedder)
        self._open.callback(search.close)
        assistant = open_assistant(settings, search)
        self._open.callback(assistant.close)
        return Company(key, settings, database, scope, search, assistant, keys(database))

    def at_the_end(self, close: Callable[[], None]) -> None:
        """Have something closed when the stage is."""
        self._open.callback(close)

    def database(self, name: str) -> Database:
        """Open an empty database of its own in the stage's folder."""
        opened = open_database(f"sqlite:///{self._folder / f'{name}.db'}")
        self._open.callback(opened.close)
        return opened


def _check(changes: Mapping[str, Any]) -> None:
    for name in changes:
        field = Settings.model_fields.get(name)
        if field is None:
            raise Rejected(
                f"{name} is no setting.", "docs/settings.md lists them, without THREADLINE_ and in small letters."
            )
        if field.annotation is SecretStr:
            raise Rejected(f"{name} is a secret and would be kept with the run.", f"Set THREADLINE_{name.upper()}.")
