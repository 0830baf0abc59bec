"""`python -m benchmarks`: measure, show a table, keep the figures in build/bench.json."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks import assigning, embedding, record, scale, searching, serving, suggesting
from benchmarks.environment import BUILD, ROOT
from evals.datasets import mtrag, tau_banking_kb
from evals.datasets.collections import Collection
from evals.figures import Figure, circumstances, keep, table
from knowledge.failures import NotFound

# The long queries of tau are few: more rounds make their times as steady.
ROUNDS = {"mtrag": 2, "tau_banking_kb": 3}


def main() -> None:
    """Run the parts that were asked for; a part whose data is missing is said and left out."""
    asked = _arguments()
    began = perf_counter()

    def say(text: str) -> None:
        print(f"[{perf_counter() - began:5.0f} s] {text}", flush=True)

    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "serve": lambda: _serve(say),
        "mtrag": lambda: _search(mtrag.read(asked.data), asked, say),
        "tau_banking_kb": lambda: _search(tau_banking_kb.read(asked.data), asked, say),
        "suggest": lambda: iter([suggesting.suggest_figure(asked.data, asked.threads, say)]),
        "embedding": lambda: iter([embedding.embedding_figure(asked.data, say)]),
        **{f"scale_{size}": partial(scale.scale_figures, asked.data, size, asked.threads, say) for size in scale.SIZES},
        "assignment": lambda: assigning.assignment_figures(say),
        "record": lambda: record.record_figures(record.QUICK if asked.quick else record.Size(whole=asked.events), say),
    }
    shown: list[Figure] = []
    remarks: list[str] = []
    for name in _wanted(asked.only, parts):
        run = circumstances(ROOT, datetime.now(UTC))
        highest = run.load
        try:
            # Kept as they come: a part may take an hour, and what ends it early takes no figure along.
            for measured in parts[name]():
                load = round(os.getloadavg()[0], 2)
                highest = max(highest, load)
                shown.append(replace(measured, settings={**measured.settings, "load_at_end": load}))
                keep(asked.out, shown[-1:], run)
        except NotFound as missing:
            remarks.append(f"{name}: left out, {missing}")
        if highest > (os.cpu_count() or 1):
            remarks.append(f"{name}: the machine was busy (load {run.load}, up to {highest}); do not quote its times")
    print("\n" + table(shown))
    print("\n".join(["", *remarks, f"{len(shown)} figures in {asked.out}"]))


def _search(collection: Collection, asked: argparse.Namespace, say: searching.Say) -> Iterator[Figure]:
    whole = collection.name == "mtrag"
    with searching.both(collection, whole, asked.threads, say) as systems:
        rounds = ROUNDS[collection.name]
        yield from searching.search_figures(collection, systems, asked.threads, rounds, say)
        if collection.name == "mtrag":
            yield searching.live_update(collection, systems, asked.threads)
        else:
            yield searching.ingest_rate(collection, systems, asked.threads)


def _serve(say: searching.Say) -> Iterator[Figure]:
    yield serving.help_seconds()
    yield from serving.server_figures(say)


def _wanted(only: list[str] | None, parts: Iterable[str]) -> list[str]:
    there = list(parts)
    if unknown := sorted(set(only or ()) - set(there)):
        raise SystemExit(f"No part {', '.join(unknown)}: there are {', '.join(there)}.")
    return only or there


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder of public data")
    parser.add_argument("--out", type=Path, default=BUILD / "bench.json", help="where the figures go")
    parser.add_argument("--threads", type=int, default=0, help="threads for both systems; 0 = their defaults")
    parser.add_argument("--quick", action="store_true", help="the record at a small size: to see that it runs")
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events the record is measured at")
    parser.add_argument("--only", nargs="+", metavar="PART", help="parts to run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
