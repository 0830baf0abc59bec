"""How long an agent waits for a suggestion without a model, over 5,000 passages."""

from pathlib import Path
from typing import Any

from benchmarks.environment import BUILD
from benchmarks.searching import SEED, Say, our_child
from evals.datasets import aws_docs_qa, mtrag, tau_banking_kb
from evals.figures import Figure, figure
from evals.intervals import quantile_interval
from evals.retrieval.library import write_articles

PASSAGES = 5_000
QUESTIONS = 150
WARM_UP = 10


def suggest_figure(data: Path, threads: int, say: Say) -> Figure:
    """Fill a library with the articles of three collections in turn until it has 5,000 passages, then ask."""
    questions = mtrag.read(data)
    collections = [questions, tau_banking_kb.read(data), aws_docs_qa.read(data)]
    path = BUILD / "bench" / "5k.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_articles(path, [document for one in collections for document in one.documents], {})
    with our_child(threads) as ours:
        say(f"suggest: indexing {PASSAGES} passages of " + ", ".join(one.name for one in collections))
        indexed = ours.call("index", path=str(path), whole=False, passages=PASSAGES)
        say(f"suggest: {indexed['passages']} passages after {indexed['seconds']:.0f} s")
        said = []
        for number, query in enumerate(questions.queries[: QUESTIONS + WARM_UP]):
            last = query.text.rsplit("\n", 1)[-1]
            said.append(ours.call("suggest", text=last, person=f"person{number}"))
        said = said[WARM_UP:]
        stats = ours.call("stats")
    settings: dict[str, Any] = {
        "passages": indexed["passages"],
        "articles": indexed["articles"],
        "collections": [one.name for one in collections],
        "threads": threads or "default",
        "embedder": stats["embedder"],
        "decisions": _counts([reply["decision"] for reply in said]),
        "median_ms_by_step": _medians([reply["timings_ms"] for reply in said]),
    }
    return figure(
        "suggest/extractive_5k/p95_ms",
        quantile_interval([1000 * reply["seconds"] for reply in said], 0.95, seed=SEED),
        "ms",
        seed=SEED,
        data="+".join(one.digest for one in collections),
        settings=settings,
    )


def _counts(words: list[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}


def _medians(timings: list[dict[str, float]]) -> dict[str, float]:
    steps = sorted({step for one in timings for step in one})
    return {
        step: round(quantile_interval([one.get(step, 0.0) for one in timings], 0.5, seed=SEED, draws=1).value, 2)
        for step in steps
    }
