"""Settings: read once at start from THREADLINE_* variables and `.env`; a typo stops the start."""

import difflib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.customers.survey_entries import Survey
from knowledge.failures import Rejected

PREFIX = "THREADLINE_"
ENV_FILE = Path(".env")
# Read by the Makefile and the tests, not by the product.
OTHER_NAMES = {"THREADLINE_TEST_POSTGRESQL", "THREADLINE_TEST_DATA"}


ATTACHMENT_TYPES = (
    "image/*, audio/*, video/*, text/plain, text/csv, application/pdf, application/rtf, application/zip, "
    "application/msword, application/vnd.ms-excel, application/vnd.oasis.opendocument.text, "
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document, "
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)


class Settings(BaseSettings):
    """Everything that can be set. Each field is THREADLINE_<NAME> in the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    # where things are kept
    data_dir: Path = Path(".threadline")
    database_url: str = ""
    models_dir: Path = Path(sys.prefix) / "share" / "threadline" / "models"
    chroma_url: str = ""

    # in whose name: shown to customers; hosts (besides public_url's) that links in the chat may lead to, by comma
    company: str = ""
    link_hosts: str = ""

    # the door
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""
    secret: SecretStr = SecretStr("")
    cookie_secure: bool = False
    login_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 12
    max_message_chars: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    max_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 11_000_000

    # e-mail: our address, where it is read (imaps://user@host/FOLDER) and how it leaves (smtps://user@host);
    # whose Authentication-Results prove a sender; whether our server takes support+anything@
    mail_address: str = ""
    mail_imap: str = ""
    mail_imap_password: SecretStr = SecretStr("")
    mail_smtp: str = ""
    mail_smtp_password: SecretStr = SecretStr("")
    mail_sent_folder: str = "Sent"
    mail_authserv: str = ""
    mail_plus: bool = True
    mail_ca: str = ""
    mail_max_bytes: Annotated[int, Field(ge=10_000, le=200_000_000)] = 25_000_000

    # files with messages: how large, and of which types
    attachment_max_bytes: Annotated[int, Field(ge=1_000, le=200_000_000)] = 10_000_000
    attachment_types: str = ATTACHMENT_TYPES

    # background work: whether `serve` runs a worker inside, and how much a worker does at once
    worker: bool = True
    worker_threads: Annotated[int, Field(ge=1, le=64)] = 4

    # the library
    max_article_bytes: Annotated[int, Field(ge=1_000)] = 5_000_000
    passage_chars: Annotated[int, Field(ge=200, le=8_000)] = 1_200

    # help centres and folders that a worker reads by itself, "https://help.example.com/sitemap.xml public", by comma,
    # and how often; how many pages at most, how many seconds between two requests, and whether private networks may be
    # reached
    sites: str = ""
    sync_hours: Annotated[float, Field(ge=0.01, le=24 * 30)] = 24.0
    # the keys of help centres' APIs, each for its own host: "shop.zendesk.com=EMAIL/token:KEY, api.intercom.io=KEY"
    help_centre_keys: SecretStr = SecretStr("")
    crawl_pages: Annotated[int, Field(ge=1, le=50_000)] = 5_000
    crawl_seconds: Annotated[float, Field(ge=0, le=60)] = 0.5
    crawl_private: bool = False

    # privacy: how many days each kind of entry keeps its words, "page_viewed=90, survey_answered=730"
    retention: str = ""
    identity_suggestions: bool = True

    # surveys: which one ("" for none), of which share of the resolved issues, how many hours after
    survey: Literal[""] | Survey = ""
    survey_share: Annotated[float, Field(ge=0, le=1)] = 0.5
    survey_hours: Annotated[float, Field(ge=0, le=24 * 30)] = 24.0

    # the queues: what is too much, and the clock that the hours of the week go by
    time_zone: str = "UTC"
    peak_wait_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300.0
    service_share: Annotated[float, Field(gt=0, lt=1)] = 0.8
    service_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60.0

    # the bot: the tools it may use (by comma), and the most tokens that models may use for it on one day
    bot_tools: str = "order_status, ticket_status, opening_hours, cancel_order"
    # a YAML file of HTTP APIs whose operations are tools of the bot, too (docs/bot.md)
    bot_apis: Path | None = None
    bot_daily_tokens: Annotated[int, Field(ge=0, le=10**12)] = 1_000_000

    # what things cost, for the report: "agent_hour=34, platform=900, models=120, telecom=0, currency=EUR"
    costs: str = ""

    # the manager's report: the addresses that get last month's by mail, by comma; empty: nobody
    report_to: str = ""

    # service: a YAML file with hours, reply times, topics, assignment and escalation (docs/routing.md)
    service_plan: Path | None = None

    # a YAML file of topics with example messages, by which the bot's rules are chosen; without it the plan's words
    topics: Path | None = None

    # a YAML file of triggers: whom we would write to first (docs/outreach.md); without it nothing is sent first
    outreach: Path | None = None

    # what customers' attributes may say, and which fields are wanted
    customer_standards: Path | None = None

    # embeddings: "minilm" (int8 ONNX), "minilm-fp32", a sentence-transformers folder or name, or "endpoint"
    embedder: str = "minilm"
    embedder_languages: str = "en"
    embedding_url: str = ""
    embedding_model: str = ""
    embedding_key: SecretStr = SecretStr("")
    # what some models want before a question and before a passage ("query: ", "passage: ")
    embedder_query_prefix: str = ""
    embedder_passage_prefix: str = ""

    # the order of what was found: "linear" (small, trained), "none", a cross-encoder's folder or name, or "endpoint"
    reranker: str = "linear"
    reranker_url: str = ""
    reranker_model: str = ""
    reranker_key: SecretStr = SecretStr("")
    reranker_timeout_s: Annotated[float, Field(gt=0, le=60)] = 1.0

    # drafting
    drafter: Literal["extractive", "endpoint", "local"] = "extractive"
    chat_url: str = ""
    chat_model: str = ""
    chat_key: SecretStr = SecretStr("")
    chat_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    chat_personal_data: Literal["hide", "send"] = "hide"
    chat_max_tokens: Annotated[int, Field(ge=16, le=8_192)] = 500
    facts: Literal["code", "model"] = "code"
    context_tokens: Annotated[int, Field(ge=256, le=200_000)] = 3_000
    local_model: str = "qwen2.5-1.5b"

    # judging in evaluations: a model of its own, never the one that writes the answers
    judge_url: str = ""
    judge_model: str = ""
    judge_key: SecretStr = SecretStr("")

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: what was set, else SQLite in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'threadline.db'}"


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path = ENV_FILE) -> Settings:
    """Read the settings.

    Raises:
        Rejected: a name that is no setting (with the nearest one that is), or a value out of bounds.
    """
    _refuse_unknown(os.environ if environ is None else environ, "the environment")
    # Names of others in a shared .env are none of our business; ours must be settings.
    _refuse_unknown(dotenv_values(env_file), str(env_file))
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise Rejected("; ".join(_explain(problem) for problem in error.errors())) from error


def known_names() -> set[str]:
    """Return the names of all settings as they are written in the environment."""
    return {PREFIX + name.upper() for name in Settings.model_fields}


def _refuse_unknown(environ: Mapping[str, str | None], place: str) -> None:
    known = known_names()
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known | OTHER_NAMES:
            raise Rejected(f"{name} in {place} is no setting.", _nearest(name.upper()))


def _nearest(name: str) -> str:
    bare = [known.removeprefix(PREFIX) for known in sorted(known_names())]
    close = difflib.get_close_matches(name.removeprefix(PREFIX), bare, n=1, cutoff=0.6)
    return f"Did you mean {PREFIX}{close[0]}?" if close else "`.env.example` lists them all."


def _explain(problem: Mapping[str, object]) -> str:
    location = problem["loc"]
    name = str(location[0] if isinstance(location, tuple) and location else "")
    return f"{PREFIX}{name.upper().removeprefix(PREFIX)}: {problem['msg']}."
