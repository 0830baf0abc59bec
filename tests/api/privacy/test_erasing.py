"""Nothing of an erased person is found anywhere: every file of the installation, every row of PostgreSQL, the log."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

import knowledge.customers.attachment_tables
import knowledge.customers.link_tables
import knowledge.customers.outbox_tables
import knowledge.customers.privacy_tables
import knowledge.customers.tables
import knowledge.library.tables
import knowledge.staff.tables
import knowledge.work.tables  # noqa: F401
from api.importers.importing import import_events
from api.parts import Parts
from api.privacy.erasing import ERASERS, FILES, IMPERSONAL, forget, uncovered
from assistant.feedback import reject
from assistant.suggest import Progress, suggest
from assistant.understanding.grouping import group
from assistant.understanding.mood import note_mood
from knowledge.customers import inbox
from knowledge.customers.conversations import Wanted, list_conversations
from knowledge.customers.entries import Handle
from knowledge.customers.erasure import Wish
from knowledge.customers.inbox import Incoming
from knowledge.customers.record import find_by_key
from knowledge.customers.tables import CustomerRow
from knowledge.database import Base, Database
from knowledge.failures import NotFound, Unavailable
from knowledge.ids import CustomerId
from knowledge.library.ingest import IngestPlan, ingest
from knowledge.library.visibility import VisibilityRules

HERS = [
    "quillfeather",
    "zephyrine",
    "marzipanterrapin",
    "447700900417",
    "shopkey-90417",
    "thread-90417",
    "krakatoalilac",
    "velocipedal",
    "gossamerwalrus",
    "butterscotchyak",
    "order-90417",
    "umbrellafjord",
    "whisperingmoth",
    "octopodal",
    "rhubarbcomet",
    "plan-90417",
]
ROWS: list[dict[str, Any]] = [
    {
        "type": "customer",
        "id": "shopkey-90417",
        "name": "Zephyrine Quillfeather",
        "handles": [
            {"kind": "email", "value": "zephyrine@mail.example"},
            {"kind": "phone", "value": "+447700900417"},
        ],
        "attributes": {"hobby": "velocipedal"},
    },
    {
        "type": "message",
        "id": "m1",
        "conversation": "thread-90417",
        "channel": "email",
        "direction": "in",
        "customer": "shopkey-90417",
        "at": "2026-11-20T09:00:00Z",
        "subject": "krakatoalilac",
        "text": "Can I return my tent? I am Quillfeather, the marzipanterrapin. " * 40,
    },
    {
        "type": "note",
        "id": "n1",
        "conversation": "thread-90417",
        "author": "sara@example.com",
        "at": "2026-11-20T09:05:00Z",
        "text": "gossamerwalrus says the agent",
    },
    {
        "type": "order",
        "id": "order-90417",
        "customer": "shopkey-90417",
        "at": "2026-11-19T09:05:00Z",
        "status": "shipped",
        "items": [{"name": "butterscotchyak tent"}],
    },
    {
        "type": "survey",
        "id": "s1",
        "customer": "shopkey-90417",
        "kind": "csat",
        "score": 4,
        "at": "2026-11-20T10:05:00Z",
        "comment": "umbrellafjord",
    },
    {
        "type": "page_view",
        "id": "p1",
        "customer": "shopkey-90417",
        "at": "2026-11-20T10:06:00Z",
        "url": "/whisperingmoth",
    },
    {
        "type": "product_event",
        "id": "e1",
        "customer": "shopkey-90417",
        "name": "export",
        "at": "2026-11-20T10:07:00Z",
        "properties": {"file": "rhubarbcomet.csv"},
    },
    {
        "type": "account",
        "id": "acc-1",
        "customer": "shopkey-90417",
        "plan": "plan-90417",
        "status": "active",
        "at": "2026-11-20T10:08:00Z",
    },
]
OTHER: list[dict[str, Any]] = [
    {"type": "customer", "id": "k2", "name": "Bo", "handles": [{"kind": "email", "value": "bo@mail.example"}]},
    {**ROWS[1], "id": "m2", "conversation": "t2", "customer": "k2", "subject": "", "text": "staying persimmonquartz"},
]


def found(parts: Parts, folder: Path) -> set[str]:
    """Return which of her words are in any file below the folder or in any row of the database."""
    places = [path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()]
    places.append(dump(parts.database).lower())
    return {word for word in [*HERS, "persimmonquartz"] if any(word.encode() in place for place in places)}


def dump(database: Database) -> bytes:
    """Return every row of every table, as PostgreSQL itself writes them out (SQLite: every column as text)."""
    written = b""
    for table in Base.metadata.sorted_tables:
        if database.dialect == "sqlite":
            with database.engine.connect() as connection:
                written += repr(connection.execute(select(table)).all()).encode()
            continue
        connection = database.engine.raw_connection()
        with connection.cursor() as cursor, cursor.copy(f"COPY {table.name} TO STDOUT") as copy:  # type: ignore[attr-defined]
            written += b"".join(copy)
        connection.close()
    return written


@pytest.fixture
def log(settings: Any) -> Iterator[Path]:
    """A log file in the data folder, as the server's own logging writes it, SQL statements included."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(settings.data_dir / "server.log")
    root, engine = logging.getLogger(), logging.getLogger("sqlalchemy.engine")
    before = root.level, engine.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    engine.setLevel(logging.INFO)
    yield settings.data_dir / "server.log"
    root.setLevel(before[0])
    engine.setLevel(before[1])
    root.removeHandler(handler)
    handler.close()


@pytest.fixture
def she(parts: Parts, tmp_path: Path, log: Path) -> CustomerId:
    """A person with a history on several channels, suggestions, a rejected draft, and somebody else beside her."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "returns.md").write_text("# Returns\n\nYou can return a tent within 30 days.")
    rules = VisibilityRules(default="public")
    now = datetime.now(UTC)
    ingest(parts.database, parts.scope, [tmp_path / "articles"], IngestPlan(now, rules), parts.search.embedder)
    parts.search.refresh()
    assert not import_events(parts.database, parts.scope, [*ROWS, *OTHER], now).bad
    with parts.database.write() as session:
        customer = find_by_key(session, parts.scope, "shopkey-90417")
        assert customer is not None
        phone = Handle("phone", "+447700900417")
        entry = inbox.receive(
            session, parts.scope, Incoming("phone", phone, "octopodal return of order-90417?", now), now
        )
    assert entry.conversation is not None
    with parts.database.write() as session:
        more = Incoming("phone", phone, "order-90417 again", now, conversation_key="call-2")
        again = inbox.receive(session, parts.scope, more, now)
    assert again.conversation is not None
    assert group(parts.database, parts.scope, parts.search.embedder, again.conversation, now) is not None
    assert note_mood(parts.database, parts.scope, entry, now) is not None
    shown = suggest(parts.assistant, parts.database, parts.scope, entry.conversation, now)
    with parts.database.write() as session:
        reject(session, parts.scope, shown.suggestion, "sara@example.com", "zephyrine wants more", now)
    return customer


def test_an_erased_persons_words_are_found_nowhere(
    client: TestClient, parts: Parts, she: CustomerId, tokens: dict[str, str], tmp_path: Path, log: Path
) -> None:
    manager = {"Authorization": f"Bearer {tokens['manager']}"}
    reason = {**manager, "Access-Reason": "zephyrine called"}
    assert client.get(f"/api/customers/{she}", headers=reason).status_code == 200
    agreed = {"purpose": "marketing", "given": True, "text_version": "v1", "how": "form", "proof": "marzipanterrapin"}
    assert client.post(f"/api/customers/{she}/consents", headers=manager, json=agreed).status_code == 201
    assert found(parts, tmp_path) == {*HERS, "persimmonquartz"}
    answer = client.post(f"/api/customers/{she}/erasure", headers=manager, json={})
    assert answer.status_code == 200, answer.text
    assert found(parts, tmp_path) == {"persimmonquartz"}
    assert b"INSERT INTO" in log.read_bytes()
    told = answer.json()
    assert told["by"] == "manager@example.com"
    assert sorted(told["tell"]) == ["email", "phone"]
    assert told["erased"]["knowledge.customers"]["customers"] == 1
    assert client.get(f"/api/customers/{she}/erasure", headers=manager).json() == told
    assert client.get(f"/api/customers/{she}", headers=manager).status_code == 404
    # The log of looks stays, without a word.
    looks = client.get(f"/api/customers/{she}/access", headers=manager).json()["looks"]
    assert {look["why"] for look in looks} == {""}


def test_an_import_does_not_bring_them_back_and_says_so(parts: Parts, she: CustomerId) -> None:
    now = datetime.now(UTC)
    forget(parts.database, parts.scope, Wish(she, "mona@example.com"), now)
    late = {**ROWS[1], "id": "m9", "conversation": "fresh"}
    by_address = {**late, "handle": {"kind": "email", "value": "Zephyrine@mail.example"}}
    del by_address["customer"]
    renamed = {**ROWS[0], "id": "another key"}
    again = [*ROWS, late, by_address, renamed]
    report = import_events(parts.database, parts.scope, again, now)
    assert not report.added
    assert len(report.bad) == len(again)
    assert all("erased on" in bad.reason and "threadline privacy allow" in bad.reason for bad in report.bad)
    with parts.database.read() as session:
        assert [row.name for row in session.scalars(select(CustomerRow))] == ["Bo"]


def test_whoever_writes_again_is_served_as_somebody_new(parts: Parts, she: CustomerId) -> None:
    now = datetime.now(UTC)
    forget(parts.database, parts.scope, Wish(she, "mona@example.com"), now)
    with parts.database.write() as session:
        email = Handle("email", "zephyrine@mail.example")
        entry = inbox.receive(session, parts.scope, Incoming("email", email, "Hello again", now), now)
    assert entry.customer != she


def test_a_draft_that_is_written_meanwhile_has_nowhere_to_go(parts: Parts, she: CustomerId, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with parts.database.read() as session:
        (conversation, *_) = list_conversations(session, parts.scope, Wanted(customer=she))

    def erase_now(_progress: Progress) -> None:
        forget(parts.database, parts.scope, Wish(she, "mona@example.com"), now)

    with pytest.raises(NotFound):
        suggest(parts.assistant, parts.database, parts.scope, conversation.id, now, erase_now)
    assert found(parts, tmp_path) == {"persimmonquartz"}


def test_a_message_in_an_erased_customers_name_is_not_stored(parts: Parts, she: CustomerId) -> None:
    now = datetime.now(UTC)
    forget(parts.database, parts.scope, Wish(she, "mona@example.com"), now)
    late = Incoming("chat", Handle("chat", "a" * 64), "Still there?", now, customer=she)
    with pytest.raises(NotFound), parts.database.write() as session:
        inbox.receive(session, parts.scope, late, now)


def test_a_customers_chat_ends_with_their_record(client: TestClient, parts: Parts, customer: dict[str, str]) -> None:
    assert client.post("/api/chat/messages", headers=customer, json={"text": "Hello"}).status_code == 201
    with parts.database.read() as session:
        (who,) = session.scalars(select(CustomerRow.id)).all()
    forget(parts.database, parts.scope, Wish(CustomerId(who), "mona@example.com"), datetime.now(UTC))
    assert client.get("/api/chat/messages", headers=customer).status_code == 401


def test_every_table_says_whether_it_holds_personal_data() -> None:
    tables = set(Base.metadata.tables)
    assert uncovered(tables) == set()
    assert uncovered({"diaries"}) == {"diaries"}
    covered = [*IMPERSONAL, *(table for eraser in ERASERS for table in eraser.tables)]
    assert sorted(covered) == sorted(tables), "each table once, none that is not there"


def test_every_file_of_an_installation_is_accounted_for(parts: Parts, she: CustomerId, tmp_path: Path) -> None:
    from api.sessions import secret_of

    secret_of(parts.settings)
    kept = {path.name for path in parts.settings.data_dir.iterdir()} - {"server.log"}
    assert kept <= set(FILES), kept - set(FILES)
    assert "indexes" in kept


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_reader_in_the_way_is_told_of_and_the_next_try_finishes(
    parts: Parts, she: CustomerId, tmp_path: Path
) -> None:
    def hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=200")

    from sqlalchemy import event

    event.listen(parts.database.engine, "checkout", lambda connection, record, _proxy: hurry(connection, record))
    wish = Wish(she, "mona@example.com")
    with parts.database.read() as session:
        session.scalars(select(CustomerRow.id)).all()  # a snapshot that keeps the log from being emptied
        with pytest.raises(Unavailable, match="privacy scrub"):
            forget(parts.database, parts.scope, wish, datetime.now(UTC))
    told = forget(parts.database, parts.scope, wish, datetime.now(UTC) + timedelta(hours=1))
    assert found(parts, tmp_path) == {"persimmonquartz"}
    assert json.loads(json.dumps(told)) == told
