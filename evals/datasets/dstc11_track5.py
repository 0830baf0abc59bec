"""DSTC11 track 5: hotel and restaurant snippets, and the dialogue turns that need some of them."""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import Collection, Document, Query, folder, read_lines
from evals.datasets.mtrag import last_user_turns
from evals.figures import digest


@dataclass(frozen=True)
class Turn:
    """The customer's last words of a dialogue, and whether the library is needed to answer them."""

    text: str
    group: str
    needs: bool


def read_turns(data: Path) -> list[Turn]:
    """Read every instance's last turn of the customer.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    rows = read_lines(folder(data, "dstc11_track5") / "instances.jsonl")
    return [
        Turn(last_user_turns(row["dialogue"], 1), row["dialogue"][0]["text"], bool(row["knowledge_seeking"]))
        for row in rows
        if row["dialogue"]
    ]


def read(data: Path) -> Collection:
    """Read the snippets and the knowledge-seeking turns; the query is the last two user turns, a line each.

    Raises:
        NotFound: the data set or one of its files is not there.
    """
    root = folder(data, "dstc11_track5")
    files = [root / name for name in ("knowledge.jsonl", "instances.jsonl")]
    wanted = [row for row in read_lines(files[1]) if row["knowledge_seeking"] and row["knowledge"]]
    return Collection(
        name="dstc11_track5",
        documents=tuple(
            Document(row["snippet_id"], row["entity"] or row["domain"], _text(row)) for row in read_lines(files[0])
        ),
        queries=tuple(
            Query(
                row["instance_id"],
                last_user_turns(row["dialogue"]),
                row["dialogue"][0]["text"],
                tuple(turn["text"] for turn in row["dialogue"]),
            )
            for row in wanted
        ),
        qrels={row["instance_id"]: dict.fromkeys(row["knowledge"], 1) for row in wanted},
        digest=digest(files),
    )


def _text(row: dict[str, str]) -> str:
    return f"{row['question']}\n{row['answer']}" if row["type"] == "faq" else row["text"]
