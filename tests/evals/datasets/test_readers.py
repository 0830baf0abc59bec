"""The readers on the data itself; the counts are those of the data's own READMEs."""

from pathlib import Path

import pytest

from evals.datasets import aws_docs_qa, chatwoot_docs, clapnq, mtrag, tau_banking_kb
from evals.datasets.collections import Collection, Document, read_lines, read_qrels, without_title
from evals.datasets.mtrag import last_user_turns
from knowledge.failures import NotFound, Rejected


def known(collection: Collection) -> bool:
    """Every judged document and query is there, and no id twice."""
    ids = [document.id for document in collection.documents]
    judged = {name for relevance in collection.qrels.values() for name in relevance}
    queries = [query.id for query in collection.queries]
    return len(set(ids)) == len(ids) and judged <= set(ids) and set(queries) == set(collection.qrels)


def test_mtrag(data: Path) -> None:
    collection = mtrag.read(data)
    assert (len(collection.documents), len(collection.queries)) == (1488, 168)
    assert sum(map(len, collection.qrels.values())) == 421
    assert known(collection)
    repeated = [doc for doc in collection.documents if doc.title and doc.text.startswith(doc.title + "\n")]
    assert len(repeated) < 0.05 * len(collection.documents)  # the source itself says some titles twice


def test_the_last_two_user_turns_make_the_query() -> None:
    turns = [("user", "one"), ("agent", "two"), ("user", "three"), ("agent", "four"), ("user", "five")]
    conversation = [{"speaker": speaker, "text": text} for speaker, text in turns]
    assert last_user_turns(conversation) == "three\nfive"
    assert last_user_turns(conversation[:1]) == "one"


def test_tau_banking(data: Path) -> None:
    collection = tau_banking_kb.read(data)
    assert (len(collection.documents), len(collection.queries)) == (698, 48)
    assert sum(map(len, collection.qrels.values())) == 415
    assert known(collection)


def test_sixty_one_articles_are_internal(data: Path) -> None:
    collection = tau_banking_kb.read(data)
    marks = {document.id: tau_banking_kb.internal_marks(document) for document in collection.documents}
    assert len(tau_banking_kb.internal_ids(collection)) == 61
    assert sum("title" in found for found in marks.values()) == 58


@pytest.mark.parametrize(
    ("title", "text", "marks"),
    [
        ("Internal: Closing accounts", "", {"title"}),
        ("Moving money", "Internal transfers take a day.", set()),
        ("Checks", "Give them the deposit_check_3847 tool.", {"tool"}),
        ("Codes", "CODES NOT TO DISCLOSE (INTERNAL USE ONLY)", {"declared"}),
        ("Locks", "follow the 'Internal: PIN Lock' document", {"declared"}),
    ],
)
def test_what_marks_an_article_as_internal(title: str, text: str, marks: set[str]) -> None:
    assert tau_banking_kb.internal_marks(Document("d", title, text)) == marks


def test_clapnq(data: Path) -> None:
    read = clapnq.read(data)
    assert len(read.cases) == 300
    assert [sum(case.answerable is wanted for case in read.cases) for wanted in (True, False)] == [150, 150]
    assert all(bool(case.answers) == case.answerable for case in read.cases)


def test_chatwoot(data: Path) -> None:
    read = chatwoot_docs.read(data)
    assert len(read.files) == 127
    assert sum(file.path.endswith(".mdx") for file in read.files) == 65


def test_aws(data: Path) -> None:
    collection = aws_docs_qa.read(data)
    assert (len(collection.documents), len(collection.queries)) == (2809, 50)
    assert known(collection)


def test_missing_data_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="mtrag"):
        mtrag.read(tmp_path)
    (tmp_path / "clapnq").mkdir()
    with pytest.raises(NotFound, match=r"clapnq\.jsonl"):
        clapnq.read(tmp_path)
    with pytest.raises(NotFound, match=r"qrels\.tsv"):
        read_qrels(tmp_path / "qrels.tsv")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "docs.jsonl"
    path.write_text('{"a": 1}\n[2]\n')
    with pytest.raises(Rejected, match="line 2"):
        list(read_lines(path))


def test_only_a_repeated_title_is_taken_off() -> None:
    assert without_title("Boots", "Boots\n\nWax them.") == "Wax them."
    assert without_title("Boots", "Wax them.\nBoots") == "Wax them.\nBoots"
    assert without_title("Boots", "Boots") == "Boots"
