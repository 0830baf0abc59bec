"""The checks of `threadline doctor`: each looks at one part and says what to do when it is not well."""

import errno
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from knowledge.failures import Failure

if TYPE_CHECKING:
    from knowledge.database import Database
    from knowledge.scope import Scope
    from knowledge.settings import Settings
    from retrieval.embedding import Embedder

State = Literal["ok", "warn", "fail"]
LOW_DISK_BYTES = 1_000_000_000
REACH_SECONDS = 5.0


@dataclass(frozen=True)
class Check:
    """What was found about one part; `remedy` is empty when there is nothing to do."""

    part: str
    state: State
    message: str
    remedy: str = ""


def examine() -> Iterator[Check]:
    """Look at every part, in the order in which they build on each other; one that is broken ends its branch."""
    from knowledge.settings import load_settings

    try:
        settings = load_settings()
    except Failure as failure:
        yield _failed("settings", failure)
        return
    yield Check("settings", "ok", f"all names and values are known; data folder {settings.data_dir.absolute()}")
    yield _disk(settings)
    yield from _record(settings)
    yield _models(settings)
    yield from _routing(settings)
    yield from _chat(settings)
    yield from _mail(settings)
    yield _port(settings)


def _failed(part: str, failure: Failure) -> Check:
    return Check(part, "fail", failure.message, failure.remedy)


def _disk(settings: "Settings") -> Check:
    folder = settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    if free < LOW_DISK_BYTES:
        return Check("disk", "warn", said, f"Make room on the disk of {folder}, or move THREADLINE_DATA_DIR.")
    return Check("disk", "ok", said)


def _record(settings: "Settings") -> Iterator[Check]:
    from knowledge.database import open_database
    from knowledge.scope import Scope

    try:
        database = open_database(settings.database)
    except Failure as failure:
        yield _failed("database", failure)
        return
    with closing(database):
        yield Check("database", "ok", f"{database.dialect}, tables up to date")
        yield _people(database, Scope())
        yield _library(database, Scope())
        embedder, check = _embedder(settings)
        yield check
        if embedder is not None:
            yield _index(settings, database, embedder)


def _people(database: "Database", scope: "Scope") -> Check:
    from knowledge.staff.people import list_staff

    with database.read() as session:
        staff = [one for one in list_staff(session, scope) if one.can_log_in and one.active]
    if not any(one.role == "admin" for one in staff):
        return Check("logins", "warn", "no admin can log in", "threadline users add EMAIL --role admin")
    return Check("logins", "ok", f"{len(staff)} colleagues can log in")


def _library(database: "Database", scope: "Scope") -> Check:
    from knowledge.library.articles import count_articles

    with database.read() as session:
        counts = count_articles(session, scope)
    public, internal = counts.get("public", 0), counts.get("internal", 0)
    said = f"{public} public and {internal} internal articles"
    if not counts:
        return Check("library", "warn", "empty", "threadline ingest PATH --visibility public, or threadline demo")
    if not public:
        return Check("library", "warn", said, "Customers get no answer: state what is public (--public, --visibility).")
    return Check("library", "ok", said)


def _embedder(settings: "Settings") -> tuple["Embedder | None", Check]:
    from retrieval.embedding import open_embedder

    try:
        embedder = open_embedder(settings)
    except Failure as failure:
        return None, _failed("embedder", failure)
    return embedder, Check("embedder", "ok", f"{embedder.id}, its weights have the right hash")


def _index(settings: "Settings", database: "Database", embedder: "Embedder") -> Check:
    from knowledge.scope import Scope
    from retrieval.search import open_search

    try:
        with closing(open_search(settings, database, Scope(), embedder)) as search:
            search.search("probe", audience="agent", limit=1)
    except Failure as failure:
        return _failed("index", failure)
    return Check("index", "ok", "opens and answers")


def _models(settings: "Settings") -> Check:
    from assistant.models.install import installed_file, list_models

    installed = [one.model.name for one in list_models(settings.models_dir) if one.path is not None]
    if settings.drafter == "local":
        try:
            path = installed_file(settings.models_dir, settings.local_model)
        except Failure as failure:
            return _failed("models", failure)
        return Check("models", "ok", f"drafting with {path.name}")
    return Check("models", "ok", f"installed: {', '.join(installed) or 'none'} (not needed by {settings.drafter})")


def _routing(settings: "Settings") -> Iterator[Check]:
    """Read the score of agents; silent where none was trained."""
    from handoff.agents.training import open_model, why_not

    try:
        trained = open_model(settings.data_dir)
    except Failure as failure:
        yield _failed("routing", failure)
        return
    if trained is not None:
        used = "says who is asked first" if trained.used else f"is not used. {why_not(trained.card)}"
        used += ", for half of the offers: it is on trial" if trained.on_trial else ""
        yield Check("routing", "ok", f"the score trained on {trained.card.trained_at:%Y-%m-%d} {used}")


def _chat(settings: "Settings") -> Iterator[Check]:
    """Ask the chat endpoint for its models; silent when no endpoint is set."""
    if settings.drafter != "endpoint":
        return
    import httpx

    from retrieval.embedding import with_v1

    if not settings.chat_url:
        yield Check("chat endpoint", "fail", "THREADLINE_CHAT_URL is not set.", "Set it, or change THREADLINE_DRAFTER.")
        return
    key = settings.chat_key.get_secret_value()
    try:
        answer = httpx.get(
            f"{with_v1(settings.chat_url)}/models",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=REACH_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = f"does not answer ({type(error).__name__})"
        yield Check("chat endpoint", "fail", reason, "Check THREADLINE_CHAT_URL and that the server runs.")
        return
    yield _judge_chat(settings, answer.status_code, answer.text)


def _judge_chat(settings: "Settings", status: int, body: str) -> Check:
    part = "chat endpoint"
    if status in (401, 403):
        return Check(part, "fail", f"refuses the key ({status})", "Set THREADLINE_CHAT_KEY.")
    if status >= 500:
        return Check(part, "fail", f"answers with an error ({status})", "Look at the log of that server.")
    if status == 200 and settings.chat_model and f'"{settings.chat_model}"' not in body:
        return Check(part, "warn", f"answers, but does not list {settings.chat_model}", "Check THREADLINE_CHAT_MODEL.")
    return Check(part, "ok", "answers")


def _mail(settings: "Settings") -> Iterator[Check]:
    """Log in to both mail servers; silent when no mail account is set."""
    from api.channels.email.account import read_account
    from api.channels.email.mailbox import open_mailbox
    from api.channels.email.sending import connected

    try:
        account = read_account(settings)
        if account is None:
            return
        with open_mailbox(account) as mailbox:
            yield Check("mail in", "ok", f"{account.imap.folder} at {account.imap.host} opens ({mailbox.validity})")
    except Failure as failure:
        yield _failed("mail in", failure)
        return
    try:
        with connected(account):
            yield Check("mail out", "ok", f"{account.smtp.host} lets us in")
    except Failure as failure:
        yield _failed("mail out", failure)
    if not account.authserv:
        remedy = "Set THREADLINE_MAIL_AUTHSERV to the name your mail server writes in Authentication-Results."
        yield Check("mail senders", "warn", "every sender is a claim: no one is recognised by e-mail", remedy)


def _port(settings: "Settings") -> Check:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                remedy = "Fine when Threadline itself runs there; else set THREADLINE_PORT."
                return Check("port", "warn", f"{settings.port} is in use", remedy)
            said = f"{settings.host}:{settings.port} cannot be used: {error.strerror}"
            return Check("port", "fail", said, "Set THREADLINE_HOST and THREADLINE_PORT to what this machine has.")
    return Check("port", "ok", f"{settings.host}:{settings.port} is free")
