"""`python -m evals.retrieval.parent_passages`: would a drafter read more with what surrounds a passage?

Within the same budget of tokens: the passages as found, or each with what stands around it in its article. Told by how
many of the reference answer's words are read, on the tuning half of aws_docs_qa, whose guides are long.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from assistant.sentences import content_words
from assistant.understanding.context import BYTES_PER_TOKEN, approximate_tokens
from evals.datasets import aws_docs_qa
from evals.datasets.collections import folder, read_lines
from evals.halves import is_tuning
from evals.intervals import difference_interval
from evals.registry import say
from evals.retrieval.library import Library, open_library
from evals.retrieval.quality import making
from knowledge.library.tables import PassageRow

SEED = 20261125
FOUND = 8
BUDGETS = (500, 1_000, 1_500)
# A passage: heading and text; a place: its article and position there.
Article = Sequence[tuple[str, str]]
Place = tuple[str, int]
# From the rank of a found passage (0 first), its position and its article to the positions to read, in order.
Around = Callable[[int, int, Article], Sequence[int]]
WAYS: Mapping[str, Around] = {
    "as found": lambda _rank, at, _article: [at],
    "and the next": lambda _rank, at, _article: [at, at + 1],
    "and both neighbours": lambda _rank, at, _article: [at, at + 1, at - 1],
    "neighbours of the first": lambda rank, at, _article: [at] if rank else [at, at + 1, at - 1],
    "section of the first": lambda rank, at, article: [at] if rank else [at, *same_section(at, article)],
    "article of the first": lambda rank, at, article: [at] if rank else [at, *range(len(article))],
}


def same_section(at: int, article: Article) -> Iterator[int]:
    """The positions whose heading begins as that one's does."""
    top = article[at][0].partition(" › ")[0]
    return (place for place, (heading, _) in enumerate(article) if heading.partition(" › ")[0] == top)


def places(found: Sequence[Place], articles: Mapping[str, Article], around: Around) -> list[Place]:
    """What is read, in order, each passage once."""
    wanted = [
        (name, place)
        for rank, (name, at) in enumerate(found)
        for place in around(rank, at, articles[name])
        if 0 <= place < len(articles[name])
    ]
    return list(dict.fromkeys(wanted))


def read_within(order: Sequence[Place], articles: Mapping[str, Article], budget: int) -> str:
    """The text that fits into so many tokens; the last passage is cut."""
    read: list[str] = []
    for name, place in order:
        heading, text = articles[name][place]
        size = approximate_tokens(heading + text)
        read.append(text if size <= budget else text[: budget * BYTES_PER_TOKEN])
        budget -= size
        if budget <= 0:
            break
    return "\n".join(read)


def share_read(answer: str, text: str) -> float:
    """How many of the answer's telling words stand in the text."""
    wanted = set(content_words(answer))
    return len(wanted & set(content_words(text))) / len(wanted) if wanted else 1.0


def _articles(library: Library, names: set[str]) -> dict[str, list[tuple[str, str, str]]]:
    with library.database.read() as session:
        rows = session.scalars(
            select(PassageRow).where(PassageRow.article.in_(names)).order_by(PassageRow.article, PassageRow.position)
        )
        found: dict[str, list[tuple[str, str, str]]] = {}
        for row in rows:
            found.setdefault(row.article, []).append((row.id, row.heading, row.text))
    return found


def main(data: Path) -> None:
    """Say, for each budget, what each way reads of the answers, and its difference from the passages as found."""
    collection = aws_docs_qa.read(data)
    rows = [row for row in read_lines(folder(data, "aws_docs_qa") / "questions.jsonl") if is_tuning(row["query_id"])]
    with (
        tempfile.TemporaryDirectory() as place,
        open_library(Path(place), collection.documents, making(collection), datetime.now(UTC)) as library,
    ):
        hits = [library.search.search(row["question"], audience="agent", limit=FOUND) for row in rows]
        stored = _articles(library, {hit.passage.article for some in hits for hit in some})
    at = {key: (name, place) for name, some in stored.items() for place, (key, _, _) in enumerate(some)}
    articles = {name: [(heading, text) for _, heading, text in some] for name, some in stored.items()}
    found = [[at[hit.passage.id] for hit in some] for some in hits]
    for budget in BUDGETS:
        plain: list[float] = []
        for name, around in WAYS.items():
            orders = [places(some, articles, around) for some in found]
            read = [read_within(order, articles, budget) for order in orders]
            shares = [share_read(row["answer"], text) for row, text in zip(rows, read, strict=True)]
            plain = plain or shares
            gap = difference_interval(shares, plain, seed=SEED)
            mean = sum(shares) / len(shares)
            say(f"{budget} tokens, {name}: {mean:.3f} ({gap.value:+.3f}: {gap.low:+.3f} to {gap.high:+.3f})")


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(prog="python -m evals.retrieval.parent_passages", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    main(parser.parse_args().data)
