import json
import subprocess
import sys
from pathlib import Path

import pytest

CUSTOMER = {"type": "customer", "id": "c1", "name": "Ada", "handles": [{"kind": "email", "value": "ada@mail.example"}]}
MESSAGE = {
    "type": "message",
    "id": "m1",
    "conversation": "conv-1",
    "channel": "email",
    "direction": "in",
    "customer": "c1",
    "at": "2026-11-20T09:00:00Z",
    "text": "Where is \x1b[31mmy parcel?",
}


@pytest.fixture
def files(folder: Path) -> tuple[str, str]:
    (folder / "people.jsonl").write_text(json.dumps(CUSTOMER) + "\n")
    (folder / "events.jsonl").write_text("\n" + json.dumps(MESSAGE) + "\n{broken\n")
    return "events.jsonl", "people.jsonl"


def test_import_names_file_and_line_of_a_bad_row(run, files: tuple[str, str], folder: Path) -> None:
    result = run("import", *files, "--bad-rows", "bad.jsonl")
    assert result.exit_code == 1
    assert "events.jsonl:3: the line is no JSON" in result.stdout
    bad = [json.loads(line) for line in (folder / "bad.jsonl").read_text().splitlines()]
    assert [(row["file"], row["line"], row["row"]) for row in bad] == [("events.jsonl", 3, "{broken\n")]


def test_import_as_json(run, files: tuple[str, str]) -> None:
    dry = json.loads(run("import", *files, "--dry-run", "--json").stdout)
    assert dry["dry_run"] is True
    assert run("conversations", "--json").stdout == "[]\n"
    told = json.loads(run("import", *files, "--json").stdout)
    assert told["added"] == {"customer": 1, "message": 1}
    assert told["bad"] == [{"line": 3, "id": "", "reason": told["bad"][0]["reason"], "file": "events.jsonl"}]


def test_import_reads_standard_input(execute) -> None:
    done = execute("import", "-", "--json", input=json.dumps(CUSTOMER))
    assert done.returncode == 0
    assert json.loads(done.stdout)["added"] == {"customer": 1}


def test_a_missing_file_stops_before_anything_is_stored(run, files: tuple[str, str], folder: Path) -> None:
    result = run("import", *files, "nowhere.jsonl")
    assert result.exit_code == 1
    assert "nowhere.jsonl is no file" in result.stderr
    assert not (folder / ".threadline").exists()


def test_conversations_and_a_suggestion(run, files: tuple[str, str]) -> None:
    run("import", *files)
    (one,) = json.loads(run("conversations", "--waiting", "--json").stdout)
    assert (one["external_key"], one["customer"]["name"], one["waiting"]) == ("conv-1", "Ada", True)
    assert "\x1b" not in run("conversations").stdout
    told = json.loads(run("suggest", "conv-1", "--json").stdout)
    assert told["decision"] == "hand_over"  # nothing in the library comes near it
    assert run("suggest", one["id"]).exit_code == 0
    missing = run("suggest", "conv-9")
    assert missing.exit_code == 1
    assert "`threadline conversations` lists them" in missing.stderr


def test_chat_link(run, files: tuple[str, str]) -> None:
    run("import", *files)
    result = run("chat-link", "Ada@Mail.example")
    assert result.exit_code == 0
    assert result.stdout.startswith("http://127.0.0.1:8000/chat#identity=")
    assert result.stderr == ""
    assert "Nobody has this address yet" in run("chat-link", "new@mail.example").stderr
    assert run("chat-link", "no address").exit_code == 1


def test_users(run) -> None:
    assert "There is nobody yet" in run("users", "list").stderr
    added = json.loads(run("users", "add", "kim@shop.example", "--role", "admin", "--json").stdout)
    assert len(added.pop("password")) >= 16
    assert added == {"email": "kim@shop.example", "name": "kim", "role": "admin"}
    short = run("users", "add", "lee@shop.example", "--password-stdin", stdin="short\n")
    assert short.exit_code == 1
    given = run("users", "add", "lee@shop.example", "--name", "Lee", "--password-stdin", stdin="long enough words\n")
    assert given.exit_code == 0
    assert "long enough" not in given.output
    assert "Password" not in given.stdout
    assert [one["email"] for one in json.loads(run("users", "list", "--json").stdout)] == [
        "lee@shop.example",
        "kim@shop.example",
    ]
    token = run("users", "token", "kim@shop.example").stdout.strip()
    assert len(token) >= 32
    assert run("users", "token", "nobody@shop.example").exit_code == 1


def test_models(run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_MODELS_DIR", str(folder / "models"))
    listed = json.loads(run("models", "list", "--json").stdout)
    assert {one["installed"] for one in listed} == {False}
    assert "qwen2.5-1.5b" in run("models", "list").stdout
    (folder / "other.gguf").write_bytes(b"GGUF" + b"\0" * 100)
    wrong = run("models", "install", "smollm2-135m", "--file", "other.gguf")
    assert wrong.exit_code == 1
    assert "is not SmolLM2" in wrong.stderr
    assert run("models", "install", "gpt-9").exit_code == 1
    assert json.loads(run("models", "remove", "smollm2-135m", "--json").stdout)["removed"] is False


def test_output_is_text_where_only_ascii_can_be_shown(folder: Path) -> None:
    program = Path(sys.executable).with_name("threadline")
    done = subprocess.run(
        [program, "models", "list"], capture_output=True, cwd=folder, env={"PYTHONIOENCODING": "ascii"}, check=False
    )
    assert done.returncode == 0
