"""CLAP NQ: a question, one passage, and whether the passage answers it."""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import folder, read_lines
from evals.figures import digest


@dataclass(frozen=True)
class Case:
    """One question over one passage. Unanswerable cases carry no answers.

    `sentences` are those of the passage, `selected` the ones each annotator took.
    """

    id: str
    question: str
    title: str
    passage: str
    answerable: bool
    answers: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    selected: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Cases:
    """All cases and the digest of the file."""

    cases: tuple[Case, ...]
    digest: str


def read(data: Path) -> Cases:
    """Read the 150 answerable and 150 unanswerable cases.

    Raises:
        NotFound: the data set or its file is not there.
    """
    path = folder(data, "clapnq") / "clapnq.jsonl"
    cases = tuple(
        Case(
            id=row["id"],
            question=row["question"],
            title=row["passage_title"],
            passage=row["passage"],
            answerable=row["answerable"],
            answers=tuple(answer for answer in row["answers"] if answer),
            sentences=tuple(row["sentences"]),
            selected=tuple(tuple(one) for one in row["selected_sentences"] if one),
        )
        for row in read_lines(path)
    )
    return Cases(cases, digest([path]))
