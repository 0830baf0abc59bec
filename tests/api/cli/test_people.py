"""The commands about customers, over a small import."""

import json
from pathlib import Path

import pytest

ROWS = [
    {"type": "customer", "id": "c1", "name": "Maya Lindqvist", "attributes": {"plan": "Basic", "tags": ["vip"]}},
    {"type": "customer", "id": "c2", "name": "Tom Berg", "handles": [{"kind": "email", "value": "tom@mail.example"}]},
    {
        "type": "message",
        "id": "m1",
        "conversation": "v1",
        "channel": "email",
        "direction": "in",
        "at": "2026-11-20T09:00:00Z",
        "text": "The zip of my bag is broken \u001b[31m",
        "customer": "c2",
        "handle": {"kind": "email", "value": "tom@mail.example"},
    },
]
WHY = "attributes.plan: is none of Basic, Plus docs/record.md tells how attributes are declared."


def test_customers_are_listed(run, imported: Path) -> None:
    def names(*words: str) -> list[str]:
        return [one["name"] for one in json.loads(run("customers", "list", "--json", *words).stdout)["customers"]]

    assert names() == ["Maya Lindqvist", "Tom Berg"]
    assert names("--attribute", "plan=Basic", "--tag", "vip") == ["Maya Lindqvist"]
    assert names("--since", "2026-11-20") == ["Tom Berg"]
    assert names("--until", "2026-11-20") == []
    assert names("--sort", "contact", "--limit", "1") == ["Tom Berg"]
    assert "Tom Berg" in run("customers", "list", "--words", "tom").stdout
    assert "--offset 1" in run("customers", "list", "--limit", "1").stderr
    assert run("customers", "list", "--attribute", "plan").exit_code == 1


def test_a_history_is_searched(run, imported: Path) -> None:
    (found,) = json.loads(run("customers", "search", "c2", "zips", "--how", "words", "--json").stdout)["found"]
    assert found["entry"]["kind"] == "message_received"
    shown = run("customers", "search", "tom@mail.example", "zip")
    assert "broken" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert "Nothing fits." in run("customers", "search", "c1", "zip").stderr
    assert run("customers", "search", "nobody", "zip").exit_code == 1


def test_completeness_and_declared_attributes(run, imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 of 2 customers" in run("customers", "completeness").stdout
    (imported / "standards.yaml").write_text(
        "required: [name]\nattributes: {plan: {type: choice, values: [Basic, Plus], required: true}}\n"
    )
    monkeypatch.setenv("THREADLINE_CUSTOMER_STANDARDS", "standards.yaml")
    rows = [
        {"type": "customer", "id": "c2", "name": "Tom Berg", "attributes": {"plan": "PLUS"}},
        {"type": "customer", "id": "c3", "name": "Bad", "attributes": {"plan": "Gold"}},
    ]
    (imported / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    refused = run("import", "more.jsonl", "--json")
    assert refused.exit_code == 1
    assert [row["reason"] for row in json.loads(refused.stdout)["bad"]] == [WHY]
    answer = json.loads(run("customers", "completeness", "--json").stdout)
    assert (answer["customers"], answer["complete"]) == (2, 2)
    monkeypatch.setenv("THREADLINE_CUSTOMER_STANDARDS", "none.yaml")
    assert run("customers", "completeness").exit_code == 1
