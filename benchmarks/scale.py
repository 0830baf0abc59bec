"""Search at several sizes beside the peers: the same passages, the same vectors, each query asked of all in turn."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corpus import Corpus, document_of, make
from benchmarks.lines import Child
from benchmarks.pairs import Timed, ask_each, remember_vectors
from benchmarks.searching import Say, our_child, peer_child
from evals.datasets import aws_docs_qa
from evals.datasets.collections import Collection
from evals.figures import Figure, figure
from evals.intervals import difference_interval, mean_interval, quantile_interval
from evals.ranking import Measure, best_of_each, hit, recall, reciprocal_rank, score

SEED = 20261125
OURS = "threadline"
PEERS = ("langchain", "haystack", "llamaindex")
SIZES = {"1k": 1_000, "10k": 10_000, "30k": 30_000, "100k": 100_000}
SYNTHETIC = "100k"
ROUNDS = 2


@dataclass(frozen=True)
class Asked:
    """What every system answered, with its own embedding of the query and with the vector at hand."""

    whole: Mapping[str, Timed]
    bare: Mapping[str, Timed]


def scale_figures(data: Path, size: str, threads: int, say: Say) -> Iterator[Figure]:
    """Time and, on real passages, quality of one size, each peer's in the same row.

    Raises:
        NotFound: the data set is not there.
    """
    collection = aws_docs_qa.read(data)
    say(f"scale {size}: making passages and vectors (kept for the next run)")
    corpus = make(collection, size, SIZES[size], size == SYNTHETIC)
    with ExitStack() as open_children:
        children = {OURS: open_children.enter_context(our_child(threads))}
        children |= {peer: open_children.enter_context(peer_child(threads, peer)) for peer in PEERS}
        indexed = _index(corpus, children, say)
        asked = _ask(collection, children, size, say)
        stats = {name: child.call("stats") for name, child in children.items()}
    settings = {
        "passages": corpus.passages,
        "synthetic": corpus.synthetic,
        "threads": threads or "default",
        "rounds": ROUNDS,
        "index_s": {name: round(said["seconds"], 1) for name, said in indexed.items()},
        "rss_mb": {name: round(said["rss_mb"]) for name, said in stats.items()},
        "versions": {name: said["versions"] for name, said in stats.items() if "versions" in said},
        "p50_ms_without_embedding": {name: round(1000 * median(one.seconds), 2) for name, one in asked.bare.items()},
    }
    common: dict[str, Any] = {"data": collection.digest, "seed": SEED, "settings": settings}
    yield from _times(size, asked.whole, common)
    if not corpus.synthetic:
        yield from _quality(size, collection, asked.whole, common)


def _index(corpus: Corpus, children: Mapping[str, Child], say: Say) -> dict[str, dict[str, Any]]:
    indexed = {}
    for name, child in children.items():
        indexed[name] = child.call("index", path=str(corpus.documents), given=str(corpus.vectors))
        say(f"scale {corpus.name}: {name} has {indexed[name]['passages']} passages, {indexed[name]['seconds']:.0f} s")
    return indexed


def _ask(collection: Collection, children: Mapping[str, Child], size: str, say: Say) -> Asked:
    def progress(done: int, total: int) -> None:
        if done == total or done % 25 == 0:
            say(f"scale {size}: {done}/{total} queries asked of all")

    whole = ask_each(children, collection.queries, ROUNDS, progress)
    for child in children.values():
        remember_vectors(child, collection.queries)
    return Asked(whole, ask_each(children, collection.queries, 1, progress))


def _times(size: str, timed: Mapping[str, Timed], common: dict[str, Any]) -> Iterator[Figure]:
    ratios = {
        peer: [ours / theirs for ours, theirs in zip(timed[OURS].seconds, timed[peer].seconds, strict=True)]
        for peer in PEERS
    }
    spans = {peer: quantile_interval(ratio, 0.5, seed=SEED) for peer, ratio in ratios.items()}
    settings = common["settings"] | {
        "time_ratio": {peer: [one.value, one.low, one.high] for peer, one in spans.items()}
    }
    for percent in (50, 95):
        levels = {
            name: quantile_interval([1000 * one for one in timed[name].seconds], percent / 100, seed=SEED)
            for name in timed
        }
        baseline = {peer: levels[peer].value for peer in PEERS}
        name = f"search/scale_{size}/p{percent}_ms"
        yield figure(name, levels[OURS], "ms", baseline=baseline, **common | {"settings": settings})


def _quality(size: str, collection: Collection, timed: Mapping[str, Timed], common: dict[str, Any]) -> Iterator[Figure]:
    measures: dict[str, tuple[Measure, int]] = {
        "hit@1": (hit, 1),
        "hit@5": (hit, 5),
        "recall@5": (recall, 5),
        "mrr@10": (reciprocal_rank, 10),
    }
    ranked = {
        name: {query: best_of_each([document_of(one) for one in found]) for query, found in one_system.rankings.items()}
        for name, one_system in timed.items()
    }
    for name, (measure, depth) in measures.items():
        scores = {system: score(measure, found, collection.qrels, depth) for system, found in ranked.items()}
        gaps = {peer: difference_interval(scores[OURS], scores[peer], seed=SEED) for peer in PEERS}
        settings = common["settings"] | {"difference": {peer: [g.value, g.low, g.high] for peer, g in gaps.items()}}
        made = figure(f"search/scale_{size}/{name}", mean_interval(scores[OURS], seed=SEED), "", **common)
        baseline = {peer: sum(scores[peer]) / len(scores[peer]) for peer in PEERS}
        yield replace(made, baseline=baseline, settings=settings)
