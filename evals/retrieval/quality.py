"""How well the search finds: recall, nDCG and reciprocal rank, and what int8 costs against fp32."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.brief import Turn
from assistant.understanding.question import Question, carry
from evals.datasets.collections import Collection, Query
from evals.figures import Figure, figure
from evals.halves import is_tuning
from evals.intervals import difference_interval, mean_interval
from evals.ranking import Measure, hit, ndcg, recall, reciprocal_rank, score
from evals.retrieval.library import Library, Making, open_library
from evals.retrieval.peers import peers
from retrieval.passages import Hit

SEED = 20261122
# Passages asked for: enough that ten documents stand among them.
DEPTH = 50
MEASURES: dict[str, tuple[Measure, int]] = {
    "recall@5": (recall, 5),
    "recall@10": (recall, 10),
    "ndcg@5": (ndcg, 5),
    "ndcg@10": (ndcg, 10),
    "mrr@10": (reciprocal_rank, 10),
    "hit@1": (hit, 1),
}
# The simplest baselines: each way to find by itself.
ALONE = ("words only", "meaning only")
ALONE_DEPTH = 400
Rankings = dict[str, list[str]]
Say = Callable[[str], None]


def making(collection: Collection) -> Making:
    """MTRAG and DSTC11 are judged by their own passages, so each stays one; elsewhere the default splitting counts."""
    whole = collection.name in ("mtrag", "dstc11_track5")
    return Making(passage_chars=8_000, kept=True) if whole else Making(kept=True)


def rankings(library: Library, collection: Collection) -> dict[str, Rankings]:
    """The documents found for each query, best first: by the search, and by its words and its meaning alone.

    Where there is a dialogue, the search is asked as the product asks it, with the names said before (`carry`).
    """
    found: dict[str, Rankings] = {"both": {}, **{one: {} for one in ALONE}}
    for query in collection.queries:
        hits = library.search.search(asked_text(library, query), audience="agent", limit=DEPTH)
        found["both"][query.id] = library.documents(hits)
        # Deep enough that the best ten of either way are among them.
        hits = library.search.search(query.text, audience="agent", limit=ALONE_DEPTH)
        for name, rank in (("words only", _lexical), ("meaning only", _dense)):
            found[name][query.id] = library.documents(sorted((hit for hit in hits if rank(hit)), key=rank))
    return found


def asked_text(library: Library, query: Query) -> str:
    """The query as the product asks it: with the names said before, where there is a dialogue."""
    turns = [Turn("customer", text, datetime(2026, 1, 1, tzinfo=UTC), "chat") for text in query.said]
    focus = query.said[-1] if query.said else query.text
    return carry(Question(query.text, focus), turns, library.search.names_in).text


def group_of(collection: Collection) -> dict[str, str]:
    """What each query is not independent of."""
    return {query.id: query.group for query in collection.queries}


def _lexical(hit: Hit) -> int:
    return hit.lexical_rank or 0


def _dense(hit: Hit) -> int:
    return hit.dense_rank or 0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def search_figures(collection: Collection, now: datetime, compare: bool, say: Say) -> Iterator[Figure]:
    """Score every query; with `compare` also the fp32 embedder over the same documents and queries."""
    found, theirs, embedder = _found(collection, making(collection), now, say, beside=True)
    common = _common(collection, embedder)
    for name, (measure, depth) in MEASURES.items():
        scores = {one: score(measure, ranked, collection.qrels, depth) for one, ranked in (found | theirs).items()}
        yield _beside_peers(f"retrieval/{collection.name}/{name}", collection, scores, tuple(theirs), common)
    if compare:
        yield from _against_fp32(collection, found["both"], now, say)


def _beside_peers(
    name: str,
    collection: Collection,
    scores: Mapping[str, Sequence[float]],
    others: Sequence[str],
    common: dict[str, Any],
) -> Figure:
    """The figure with each peer's in its row; in the settings what is ours over each, paired, and the halves apart.

    Without peers (`others` is empty) the row has both ways alone, and the settings name no best.
    """
    groups = [group_of(collection)[query] for query in collection.qrels]
    ours = scores["both"]
    gaps = {peer: difference_interval(ours, scores[peer], seed=SEED, groups=groups) for peer in others}
    best = {"best_peer": max(others, key=lambda peer: _mean(scores[peer]))} if others else {}
    settings = common["settings"] | {
        **best,
        "difference": {peer: [round(one, 4) for one in (gap.value, gap.low, gap.high)] for peer, gap in gaps.items()},
        "halves": {
            half: round(_mean(some), 4)
            for half, keep in (("tuning", True), ("reporting", False))
            if (some := [one for one, group in zip(ours, groups, strict=True) if is_tuning(group) is keep])
        },
    }
    baseline = {one: _mean(values) for one, values in scores.items() if one != "both"}
    interval = mean_interval(ours, seed=SEED, groups=groups)
    return figure(name, interval, "", baseline=baseline, **common | {"settings": settings})


def _against_fp32(collection: Collection, int8: Rankings, now: datetime, say: Say) -> Iterator[Figure]:
    how = replace(making(collection), embedder="minilm-fp32")
    exact, _, embedder = _found(collection, how, now, say, beside=False)
    common = _common(collection, embedder)
    theirs = score(ndcg, exact["both"], collection.qrels, 10)
    interval = mean_interval(theirs, seed=SEED)
    yield figure(f"retrieval/{collection.name}/ndcg@10_fp32", interval, "", **common)
    gap = difference_interval(score(ndcg, int8, collection.qrels, 10), theirs, seed=SEED)
    yield figure("embedding/minilm_int8_vs_fp32/ndcg@10_difference", gap, "", **common)


def _found(
    collection: Collection, how: Making, now: datetime, say: Say, *, beside: bool
) -> tuple[dict[str, Rankings], dict[str, Rankings], str]:
    """What the search finds, what the peers find if they stand `beside` it and are there, and the embedder's id."""
    say(f"{collection.name}: ingesting {len(collection.documents)} documents with {how.embedder}")
    with (
        tempfile.TemporaryDirectory() as folder,
        open_library(Path(folder), collection.documents, how, now) as library,
    ):
        say(f"{collection.name}: {library.report.passages} passages, asking {len(collection.queries)} queries")
        ours = rankings(library, collection)
        asked = {query.id: query.text for query in collection.queries}
        return ours, peers(library, asked, say) if beside else {}, library.search.embedder.id


def _common(collection: Collection, embedder: str) -> dict[str, Any]:
    settings = {
        "embedder": embedder,
        "passage_chars": making(collection).passage_chars,
        "passages_asked_for": DEPTH,
        "documents": len(collection.documents),
    }
    return {"seed": SEED, "data": collection.digest, "settings": settings}
