import json
from pathlib import Path

import pytest


@pytest.fixture
def articles(folder: Path) -> Path:
    """Three articles: one for customers, one for staff by its path, one that looks internal."""
    root = folder / "articles"
    (root / "help").mkdir(parents=True)
    (root / "staff").mkdir()
    (root / "help" / "returns.md").write_text("# Returns\n\nSend it back within 30 days. Refunds take five days.\n")
    (root / "staff" / "limits.md").write_text("# Limits\n\nAgents may refund up to 50 pounds without asking.\n")
    return root


def test_ingest_tells_what_became_of_each(run, articles: Path) -> None:
    words = ["ingest", str(articles), "--internal", "path:staff/*", "--visibility", "public"]
    told = json.loads(run(*words, "--json").stdout)
    assert (told["added"], told["visibility"]) == (2, {"public": 1, "internal": 1})
    assert {(rule["visibility"], rule["rule"]) for rule in told["rules"]} == {
        ("internal", "--internal path:staff/*"),
        ("public", "the default of this run"),
    }
    again = run(*words)
    assert again.exit_code == 0
    assert "unchanged" in again.stdout
    assert "--internal path:staff/*" in again.stdout


def test_nothing_is_silently_public(run, articles: Path) -> None:
    result = run("ingest", str(articles))
    assert result.exit_code == 0
    assert "Every article is internal" in result.stderr
    assert "--public 'path:help/*'" in result.stderr


def test_prune_and_skipped(run, articles: Path) -> None:
    run("ingest", str(articles), "--visibility", "public")
    (articles / "help" / "returns.md").unlink()
    (articles / "empty.md").write_text("")
    (articles / "more.jsonl").write_text('{"id": "a", "text": \n')
    words = ["ingest", str(articles), "--visibility", "public", "--prune"]
    told = json.loads(run(*words, "--json").stdout)
    assert [finding["where"] for finding in told["skipped"]] == ["empty.md", "more.jsonl line 1 column 1"]
    assert told["removed"] == 0  # what could not be read is not gone
    assert "nothing was pruned" in run(*words).stdout
    (articles / "more.jsonl").unlink()
    assert json.loads(run(*words, "--json").stdout)["removed"] == 1


def test_a_path_that_is_not_there(run) -> None:
    result = run("ingest", "nowhere")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert result.stdout == ""


def test_a_rule_of_another_form(run, articles: Path) -> None:
    result = run("ingest", str(articles), "--public", "colour:red")
    assert result.exit_code == 1
    assert "is no visibility rule" in result.stderr


def test_reindex_and_doctor(run, articles: Path) -> None:
    run("ingest", str(articles), "--visibility", "public")
    told = json.loads(run("reindex", "--json").stdout)
    assert told["passages"] >= 2
    checks = json.loads(run("doctor", "--json").stdout)
    states = {check["part"]: check["state"] for check in checks}
    assert states["index"] == states["database"] == states["embedder"] == "ok"
    assert states["logins"] == "warn"
    assert all(check["remedy"] for check in checks if check["state"] != "ok")


def test_doctor_fails_with_the_remedy(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_DRAFTER", "endpoint")
    monkeypatch.setenv("THREADLINE_CHAT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("THREADLINE_CHAT_MODEL", "some-model")
    result = run("doctor")
    assert result.exit_code == 1
    assert "FAIL  chat endpoint: does not answer" in result.stdout
    assert "Check THREADLINE_CHAT_URL" in result.stdout


def test_doctor_names_a_misspelt_setting(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADLINE_DRAFTR", "local")
    result = run("doctor", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["remedy"] == "Did you mean THREADLINE_DRAFTER?"


def test_ask_quotes_its_sources_and_keeps_internal_ones_apart(run, articles: Path) -> None:
    run("ingest", str(articles), "--internal", "path:staff/*", "--visibility", "public")
    said = run("ask", "Within how many days can I send it back for a refund?").stdout
    assert "Decision: answer" in said
    sources = said.partition("\nSources\n")[2].partition("Internal, not for customers")
    assert "[1] Returns" in sources[0]
    assert "| Send it back within 30 days." in sources[0]
    assert "50 pounds" not in said.partition("Internal, not for customers")[0]
    told = json.loads(run("ask", "How long do refunds take?", "--json").stdout)
    assert told["decision"] == "answer"


def test_ask_looks_only_at_a_product_or_a_language(run, articles: Path) -> None:
    (articles / "help" / "stove.md").write_text("---\nproduct: Ember\n---\n# Stoves\n\nStoves go back within 9 days.\n")
    run("ingest", str(articles), "--visibility", "public")
    asked = "Within how many days can I send it back?"
    told = json.loads(run("ask", asked, "--product", "ember", "--language", "en", "--json").stdout)
    assert {passage["title"] for passage in told["passages"]} == {"Stoves"}
    assert told["narrowed"] == {"product": "ember", "language": "en"}
    refused = run("ask", asked, "--product", "Glow")
    assert refused.exit_code != 0
    assert "There are the products: Ember." in refused.stderr


def test_ask_says_what_to_do_when_it_has_nothing_to_say(run, articles: Path) -> None:
    empty = run("ask", "Where is my parcel?")
    assert empty.exit_code == 0
    assert "The library is empty" in empty.stderr
    run("ingest", str(articles))
    assert "Every article is internal" in run("ask", "How long do refunds take?").stderr


def test_reports_of_the_library(run, articles: Path) -> None:
    (articles / "help" / "sale.md").write_text(
        "---\nvalid_until: 2020-01-31\n---\n# Sale\n\nEverything at half price.\n"
    )
    (articles / "help" / "again.md").write_text("# Returns\n\nSend it back within 60 days. Refunds take five days.\n")
    run("ingest", str(articles), "--visibility", "public")
    told = json.loads(run("library", "stale", "--json").stdout)
    assert [(one["key"], one["reason"], one["day"]) for one in told["articles"]] == [
        ("help/sale.md", "past its last day", "2020-01-31")
    ]
    assert "past its last day" in run("library", "stale").stdout
    (pair,) = json.loads(run("library", "duplicates", "--json").stdout)["pairs"]
    assert pair["kind"] == "contradiction"
    assert {one["key"] for one in pair["articles"]} == {"help/again.md", "help/returns.md"}
    assert "within 60 days" in run("library", "duplicates").stdout


def test_gaps_of_a_record_without_questions(run, folder: Path) -> None:
    told = json.loads(run("library", "gaps", "--drafts", "drafts", "--json").stdout)
    assert told == {"unanswered": 0, "gaps": [], "written": []}
    assert run("library", "gaps").stdout.startswith("0 conversations")
