"""Search beside LangChain's: quality, time and how fast a new article is found."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.environment import BUILD, ROOT, peer_python, variables
from benchmarks.lines import Child
from benchmarks.pairs import Pair, ask_in_turn, remember_vectors
from evals.datasets.collections import Collection
from evals.figures import Figure, figure
from evals.intervals import difference_interval, mean_interval, quantile_interval
from evals.ranking import Measure, ndcg, recall, score
from evals.retrieval.library import write_articles

SEED = 20261122
PEER = "langchain"
LOGS = BUILD / "bench" / "logs"
QUALITY: dict[str, tuple[Measure, int]] = {"ndcg@10": (ndcg, 10), "recall@5": (recall, 5)}
Say = Callable[[str], None]

# One article that no collection holds, and what somebody looking for it would type.
NEW_ARTICLE = {
    "id": "new-article",
    "title": "Quagga saddle recall",
    "text": "Saddles of the Quagga series sold before May are recalled because the girth buckle may open.",
}
PROBE = "is my quagga saddle part of the recall"


@dataclass(frozen=True)
class Systems:
    """Both systems over the same documents, and what each said about indexing them."""

    ours: Child
    theirs: Child
    our_index: dict[str, Any]
    their_index: dict[str, Any]


def our_child(threads: int) -> Child:
    """The product in a process of its own."""
    return Child([sys.executable, "-m", "benchmarks.ours"], variables(threads), ROOT, LOGS / "ours.log")


def peer_child(threads: int, peer: str = PEER) -> Child:
    """A peer in a process of its own."""
    command = [str(peer_python(peer)), "-m", f"benchmarks.peers.{peer}.serve"]
    return Child(command, variables(threads), ROOT, LOGS / f"{peer}.log")


@contextmanager
def both(collection: Collection, whole: bool, threads: int, say: Say) -> Iterator[Systems]:
    """Start both and let each index the collection; `whole` keeps every document one passage."""
    path = BUILD / "bench" / f"{collection.name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_articles(path, collection.documents, {})
    with our_child(threads) as ours, peer_child(threads) as theirs:
        indexed = []
        for name, child in (("threadline", ours), (PEER, theirs)):
            say(f"{collection.name}: {name} indexes {len(collection.documents)} documents")
            indexed.append(child.call("index", path=str(path), whole=whole))
            say(f"{collection.name}: {name} has {indexed[-1]['passages']} passages, {indexed[-1]['seconds']:.0f} s")
        yield Systems(ours, theirs, indexed[0], indexed[1])


def search_figures(collection: Collection, systems: Systems, threads: int, rounds: int, say: Say) -> list[Figure]:
    """Quality and time of both, with and without the embedding step."""
    common = _common(collection, systems, threads, rounds)
    timed = _asked(collection, systems, rounds, say, "with embedding")
    for system in (systems.ours, systems.theirs):
        remember_vectors(system, collection.queries)
    bare = _asked(collection, systems, rounds, say, "vectors at hand")
    return [
        *_quality(collection, timed, common),
        *_times(collection.name, timed, common),
        _ratio(f"search/{collection.name}/time_ratio_vs_{PEER}", timed, common),
        _ratio(f"search/{collection.name}/time_ratio_vs_{PEER}_without_embedding", bare, common),
    ]


def live_update(collection: Collection, systems: Systems, threads: int) -> Figure:
    """From handing over a new article until a search finds it.

    Raises:
        RuntimeError: one of the two does not find it afterwards.
    """
    said = [system.call("add", **NEW_ARTICLE, probe=PROBE) for system in (systems.ours, systems.theirs)]
    if not all(reply["found"] for reply in said):
        raise RuntimeError(f"The new article was not found: {said}")
    return Figure(
        "search/live_update/seconds",
        said[0]["seconds"],
        "s",
        1,
        baseline={PEER: said[1]["seconds"]},
        data=collection.digest,
        settings={"articles": len(collection.documents), "threads": threads or "default"},
    )


def ingest_rate(collection: Collection, systems: Systems, threads: int) -> Figure:
    """Articles a second from file to stored passages with vectors, and into the peer's stores."""
    count = len(collection.documents)
    return Figure(
        f"ingest/{collection.name}/articles_per_s",
        count / systems.our_index["ingest_seconds"],
        "articles/s",
        count,
        baseline={PEER: count / systems.their_index["seconds"]},
        data=collection.digest,
        settings={
            "passages": systems.our_index["passages"],
            "passages_langchain": systems.their_index["passages"],
            "threads": threads or "default",
        },
    )


def _asked(collection: Collection, systems: Systems, rounds: int, say: Say, how: str) -> Pair:
    def progress(done: int, total: int) -> None:
        if done == total or done % 48 == 0:
            say(f"{collection.name}, {how}: {done}/{total} pairs of queries")

    return ask_in_turn(systems.ours, systems.theirs, collection.queries, rounds, progress)


def _common(collection: Collection, systems: Systems, threads: int, rounds: int) -> dict[str, Any]:
    theirs = systems.theirs.call("stats")
    settings = {
        "threads": threads or "default",
        "torch_threads_langchain": theirs["threads"],
        "rounds": rounds,
        "embedder": systems.ours.call("stats")["embedder"],
        "langchain": theirs["versions"],
    }
    return {"data": collection.digest, "seed": SEED, "settings": settings}


def _quality(collection: Collection, pair: Pair, common: dict[str, Any]) -> list[Figure]:
    made = []
    for name, (measure, depth) in QUALITY.items():
        ours = score(measure, pair.ours.rankings, collection.qrels, depth)
        theirs = score(measure, pair.theirs.rankings, collection.qrels, depth)
        gap = difference_interval(ours, theirs, seed=SEED)
        settings = common["settings"] | {"difference": [gap.value, gap.low, gap.high]}
        baseline = {PEER: sum(theirs) / len(theirs)}
        made.append(
            figure(
                f"search/{collection.name}/{name}",
                mean_interval(ours, seed=SEED),
                "",
                baseline=baseline,
                **common | {"settings": settings},
            )
        )
    return made


def _times(name: str, pair: Pair, common: dict[str, Any]) -> list[Figure]:
    def milliseconds(seconds: Sequence[float]) -> list[float]:
        return [1000 * one for one in seconds]

    ours, theirs = milliseconds(pair.ours.seconds), milliseconds(pair.theirs.seconds)
    return [
        figure(
            f"search/{name}/p{percent}_ms",
            quantile_interval(ours, percent / 100, seed=SEED),
            "ms",
            baseline={PEER: quantile_interval(theirs, percent / 100, seed=SEED).value},
            **common,
        )
        for percent in (50, 95)
    ]


def _ratio(name: str, pair: Pair, common: dict[str, Any]) -> Figure:
    return figure(name, quantile_interval(pair.ratios, 0.5, seed=SEED), "", baseline={PEER: 1.0}, **common)
