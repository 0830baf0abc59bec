"""Marking the demo company's answers: facts, right and wrong, secrets."""

from pathlib import Path

import pytest

from assistant.phrases import ENGLISH
from evals.answering.answers import has_fact, mark, quoted
from evals.datasets import tarnfell
from evals.datasets.tarnfell import KeyedQuestion, Kind
from knowledge.customers.entries import Decision, PassageUsed, SuggestionShown
from knowledge.failures import NotFound
from knowledge.ids import ArticleId, PassageId, SuggestionId

PATHS = {ArticleId("a"): "help/returns.md", ArticleId("b"): "help/other.md"}


def keyed(kind: Kind = "answerable") -> KeyedQuestion:
    return KeyedQuestion("q-003", "?", "en", kind, frozenset({"help/returns.md"}), ("60 days", "free"), ("£150",))


def shown(said: str, decision: Decision = "answer", article: str = "a") -> SuggestionShown:
    used = PassageUsed(1, PassageId("p"), ArticleId(article), "t", "", "", said, "public", 1.0)
    text = "\n\n".join(["Hello,", ENGLISH.articles_say, f"“{said}” [1]", ENGLISH.next_step])
    return SuggestionShown(
        suggestion=SuggestionId("s"),
        question="?",
        decision=decision,
        text=text if decision != "abstain" else "",
        reason="",
        citations=(1,) if decision == "answer" else (),
        guidance=(),
        passages=(used,),
        claims=(),
        drafter="extractive",
        model="",
        prompt="",
    )


def test_a_fact_needs_its_numbers_and_half_of_its_words() -> None:
    assert has_fact("You have 60 days from delivery to return it.", "60 days from delivery")
    assert not has_fact("You have 28 days from delivery to return it.", "60 days from delivery")
    assert not has_fact("In 60 seconds.", "60 working days of waiting")


def test_right_answers() -> None:
    assert mark(keyed(), shown("You have 60 days."), PATHS).right
    assert mark(keyed("unanswerable"), shown("", "abstain"), PATHS).right
    assert mark(keyed("underspecified"), shown("Which?", "ask_back"), PATHS).right


def test_wrong_answers() -> None:
    assert not mark(keyed(), shown("You have 28 days."), PATHS).right
    assert not mark(keyed(), shown("You have 60 days.", article="b"), PATHS).right
    assert not mark(keyed(), shown("", "abstain"), PATHS).right
    assert not mark(keyed("unanswerable"), shown("You have 60 days."), PATHS).right
    assert not mark(keyed("underspecified"), shown("You have 60 days."), PATHS).right


def test_a_secret_makes_it_wrong() -> None:
    marked = mark(keyed(), shown("You have 60 days, and we may add £150 for free."), PATHS)
    assert (marked.secrets, marked.right, marked.recall) == (1, False, 1.0)
    assert mark(keyed(), shown("You have 60 days and £1500."), PATHS).secrets == 0


def test_template_words_are_no_facts() -> None:
    assert quoted(shown("Sixty.").text).splitlines()[-1] == "“Sixty.”"
    assert ENGLISH.next_step not in quoted(shown("Sixty.").text)


def test_the_key_of_the_demo_company() -> None:
    key = tarnfell.read(Path(__file__).parents[3] / "examples")
    assert len(key.questions) == 94
    assert sum(one.tuning for one in key.questions) == 47
    assert {one.kind for one in key.questions} == {"answerable", "unanswerable", "partial", "underspecified"}
    files = {path.split("#")[0] for one in key.questions for path in one.articles}
    assert all((key.library / path).is_file() for path in files)


def test_no_demo_company(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        tarnfell.read(tmp_path)
