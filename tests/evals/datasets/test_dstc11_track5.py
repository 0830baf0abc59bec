"""DSTC11 track 5 as a collection: snippets, turns, which snippet answers which turn."""

from pathlib import Path

from evals.datasets import dstc11_track5


def test_snippets_and_turns(data: Path) -> None:
    collection = dstc11_track5.read(data)
    known = {document.id for document in collection.documents}
    assert len(collection.documents) == 10_882
    assert len(collection.queries) == len(collection.qrels) == 1_073
    assert all(set(wanted) <= known and wanted for wanted in collection.qrels.values())
    assert all(len(query.text.splitlines()) >= 1 for query in collection.queries)
