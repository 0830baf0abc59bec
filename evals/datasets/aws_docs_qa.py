"""AWS guides: 2,809 help pages and 50 questions of real customers."""

from pathlib import Path

from evals.datasets.collections import Collection, Document, Query, folder, read_lines, read_qrels
from evals.figures import digest


def read(data: Path) -> Collection:
    """Read the pages and the questions.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    root = folder(data, "aws_docs_qa")
    files = [root / name for name in ("docs.jsonl.gz", "questions.jsonl", "qrels.tsv")]
    return Collection(
        name="aws_docs_qa",
        documents=tuple(Document(row["doc_id"], row["title"], row["text"]) for row in read_lines(files[0])),
        queries=tuple(Query(row["query_id"], row["question"], row["query_id"]) for row in read_lines(files[1])),
        qrels=read_qrels(files[2]),
        digest=digest(files),
    )
