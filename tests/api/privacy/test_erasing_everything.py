"""A customer whose words went through everything, entries of each kind, files, work: exported whole, then gone."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from fastapi.testclient import TestClient

from api import logs
from api.parts import Parts
from api.privacy.erasing import forget
from api.privacy.exporting import as_html
from api.sessions import chat_link
from api.worker.work import Job, Reaction, Retries, Works
from api.worker.worker import open_worker
from knowledge.customers import inbox, pairs, timeline
from knowledge.customers.entries import Entry, Payload
from knowledge.customers.erasure import Wish
from knowledge.customers.export import export_person
from knowledge.customers.pairs import Pair
from knowledge.customers.record import get_customer, get_customers
from knowledge.customers.timeline import NewEntry
from knowledge.failures import Rejected
from knowledge.ids import ConversationId, CustomerId
from knowledge.work import letters, marks
from tests.api.privacy.test_erasing import dump
from tests.api.worker.conftest import QUICK

KINDS: tuple[Any, ...] = get_args(get_args(Payload)[0])
# What acts on the record itself and says no word: an erasure, a hold that forbids one, a conversation's move.
ACTS = {"erased", "hold_set", "issue_linked"}
# Said of colleagues, not of the customer: an export does not tell them.
COLLEAGUES = {"author", "owner", "conversation_offered-to", "offer_answered-to"}
PLAIN: dict[Any, Any] = {
    int: 3, float: 0.5, bool: True, Decimal: Decimal("1.5"), datetime: datetime(2026, 11, 20, tzinfo=UTC),
    date: date(2026, 11, 20),
}  # fmt: skip
MAIL, OTHER = "quillfeather@mail.example", "persimmonquartz"


def filled(kind: type, mark: str) -> Any:
    """Return a payload of which every text says where it stands."""
    hints = get_type_hints(kind)
    given = {
        one.name: made(hints[one.name], f"{mark}-{one.name}")
        for one in fields(kind)
        if one.default != getattr(kind, "kind", 0)
    }
    return kind(**given)


def made(hint: Any, mark: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return made(next(one for one in inner if one is not type(None)), mark)
    if origin is Literal:
        return inner[0]
    if origin is tuple:
        return tuple(made(one, mark) for one in inner if one is not Ellipsis)
    if origin in (dict, Mapping):
        return {mark: made(inner[1], f"{mark}-value")}
    if is_dataclass(hint):
        return filled(hint, mark)  # type: ignore[arg-type]
    return PLAIN.get(hint, mark)


def words_in(value: Any) -> Iterator[str]:
    """Yield every word of ours in a payload."""
    if isinstance(value, str) and value.startswith("zq-"):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from words_in(one)
    elif isinstance(value, Mapping):
        yield from value
        for one in value.values():
            yield from words_in(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from words_in(getattr(value, one.name))


PAYLOADS = [filled(kind, f"zq-{kind.kind}") for kind in KINDS if kind.kind not in ACTS]
SAID = {word for payload in PAYLOADS for word in words_in(payload)}
BESIDE = {"zq-file-bytes", "zq-file-name", "zq-preference", "zq-access", "zq-pair", "zq-job", "zq-reaction", MAIL}


@pytest.fixture
def log(settings: Any) -> Iterator[Path]:
    """A log file written as the server and the worker write theirs."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(settings.data_dir / "server.log")
    handler.setFormatter(logs.Discreet(logs.FORM))
    logging.getLogger().addHandler(handler)
    yield settings.data_dir / "server.log"
    logging.getLogger().removeHandler(handler)
    handler.close()


@pytest.fixture
def she(client: TestClient, parts: Parts, tokens: dict[str, str], log: Path) -> CustomerId:
    """A person after all that; the log listens from the beginning."""
    assert log.exists()
    now, agent = datetime.now(UTC), {"Authorization": f"Bearer {tokens['agent']}"}
    link = chat_link(parts.settings, MAIL, "Zephyrine Quillfeather", now)
    opened = client.post("/chat/session", json={"identity": link.partition("identity=")[2], "carry": "bearer"}).json()
    chat = {"Authorization": f"Bearer {opened['token']}"}
    where = {"name": "zq-file-name.txt", "type": "text/plain"}
    as_bytes = chat | {"Content-Type": "application/octet-stream"}
    kept = client.post("/api/chat/attachments", params=where, content=b"zq-file-bytes", headers=as_bytes).json()
    written = {"text": "zq-first words", "attachments": [kept["id"]]}
    assert client.post("/api/chat/messages", json=written, headers=chat).status_code == 201
    assert client.post("/api/chat/resume", headers=chat).status_code == 201
    assert client.put("/api/chat/presence", json={"typing": True}, headers=chat).status_code == 204
    (talk,) = client.get("/api/conversations", headers=agent).json()["conversations"]
    customer, conversation = CustomerId(talk["customer"]), ConversationId(talk["id"])
    prefers = {"name": "zq-preference", "value": "zq-preference"}
    assert client.put(f"/api/customers/{customer}/preferences", json=prefers, headers=agent).status_code == 200
    client.get(f"/api/customers/{customer}", headers=agent | {"Access-Reason": "zq-access"})
    other = client.post("/chat/session", json={"carry": "bearer"}).json()["token"]
    client.post("/api/chat/messages", json={"text": OTHER}, headers={"Authorization": f"Bearer {other}"})
    with parts.database.write() as session:
        for payload in PAYLOADS:
            timeline.append(session, parts.scope, NewEntry(customer, payload, now, conversation), now)
        stranger = next(one.customer for one in timeline.after(session, parts.scope, 0) if one.customer != customer)
        evidence = {"weights": {"zq-pair": 1.0}}
        pairs.put_up(session, parts.scope, Pair(customer, stranger, 0.8, "zq-pair", "likeness", evidence), now)
    _work(parts, conversation)
    return customer


def _work(parts: Parts, conversation: ConversationId) -> None:
    """Let work about her fail: her words in a reason, and in an exception nobody foresaw."""

    def reacts(_parts: Parts, _entry: Entry) -> None:
        raise Rejected("The server refuses zq-reaction.")

    def breaks(_parts: Parts, _entry: Entry) -> None:
        raise KeyError("-".join(["zq", "exception"]))  # the log tells this line, but not what it makes

    def runs(_parts: Parts, _now: datetime) -> None:
        raise Rejected(f"zq-job: {MAIL} has no mailbox.")

    once = Retries(attempts=1)
    kinds = frozenset({"note_added"})
    works = Works(
        [Job("job", timedelta(hours=1), runs, retries=once)],
        [Reaction("refused", kinds, reacts, retries=once), Reaction("broken", kinds, breaks, retries=once)],
    )
    with open_worker(parts, works, QUICK):

        def begun() -> bool:
            with parts.database.read() as session:
                return any(run.outcome for run in marks.list_runs(session, parts.scope))

        _wait(begun)
        with parts.database.write() as session:
            inbox.note(session, parts.scope, conversation, "zq-late note", "sara@example.com", datetime.now(UTC))

        def buried() -> bool:
            with parts.database.read() as session:
                return len(letters.list_letters(session, parts.scope)) == 3

        _wait(buried)


def _wait(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def found(parts: Parts, folder: Path, words: set[str]) -> set[str]:
    places = [path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()]
    places.append(dump(parts.database).lower())
    # PostgreSQL writes bytes out in hexadecimal.
    spelled = {word: (word.lower().encode(), word.encode().hex().encode()) for word in words}
    return {word for word in words if any(one in place for one in spelled[word] for place in places)}


def test_every_kind_of_entry_is_told_in_the_export(parts: Parts, she: CustomerId) -> None:
    with parts.database.read() as session:
        told = export_person(session, parts.scope, she, datetime.now(UTC))
    as_json, page = json.dumps(told), as_html(told)
    colleagues = {word for word in SAID if {word.rpartition("-")[2], word.removeprefix("zq-")} & COLLEAGUES}
    wanted = SAID - colleagues
    assert len(wanted) > 100
    assert {word for word in colleagues if f'"{word}"' in as_json} == set()
    assert {word for word in wanted if word not in as_json} == set()
    # The page writes the names of fields as words.
    assert {word for word in wanted if word not in page and word.replace("_", " ").capitalize() not in page} == set()
    assert [file["name"] for file in told["files"]] == ["zq-file-name.txt"]
    assert "zq-preference" in page
    assert MAIL in page
    assert OTHER not in as_json


def test_nothing_of_it_is_left_anywhere(
    parts: Parts, she: CustomerId, tmp_path: Path, log: Path, client: TestClient
) -> None:
    every = {*SAID, *BESIDE, "zq-first words", "zq-late note", "quillfeather", OTHER}
    assert found(parts, tmp_path, every) == every
    assert b"KeyError" in log.read_bytes()
    told = forget(parts.database, parts.scope, Wish(she, "mona@example.com"), datetime.now(UTC))
    assert found(parts, tmp_path, {*every, "zq-", "zq-exception"}) == {OTHER}
    assert told["erased"]["knowledge.work"] == {"dead letters": 2, "reasons of jobs": 2}
    with parts.database.read() as session:
        assert she not in get_customers(session, parts.scope, [she])
        with pytest.raises(Exception, match="no such"):
            get_customer(session, parts.scope, she)


def test_a_failures_message_reaches_no_log(log: Path) -> None:
    words = "quill" + "feather"  # not as one word: the lines of the code that failed are told

    def fails() -> None:
        try:
            raise ValueError(words)
        except ValueError as error:
            raise RuntimeError(words) from error

    try:
        fails()
    except RuntimeError as error:
        group = ExceptionGroup(words, [error])
        logging.getLogger("api.failures").error("failure %s", 7, exc_info=group)
    written = log.read_text()
    assert words not in written
    assert all(name in written for name in ("ValueError", "RuntimeError", "ExceptionGroup", "in fails", "failure 7"))
