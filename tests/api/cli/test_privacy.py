"""The commands of privacy, over a small import."""

import json
from pathlib import Path

import pytest

ROWS = [
    {
        "type": "customer",
        "id": "c1",
        "name": "Ada Zymurgy",
        "handles": [{"kind": "email", "value": "ada@mail.example"}],
    },
    {
        "type": "message",
        "id": "m1",
        "conversation": "conv-1",
        "channel": "email",
        "direction": "in",
        "customer": "c1",
        "at": "2024-11-20T09:00:00Z",
        "text": "Where is my zymurgy kit?",
    },
    {"type": "page_view", "id": "p1", "customer": "c1", "at": "2024-11-20T09:00:00Z", "url": "/zymurgy"},
]


def test_export_writes_both_files(run, imported: Path) -> None:
    result = run("privacy", "export", "ada@mail.example", "--to", "out")
    assert result.exit_code == 0, result.output
    paths = [Path(line) for line in result.stdout.splitlines()]
    assert sorted(path.suffix for path in paths) == [".html", ".json"]
    assert all("zymurgy kit" in path.read_text() for path in paths)
    told = json.loads(run("privacy", "export", "c1", "--json").stdout)
    assert told["records"][0]["outside_id"] == "c1"


def test_erase_wants_a_yes_and_prints_the_certificate(run, imported: Path) -> None:
    refused = run("privacy", "erase", "c1")
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    done = run("privacy", "erase", "email:ada@mail.example", "--by", "mona@example.com", "--yes")
    told = json.loads(done.stdout)
    assert told["by"] == "mona@example.com"
    assert json.loads(run("privacy", "erase", told["records"][0], "--yes").stdout) == told
    rows = imported / "rows.jsonl"
    rows.unlink()
    for path in (path for path in imported.rglob("*") if path.is_file()):
        assert b"zymurgy" not in path.read_bytes().lower(), path
    assert run("privacy", "export", "c1").exit_code == 1


def test_erased_means_not_imported_again_until_it_is_allowed(run, imported: Path) -> None:
    run("privacy", "erase", "c1", "--yes")
    again = run("import", "rows.jsonl")
    assert again.exit_code == 1
    assert again.stdout.count("erased on") == 3
    for mark in ("customer:c1", "ada@mail.example", "conversation:conv-1"):
        assert run("privacy", "allow", mark).exit_code == 0
    assert run("privacy", "allow", "customer:c1").exit_code == 1
    assert run("import", "rows.jsonl").exit_code == 0


def test_consent_is_given_shown_and_withdrawn(run, imported: Path) -> None:
    assert "nothing so far" in run("privacy", "consent", "c1").stderr
    given = run("privacy", "give", "c1", "marketing", "--text-version", "v1", "--how", "form 8", "--channel", "email")
    assert given.exit_code == 0, given.output
    (one,) = json.loads(run("privacy", "consent", "c1", "--json").stdout)
    assert (one["given"], one["how"], one["channel"]) == (True, "form 8", "email")
    assert run("privacy", "withdraw", "c1", "marketing", "--objection").exit_code == 0
    assert "no" in run("privacy", "consent", "c1").stdout
    assert run("privacy", "give", "c1", "Marketing!", "--text-version", "v1", "--how", "form").exit_code == 1


def test_a_hold_stands_in_the_way(run, imported: Path) -> None:
    assert run("privacy", "hold", "c1", "--reason", "case 12/26").exit_code == 0
    refused = run("privacy", "erase", "c1", "--yes")
    assert refused.exit_code == 1
    assert "case 12/26" in refused.stderr
    assert run("privacy", "hold", "c1", "--reason", "settled", "--lift").exit_code == 0
    assert run("privacy", "erase", "c1", "--yes").exit_code == 0


def test_retention_counts_first_and_then_does_it(run, imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "everything is kept" in run("privacy", "retain").stderr
    monkeypatch.setenv("THREADLINE_RETENTION", "page_viewed=90")
    for words, expired in ((["--dry-run"], 1), (["--dry-run"], 1), ([], 1), ([], 0)):
        told = json.loads(run("privacy", "retain", "--json", *words).stdout)
        assert told["expired"] == {"page_viewed": expired}
    monkeypatch.setenv("THREADLINE_RETENTION", "page_view=90")
    assert run("privacy", "retain").exit_code == 1


def test_the_log_and_scrub_answer(run, imported: Path) -> None:
    assert json.loads(run("privacy", "log", "c1", "--json").stdout) == []
    assert run("privacy", "scrub").exit_code == 0


def test_nobody_is_nobody(run, imported: Path) -> None:
    for words in ("ghost", "ghost@mail.example", "0" * 32):
        result = run("privacy", "log", words)
        assert result.exit_code == 1, words
        assert "no customer" in result.stderr
