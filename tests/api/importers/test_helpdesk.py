"""Answers of other help desks become customers, conversations and entries. Sources: fixtures/README.md."""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.importers.formats import open_sources
from api.importers.importing import ImportReport, import_events
from api.importers.sources import Options
from knowledge.customers import conversations, identity, record, timeline
from knowledge.customers.entries import Handle
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def bring(database: Database, scope: Scope, system: Any, *files: Path, trust: bool = False) -> ImportReport:
    return import_events(database, scope, open_sources(files, system, Options(trust_addresses=trust)), NOW)


def told(database: Database, scope: Scope, key: str) -> tuple[Any, list[tuple[str, str]]]:
    with database.read() as session:
        found = conversations.find_by_key(session, scope, key)
        assert found is not None
        entries = timeline.page(session, scope, conversation=found.id)
        assert conversations.fold(sorted(entries, key=lambda entry: entry.seq)) == found
    lines = [(entry.kind, getattr(entry.payload, "text", "")) for entry in entries]
    return found, [line for line in lines if line[1] or line[0] in {"status_changed", "conversation_assigned"}]


def test_chatwoot(database: Database, scope: Scope) -> None:
    files = [FIXTURES / "chatwoot/messages.json", FIXTURES / "chatwoot/conversations.json"]
    report = bring(database, scope, "chatwoot", *files)  # the messages' conversation comes in the second file
    assert report.bad == []
    found, lines = told(database, scope, "chatwoot:1201")
    assert (found.channel, found.status, found.owner) == ("chat", "resolved", "kim@shop.example")
    assert lines[:4] == [
        ("message_received", "No puedo pagar con tarjeta."),
        ("message_received", "(attachment)"),
        ("message_sent", "Pruebe otra vez, por favor."),
        ("note_added", "Card issuer was down."),
    ]
    assert found.address == Handle("chatwoot", "41")
    with database.read() as session:
        person = record.get_customer(session, scope, found.customer)
        # What a visitor or an agent typed in proves nothing; the system's own id does.
        assert identity.find(session, scope, Handle("email", "ines@mail.example")) is None
        assert identity.find(session, scope, Handle("external", "acc-41")) == found.customer
    assert (person.name, dict(person.attributes)) == ("Inés Roca", {"plan": "Basic"})
    again = bring(database, scope, "chatwoot", *files)
    assert not again.added
    assert again.bad == []


def test_zendesk(database: Database, scope: Scope) -> None:
    report = bring(database, scope, "zendesk", FIXTURES / "zendesk/comments.jsonl", FIXTURES / "zendesk/tickets.json")
    assert report.bad == []
    found, lines = told(database, scope, "zendesk:35436")
    assert (found.channel, found.status, found.owner) == ("email", "resolved", "kim@shop.example")
    assert found.subject == "Broken zip"
    assert lines[:3] == [
        ("message_received", "The zip of my tent broke."),
        ("message_sent", "We send you a new one.\nSorry!"),
        ("note_added", "Third zip this week."),
    ]
    with database.read() as session:
        # Zendesk says itself that it verified this user's address.
        assert identity.find(session, scope, Handle("email", "noor@mail.example")) == found.customer
        assert identity.find(session, scope, Handle("phone", "+447700900111")) is None


def test_what_somebody_copied_in_writes_is_a_note_in_their_name(
    database: Database, scope: Scope, tmp_path: Path
) -> None:
    said = {"id": 9, "ticket_id": 1, "body": "Me too!", "public": True, "created_at": "2026-03-02T11:00:00Z"}
    users = [{"id": 1, "name": "Ana", "email": "a@x.example"}, {"id": 2, "name": "Ben", "email": "b@x.example"}]
    ticket = {"id": 1, "requester_id": 1, "updated_at": "2026-03-02T12:00:00Z"}
    comments = [said | {"id": 8, "author_id": 1, "body": "It broke."}, said | {"author_id": 2}]
    (tmp_path / "a.json").write_text(json.dumps({"users": users, "ticket": ticket, "comments": comments}))
    assert bring(database, scope, "zendesk", tmp_path / "a.json").bad == []
    assert told(database, scope, "zendesk:1")[1] == [("message_received", "It broke."), ("note_added", "Me too!")]


@pytest.mark.parametrize("trust", [False, True])
def test_intercom(database: Database, scope: Scope, trust: bool) -> None:
    report = bring(database, scope, "intercom", FIXTURES / "intercom/conversation.json", trust=trust)
    assert report.bad == []
    found, lines = told(database, scope, "intercom:1911149811")
    assert (found.status, found.owner, found.subject) == ("resolved", "mk@acmeinc.example", "Invoice")
    assert found.address == Handle("email", "jo@mail.example")
    assert [text for _, text in lines if text] == [
        "Hi,\nthe invoice of May is missing.",
        "Billing bug again",
        "Here it is.",
        "Thank you!",
    ]
    with database.read() as session:
        known = identity.find(session, scope, Handle("email", "jo@mail.example"))
    assert known == (found.customer if trust else None)


@pytest.mark.parametrize("system", ["chatwoot", "zendesk", "intercom"])
@pytest.mark.parametrize("text", ['{"error": "not found"}', '{"payload": 7}\n{"users": "x", "type": 1}\n', "[{}]"])
def test_what_is_no_answer_is_a_bad_row(
    database: Database, scope: Scope, tmp_path: Path, system: Any, text: str
) -> None:
    (tmp_path / "a.json").write_text(text)
    report = bring(database, scope, system, tmp_path / "a.json")
    assert report.bad
    assert {bad.reason for bad in report.bad} == {"no conversation, message or contact of this system"}


@pytest.mark.parametrize("system", ["chatwoot", "zendesk", "intercom"])
@pytest.mark.parametrize("text", ["{", "\xff", "[" * 100_000])
def test_what_is_no_json_stops_with_a_remedy(
    database: Database, scope: Scope, tmp_path: Path, system: Any, text: str
) -> None:
    (tmp_path / "a.json").write_text(text, encoding="latin-1")
    with pytest.raises(Rejected, match=r"a\.json"):
        bring(database, scope, system, tmp_path / "a.json")


@pytest.mark.parametrize("rest", ["{cut off", "7", "[[1]]", '{"a": NaN'])
def test_a_line_that_cannot_be_read_is_refused_and_the_rest_is_stored(
    database: Database, scope: Scope, tmp_path: Path, rest: str
) -> None:
    whole = json.dumps(json.loads((FIXTURES / "intercom/conversation.json").read_text()))
    (tmp_path / "a.jsonl").write_text(f"{whole}\n{rest}\n{whole}\n{rest}")
    report = bring(database, scope, "intercom", tmp_path / "a.jsonl")
    assert report.added["message"] > 0
    assert len(report.bad) == 2
    assert all("JSON" in bad.reason for bad in report.bad)


ODD: Sequence[Any] = (None, [], {"a": 1}, "x\x00y")


@pytest.mark.parametrize("system", ["chatwoot", "zendesk", "intercom"])
def test_other_shapes_inside_never_break_an_import(
    database: Database, scope: Scope, tmp_path: Path, system: Any
) -> None:
    """Every value of the fixture is replaced by two of four other things: rows may be refused, nothing raises.

    What the database is given is what the readers let through, so that all shapes are tried on one, and on the other
    the one that only it refuses: a zero in a text.
    """
    name = {"chatwoot": "conversations.json", "zendesk": "tickets.json", "intercom": "conversation.json"}[system]
    document = json.loads((FIXTURES / system / name).read_text())
    several = database.dialect == "sqlite"
    odd = [ODD[place::2] if several else ODD[-1:] for place in (0, 1)]
    paths = enumerate(_paths(document))
    lines = [json.dumps(changed) for number, path in paths for changed in _changed(document, path, odd[number % 2])]
    (tmp_path / "odd.json").write_text("\n".join(lines))
    report = bring(database, scope, system, tmp_path / "odd.json")
    assert report.rows > len(lines) / 2


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*found, *(deeper for key, inner in children for deeper in _paths(inner, (*path, key)))]


def _changed(document: Any, path: tuple[Any, ...], odd: Sequence[Any]) -> list[Any]:
    made = []
    for shape in odd:
        copy = json.loads(json.dumps(document))
        inside = copy
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = shape
        made.append(copy)
    return made


def test_a_json_file_needs_its_system(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "intercom/conversation.json", tmp_path)
    with pytest.raises(Rejected, match="JSON of which system"):
        open_sources([tmp_path / "conversation.json"], "auto", Options())
