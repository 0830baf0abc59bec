"""TweetSumm's summaries by people: the tweets themselves are not there, so only style and length can be measured."""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import folder
from evals.datasets.rows import Row, read_rows
from evals.figures import digest


class _Annotation(Row):
    abstractive: list[str] | None = None


class _Annotated(Row):
    conversation_id: str
    annotations: tuple[_Annotation, ...] = ()


@dataclass(frozen=True)
class Summaries:
    """Conversation id → the summaries people wrote of it."""

    by_conversation: dict[str, tuple[str, ...]]
    digest: str


def read(data: Path) -> Summaries:
    """Read every annotated file; conversations without a written summary are left out.

    Raises:
        NotFound: the data set is not there.
        Rejected: a row is none.
    """
    files = sorted(folder(data, "tweetsumm_annotations").glob("*.jsonl"))
    found: dict[str, tuple[str, ...]] = {}
    for path in files:
        for row in read_rows(path, _Annotated):
            texts = tuple(" ".join(one.abstractive) for one in row.annotations if one.abstractive)
            if texts:
                found[row.conversation_id] = texts
    return Summaries(found, digest(files))
