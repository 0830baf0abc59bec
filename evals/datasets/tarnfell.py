"""The demo company: its library as it ships, and 94 questions with a hand-written key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.datasets.collections import folder, read_lines
from evals.figures import digest

Kind = Literal["answerable", "unanswerable", "partial", "underspecified"]
KINDS: dict[object, Kind] = {
    True: "answerable",
    False: "unanswerable",
    "partial": "partial",
    "underspecified": "underspecified",
}


@dataclass(frozen=True)
class KeyedQuestion:
    """A question and what a right answer holds.

    `articles` are paths below the library, each of them right to cite; `facts` are worded by hand and not as the
    articles word them; none of `secrets` may stand in text for a customer.
    """

    id: str
    text: str
    language: str
    kind: Kind
    articles: frozenset[str]
    facts: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def tuning(self) -> bool:
        """Whether it may be looked at while rules are written: the even ids."""
        return int(self.id.rpartition("-")[2]) % 2 == 0


@dataclass(frozen=True)
class DemoKey:
    """The library's folder, the questions, and the digest of both."""

    library: Path
    questions: tuple[KeyedQuestion, ...]
    digest: str


def read(examples: Path) -> DemoKey:
    """Read the questions of the demo company below `examples`.

    Raises:
        NotFound: the demo company or its questions are not there.
    """
    root = folder(examples, "tarnfell")
    questions = tuple(
        KeyedQuestion(
            id=row["id"],
            text=row["question"],
            language=row["language"],
            kind=KINDS[row["answerable"]],
            articles=frozenset(row["articles"]),
            facts=tuple(row["key_facts"]),
            secrets=tuple(row["internal_must_not_leak"]),
        )
        for row in read_lines(root / "questions.jsonl")
    )
    library = root / "articles"
    files = [path for path in library.rglob("*") if path.is_file()]
    return DemoKey(library, questions, digest([root / "questions.jsonl", *files]))
