"""Replies judged by people: does the text they rest on bear them out? (BEGIN, and MTRAG's human ratings)"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import folder, read_lines
from evals.figures import digest


@dataclass(frozen=True)
class Judged:
    """A reply with the texts it rests on and what people said: a rating, higher is better borne out.

    `group` names what it is not independent of; `generic` replies state nothing that could be borne out.
    """

    group: str
    reply: str
    texts: tuple[str, ...]
    rating: float
    generic: bool = False


@dataclass(frozen=True)
class JudgedReplies:
    """All replies of one data set, and the digest of its files."""

    name: str
    replies: tuple[Judged, ...]
    digest: str


def read_begin(data: Path) -> JudgedReplies:
    """Read BEGIN's development sets; the rating is 1 for fully attributable, else 0.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    root = folder(data, "begin")
    files = [root / name for name in ("begin_dev_wow.jsonl", "begin_dev_tc.jsonl")]
    replies = tuple(
        Judged(
            group=row["knowledge"],
            reply=row["response"],
            texts=(row["knowledge"],),
            rating=float(row["begin_label"] == "Fully attributable"),
            generic=row["begin_label"] == "Generic",
        )
        for path in files
        for row in read_lines(path)
    )
    return JudgedReplies("begin", replies, digest(files))


def read_mtrag(data: Path) -> JudgedReplies:
    """Read MTRAG's human evaluation; the rating is the mean of the raters' faithfulness, 1 to 4.

    Replies that were given no passage are left out.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    root = folder(data, "mtrag")
    files = [root / name for name in ("human_eval.jsonl", "passages.jsonl")]
    texts: Mapping[str, str] = {row["passage_id"]: row["text"] for row in read_lines(files[1])}
    replies = tuple(
        Judged(
            group=row["task_id"].partition("<")[0],
            reply=one["response"],
            texts=tuple(texts[name] for name in row["passage_ids"] if name in texts),
            rating=sum(map(float, one["human"]["faithfulness"])) / len(one["human"]["faithfulness"]),
        )
        for row in read_lines(files[0])
        for one in row["responses"]
        if any(name in texts for name in row["passage_ids"])
    )
    return JudgedReplies("mtrag", replies, digest(files))
