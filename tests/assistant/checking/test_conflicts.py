"""An article that lies about another: the draft keeps to one, the sentence is contradicted, and no bot sends it."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.checking.conflicts import against_others
from assistant.duplicates import find_pairs
from assistant.suggest import ask, open_assistant
from knowledge.customers.entries import Claim
from knowledge.database import Database
from knowledge.library.ingest import IngestPlan, ingest, quiet
from knowledge.library.visibility import VisibilityRules
from knowledge.scope import Scope
from knowledge.settings import Settings
from retrieval.embedding import Embedder
from retrieval.search import open_search

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TRUE = "Unworn boots can be returned within 30 days of delivery."
LIE = "Unworn boots can be returned within 90 days of delivery."


def _claim(text: str = TRUE, support: Any = "supported") -> Claim:
    return Claim(text, support, (1,))


def test_a_claim_that_another_article_denies(passage: Any) -> None:
    first, other = passage(1, TRUE), passage(2, f"Boots are fine. {LIE}")
    (told,) = against_others([_claim()], [first, other])
    assert (told.support, told.signals["conflict"]) == ("contradicted", 1.0)
    assert against_others([_claim()], [first]) == (_claim(),)
    assert against_others([_claim()], [first, passage(2, "Gift cards are valid for 90 days.")]) == (_claim(),)
    assert against_others([_claim()], [first, replace(other, article=first.article)]) == (_claim(),)
    assert against_others([_claim(support="not_found")], [first, other]) == (_claim(support="not_found"),)
    new, old = replace(first, stated_date="2026-05-01"), replace(other, stated_date="2020-05-01")
    assert against_others([_claim()], [new, old]) == (_claim(),)  # the newer one holds
    (told,) = against_others([_claim()], [replace(first, stated_date="2021-03-01"), other])
    assert told.support == "contradicted"  # an article without a date may be the newest


def test_a_lie_is_reported_and_not_mixed_in(
    database: Database, scope: Scope, tmp_path: Path, embedder: Embedder
) -> None:
    (tmp_path / "help").mkdir()
    (tmp_path / "help/returns.md").write_text(f"# Returning unworn boots\n\n{TRUE} Keep the receipt.")
    (tmp_path / "help/lie.md").write_text(f"# About returning unworn boots\n\n{LIE} The other article is out of date.")
    plan = IngestPlan(now=NOW, rules=VisibilityRules(default="public"))
    ingest(database, scope, [tmp_path / "help"], plan, embedder)
    (pair,) = find_pairs(database, scope, embedder.id, quiet)
    assert (pair.kind, set(pair.quotes)) == ("contradiction", {TRUE, LIE})
    settings = Settings(_env_file=None, data_dir=tmp_path, drafter="extractive")
    with closing(open_search(settings, database, scope, embedder)) as search:
        assistant = open_assistant(settings, search)
        shown = ask(assistant, "How many days do I have to return unworn boots?", now=NOW)
    assert ("30 days" in shown.text) != ("90 days" in shown.text)  # one of them, never both
    assert [claim.support for claim in shown.claims if "days" in claim.text] == ["contradicted"]
    assert "Articles disagree" in shown.reason
