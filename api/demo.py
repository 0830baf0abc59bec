"""The demo company: loaded through the same doors as anybody's data, skipped when loaded, emptied on request."""

import hashlib
import ipaddress
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout
from sqlalchemy import make_url

from api.importers.importing import ImportOptions, import_events
from api.sessions import chat_link
from knowledge.customers.listing import list_customers
from knowledge.database import Database, open_database
from knowledge.failures import Conflict, Rejected
from knowledge.folders import make_private
from knowledge.library.articles import count_articles
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from knowledge.staff.people import NewStaff, Role, add_staff, list_staff
from retrieval.embedding import open_embedder

MARKER = "demo.json"
SOURCE = "tarnfell"
PASSWORD = "tarnfell-demo"  # noqa: S105 - printed at every start, refused where strangers could use it
CUSTOMER = ("maya.lindqvist@mail.example", "Maya Lindqvist")


@dataclass(frozen=True)
class Login:
    """A login of the demo."""

    email: str
    role: Role


LOGINS = (
    Login("sara.holm@tarnfell.example", "agent"),
    Login("imran.qureshi@tarnfell.example", "manager"),
    Login("admin@tarnfell.example", "admin"),
)


def company_folder() -> Path:
    """Return the folder of the demo company: in the installed package, else in the repository."""
    here = Path(__file__).parent
    for folder in (here / "examples" / "tarnfell", here.parent / "examples" / "tarnfell"):
        if folder.is_dir():
            return folder
    raise Rejected("The demo company was not installed.", "Install the wheel again, or run from the repository.")


def in_the_shops_name(settings: Settings) -> Settings:
    """Return the settings with the shop's name, site and service plan where nothing else was set."""
    plan = company_folder() / "service.yaml"
    ours: dict[str, object] = {
        "company": "Tarnfell Outdoor",
        "link_hosts": "www.tarnfell.example",
        "service_plan": plan,
    }
    return settings.model_copy(update={name: value for name, value in ours.items() if not getattr(settings, name)})


def load_demo(settings: Settings, now: datetime, tell: Callable[[str], None]) -> str:
    """Load the demo company and return what is there now, in one sentence; a second time it is only counted.

    Raises:
        Conflict: the database holds something else than the demo.
    """
    scope, folder = Scope(), company_folder()
    content = _digest(folder)
    with closing(open_database(settings.database)) as database:
        marker = _read_marker(settings)
        if marker is None:
            _refuse_others(database, scope, settings)
        if marker != content or _is_empty(database, scope):
            _mark(settings, "")  # a demo, not complete yet: a start that is killed here is taken up by the next
            tell("Loading the demo company …")
            _load(settings, database, scope, folder, now)
            _mark(settings, content)
        return _count(database, scope)


def _load(settings: Settings, database: Database, scope: Scope, folder: Path, now: datetime) -> None:
    rules = VisibilityRules(internal=("path:*internal/*",), default="public")
    plan = IngestPlan(now, rules, SOURCE, prune=True, passage_chars=settings.passage_chars)
    ingest(database, scope, [folder / "articles"], plan, open_embedder(settings))
    rows = [json.loads(line) for name in ("customers", "events") for line in _lines(folder / f"{name}.jsonl")]
    report = import_events(
        database, scope, _not_ahead(rows, now), now, options=ImportOptions(settings.max_message_chars)
    )
    if report.bad:
        first = report.bad[0]
        raise Rejected(f"The demo company is damaged: {first.id or first.line}: {first.reason}", "Install it again.")
    with database.write() as session:
        for colleague in _staff(folder):
            add_staff(session, scope, colleague, now)


def _staff(folder: Path) -> Iterator[NewStaff]:
    roles = {login.email: login.role for login in LOGINS}
    for line in _lines(folder / "agents.jsonl"):
        given = json.loads(line)
        email, name = given.pop("email"), given.pop("name")
        role = roles.get(email, cast(Role, given.pop("role", "agent")))
        yield NewStaff(email, name, role, PASSWORD if email in roles else None, given)


def _not_ahead(rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Move the story back by whole weeks where this machine's clock stands before its end."""
    end = max(datetime.fromisoformat(row["at"]) for row in rows if "at" in row)
    weeks = ceil((end - now) / timedelta(weeks=1))
    if weeks <= 0:
        return rows
    back = timedelta(weeks=weeks)
    moved = ({"at": (datetime.fromisoformat(row["at"]) - back).isoformat()} if "at" in row else {} for row in rows)
    return [{**row, **at} for row, at in zip(rows, moved, strict=True)]


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as stream:
        yield from (line for line in stream if line.strip())


def reset_demo(settings: Settings) -> None:
    """Empty the demo's data folder; a folder that is no demo's, or a server's database, is not touched.

    Raises:
        Conflict: the folder holds something else than a demo, or a server uses it.
        Rejected: the database does not lie in the data folder.
    """
    if not _is_own_file(settings):
        raise Rejected(
            "--reset empties the data folder only, and THREADLINE_DATABASE_URL points elsewhere.",
            "Empty that database yourself, or unset THREADLINE_DATABASE_URL.",
        )
    folder = settings.data_dir
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if _read_marker(settings) is None:
        raise Conflict(f"{folder} is no demo's data folder.", "Set THREADLINE_DATA_DIR to the demo's own folder.")
    for lock in folder.glob("indexes/*/owner.lock"):
        _refuse_running(lock)
    # The marker goes last: a reset that is killed can be run again.
    for name in OWN_NAMES:
        _delete(folder / name)
    _delete(folder / MARKER)


def _refuse_running(lock: Path) -> None:
    try:
        FileLock(lock).acquire(timeout=0).lock.release()
    except Timeout as error:
        raise Conflict("The demo is running.", "Stop it before you reset it.") from error


# What Threadline keeps in its data folder; nothing else is ever deleted.
OWN_NAMES = (
    *("threadline.db", "threadline.db-wal", "threadline.db-shm"),
    *("work.db", "work.db-wal", "work.db-shm"),
    "indexes",
)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def refuse_remote(settings: Settings) -> None:
    """Refuse to serve well-known passwords to other machines.

    Raises:
        Rejected: the host is not this machine's loopback address.
    """
    try:
        local = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        local = settings.host == "localhost"
    if not local:
        raise Rejected(
            f"The demo's passwords are known to everybody, and {settings.host} lets other machines in.",
            "Use --host 127.0.0.1, or --allow-remote where only people you trust can reach it.",
        )


def chat_address(settings: Settings, url: str, now: datetime) -> str:
    """Return a signed link to the web chat for one of the demo's customers; `url` is where the server answers."""
    at = settings if settings.public_url else settings.model_copy(update={"public_url": url})
    return chat_link(at, *CUSTOMER, now)


def _refuse_others(database: Database, scope: Scope, settings: Settings) -> None:
    if _is_empty(database, scope):
        return
    place = settings.data_dir if _is_own_file(settings) else make_url(settings.database).render_as_string()
    raise Conflict(
        f"{place} already holds data that is not the demo's.",
        "Set THREADLINE_DATA_DIR to an empty folder (and unset THREADLINE_DATABASE_URL), or use `threadline serve`.",
    )


def _is_empty(database: Database, scope: Scope) -> bool:
    with database.read() as session:
        people = list_customers(session, scope, limit=1) or list_staff(session, scope)
        return not people and not count_articles(session, scope)


def _is_own_file(settings: Settings) -> bool:
    return settings.database == settings.model_copy(update={"database_url": ""}).database


def _read_marker(settings: Settings) -> str | None:
    """Return the digest of the content that this database was loaded with; `None`: it is no demo's."""
    try:
        marker = json.loads((settings.data_dir / MARKER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return str(marker["content"]) if marker.get("database") == _which(settings) else None


def _mark(settings: Settings, content: str) -> None:
    make_private(settings.data_dir)
    path = settings.data_dir / MARKER
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"content": content, "database": _which(settings)}), encoding="utf-8")
    fresh.replace(path)


def _which(settings: Settings) -> str:
    """Name the database without its password: a marker is good for one database only."""
    name = "own file" if _is_own_file(settings) else make_url(settings.database).render_as_string(hide_password=True)
    return hashlib.sha256(name.encode()).hexdigest()


def _digest(folder: Path) -> str:
    digest = hashlib.sha256(f"1:{PASSWORD}".encode())  # the number grows when loading changes
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _count(database: Database, scope: Scope) -> str:
    with database.read() as session:
        articles = count_articles(session, scope)
        customers, staff = len(list_customers(session, scope, limit=10_000)), len(list_staff(session, scope))
    return (
        f"Tarnfell Outdoor is loaded: {sum(articles.values())} articles ({articles.get('internal', 0)} internal), "
        f"{customers} customers, {staff} colleagues."
    )
