"""AWS guides: 2,809 help pages and 50 questions of real customers."""

from pathlib import Path

from evals.datasets.collections import Collection, Files, read_files

FILES = Files("docs.jsonl.gz", "questions.jsonl", id="query_id", text="question")


def read(data: Path) -> Collection:
    """Read the pages and the questions.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    return read_files(data, "aws_docs_qa", FILES)
