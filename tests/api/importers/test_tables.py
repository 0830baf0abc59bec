"""Tables and JSON lines of any shape become rows by a mapping file; a wrong mapping says all that is wrong."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.importers.formats import open_sources
from api.importers.importing import ImportOptions, ImportReport, import_events
from api.importers.mapping import read_mapping
from api.importers.sources import Options
from knowledge.customers import conversations, record
from knowledge.customers.entries import Handle
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAPPING = """
table: {delimiter: ";", encoding: cp1252}
rows:
  - type: customer
    fields:
      id: {column: Client, prefix: "crm-"}
      name: Name
      handles:
        - {kind: {value: email}, value: Mail, verified: {value: true}}
        - {kind: {value: phone}, value: Tel, verified: {value: false}}
      attributes: {plan: {column: Plan, map: {G: gold}}}
  - type: message
    when: Text
    fields:
      id: Id
      conversation: Case
      channel: {value: email}
      direction: {column: Way, map: {inbound: in, outbound: out}}
      customer: {column: Client, prefix: "crm-"}
      at: {column: When, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
      text: Text
"""
TABLE = """Id;Case;Client;Name;Mail;Tel;Plan;Way;When;Text
1;k1;7;Jörg;joerg@mail.example;;G;inbound;02.11.2026 10:00;"Wo ist
mein Paket?"
2;k1;7;Jörg;joerg@mail.example;;G;outbound;02.11.2026 11:00;Morgen da.
3;k1;7;Jörg;joerg@mail.example;;G;inbound;2026-11-02;Falsches Datum
4;k1;7;Jörg;joerg@mail.example;;G;sideways;02.11.2026 12:00;Falsche Richtung
5;k1;8;Zoë;zoe@mail.example;;B;;;
6;a;b;c;d;e;f;g;h;i;j;k
"""


def bring(database: Database, scope: Scope, path: Path, mapping: str = MAPPING, **options: Any) -> ImportReport:
    rows = open_sources([path], "auto", Options(mapping=(mapping, "crm.yaml")))
    return import_events(database, scope, rows, NOW, options=ImportOptions(**options))


def test_a_table_by_its_mapping(database: Database, scope: Scope, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_bytes(TABLE.encode("cp1252"))
    dry = bring(database, scope, tmp_path / "crm.csv", dry_run=True)
    report = bring(database, scope, tmp_path / "crm.csv")
    assert dry.as_json() == {**report.as_json(), "dry_run": True}
    reasons = [bad.reason for bad in report.bad]
    assert [reason.partition(":")[0] for reason in reasons] == [
        "message",
        "direction",
        "the record has 12 cells, the header 10",
    ]
    assert report.added == {"customer": 2, "message": 2}
    with database.read() as session:
        found = conversations.find_by_key(session, scope, "k1")
        assert found is not None
        person = record.get_customer(session, scope, found.customer)
    assert (found.opened_at, found.messages) == (datetime(2026, 11, 2, 9, tzinfo=UTC), 2)
    assert (person.name, dict(person.attributes), found.address) == (
        "Jörg",
        {"plan": "gold"},
        Handle("email", "joerg@mail.example"),
    )
    again = bring(database, scope, tmp_path / "crm.csv")
    assert (sum(again.added.values()), again.known["message"]) == (0, 2)


def test_json_lines_by_paths(database: Database, scope: Scope, tmp_path: Path) -> None:
    mapping = """
rows:
  - type: page_view
    when: {column: event.kind, is: [view]}
    fields:
      id: {column: event.id}
      customer: {column: user.key, default: nobody}
      at: {column: event.ts, format: epoch_ms}
      url: event.url
  - {type: customer, fields: {id: user.key, name: user.name}}
"""
    (tmp_path / "e.jsonl").write_text(
        '{"event": {"kind": "view", "id": 5, "ts": 1762074000000, "url": "/t"}, "user": {"key": "u1", "name": "Bo"}}\n'
        '{"event": {"kind": "click", "id": 6}, "user": {"key": "u1", "name": "Bo"}}\n[1]\n{broken\n'
        '{"event": {"kind": "view", "id": 7, "ts": 1e300, "url": "/tents"}, "user": 7}\n'
    )
    report = bring(database, scope, tmp_path / "e.jsonl", mapping)
    assert report.added["page_view"] == 0  # its id is a number: rows say so
    assert "id: Input should be a valid string" in [bad.reason for bad in report.bad]
    fixed = mapping.replace("id: {column: event.id}", 'id: {column: event.id, prefix: "e"}')
    report = bring(database, scope, tmp_path / "e.jsonl", fixed)
    assert (report.added["page_view"], report.added["customer"] + report.known["customer"]) == (1, 2)
    assert len(report.bad) == 4


WRONG = [
    ("rows: []", ["rows: is a list"]),
    ("- a", ["holds no mapping"]),
    ("rows: [{type: mesage, fields: {}}]", ["rows[1]: type mesage is none; did you mean message?"]),
    (
        "rows: [{type: note, fields: {id: A, txt: B, at: {column: C, zone: Mars/One}}, whn: D}]",
        [
            "rows[1]: key whn is none; did you mean when?",
            "rows[1].fields: field txt is none; did you mean text?",
            "rows[1].fields.at.zone: Mars/One is no time zone",
            "rows[1].fields: conversation is missing",
            "rows[1].fields: author is missing",
            "rows[1].fields: text is missing",
        ],
    ),
    (
        "rows: [{type: customer, fields: {id: {col: A}, handles: [{kind: x}]}}]",
        ["col is none of", "handles[1]: value is missing"],
    ),
    (
        "rows: [{type: customer, fields: {id: 7, handles: x}}]",
        ["fields.id: is the name of a column", "handles[1]: holds fields"],
    ),
    (
        "table: {delimiter: ab, encoding: utf-99, x: 1}\nrows: [1]",
        ["of one character", "utf-99 is no encoding", "rows[1]: holds"],
    ),
    ("rows: [", ["is no YAML"]),
    ("a: &a [1]\nb: *a", ["uses & and *"]),
    ("[" * 500, ["is no YAML"]),
    (
        "rows: [{type: customer, fields: {id: {column: A, value: 1, map: 3}}}]",
        ["either column or value", "map: holds what"],
    ),
]


@pytest.mark.parametrize(("text", "problems"), WRONG, ids=[str(at) for at in range(len(WRONG))])
def test_a_wrong_mapping_says_all_that_is_wrong(text: str, problems: list[str]) -> None:
    with pytest.raises(Rejected) as failure:
        read_mapping(text, "m.yaml")
    for problem in problems:
        assert problem in str(failure.value)


def test_a_column_that_is_not_there_is_told_before_any_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Id,Name\n1,Ada\n")
    mapping = "rows: [{type: customer, fields: {id: Key, name: Name}}]"
    with pytest.raises(Rejected, match="has no column Key; it has Id, Name"):
        open_sources([tmp_path / "a.csv"], "auto", Options(mapping=(mapping, "m.yaml")))
    with pytest.raises(Rejected, match="needs a mapping file"):
        open_sources([tmp_path / "a.csv"], "auto", Options())


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"Key\n" + b"x" * 2_000_000, b'Key\n"open\n' + b"y" * 10, b"\0\0"]
)
def test_hostile_tables(database: Database, scope: Scope, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    mapping = "rows: [{type: customer, fields: {id: Key}}]"
    try:
        report = bring(database, scope, tmp_path / "a.csv", mapping)
    except Rejected as failure:
        assert "a.csv" in str(failure)  # noqa: PT017 - either is right: no table, or a bad row
    else:
        assert report.rows == sum(report.added.values()) + len(report.bad)
