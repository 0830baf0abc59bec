"""The record at size: pages of a timeline, appends and imports beside raw SQL, and how late a live reader is."""

import asyncio
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from benchmarks import bulk, history, raw
from benchmarks.history import BEGIN, SCOPE
from evals.durability import own_postgresql
from evals.figures import Figure, figure
from evals.intervals import Interval, quantile_interval
from knowledge.customers import timeline
from knowledge.customers.live import Tail, Watcher
from knowledge.database import Database, open_database

SEED = 20261122
AT_ONCE = 1_000_000  # events whose conversations are in memory while they are stored: about 2 GB
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How much is measured: events stored in two steps, pages read, blocks of appends, rows imported, live readers."""

    first: int = 100_000
    whole: int = 1_000_000
    pages: int = 1_000
    blocks: int = 40
    appends: int = 50  # a block
    rows: int = 20_000
    readers: int = 200
    commits: int = 60


QUICK = Size(first=500, whole=2_000, pages=50, blocks=4, appends=5, rows=400, readers=10, commits=5)


def record_figures(size: Size, say: Say) -> Iterator[Figure]:
    """Measure on SQLite, then on PostgreSQL with the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        for name, url in (("sqlite", nullcontext(f"sqlite:///{folder}/record.db")), ("postgresql", own_postgresql())):
            with url as address:
                database = open_database(address)
                yield from _measure(name, database, size, say)
                database.close()
        yield from imported(Path(folder), size, say)


def _measure(name: str, database: Database, size: Size, say: Say) -> Iterator[Figure]:
    taken: dict[str, list[list[float]]] = {"timeline": [], "append": []}
    for label, begin, end in (("first", 0, size.first), ("whole", size.first, size.whole)):
        started = perf_counter()
        for some in range(begin, end, AT_ONCE):
            bulk.fill(database, some, min(some + AT_ONCE, end), SEED)
            say(f"{name}: {min(some + AT_ONCE, end):,} events stored")
        raw.settle(database)
        say(f"{name}: {end:,} events after {perf_counter() - started:.0f} s")
        customers = end // history.EVENTS_EACH
        words = {"events": end, "customers": customers}
        spent = process_time()
        read = pages(database, customers, size)
        more = {
            "median": round(median(read), 3),
            "of_processor_time": round(1000 * (process_time() - spent) / len(read), 3),
        }
        p95 = quantile_interval(read, 0.95, seed=SEED)
        yield _named(f"timeline/{name}_{_short(end)}/p95_ms", p95, {**words, **more})
        blocks = appends(_short(end), database, customers, size)
        where = f"append/{name}" if label == "whole" else f"append/{name}_{_short(end)}"
        yield _beside_raw(f"{where}/ratio_vs_raw", blocks, {**words, "appends": size.appends})
        taken["timeline"].append(read)
        taken["append"].append([block.ours for block in blocks])
        say(f"{name}: pages and appends at {end:,} measured")
    yield from _growth(name, taken, {"from": size.first, "to": size.whole})
    yield lag(name, database, size)


def pages(database: Database, customers: int, size: Size) -> list[float]:
    """The milliseconds for each of many customers' newest 50 entries, in a transaction of its own."""
    rng, taken = random.Random(SEED), []
    for number in range(size.pages):
        whose = history.customer_id(rng.randrange(customers))
        started = perf_counter()
        with database.read() as session:
            found = timeline.page(session, SCOPE, customer=whose)
        taken.append(1000 * (perf_counter() - started))
        assert found, number
    return taken


@dataclass(frozen=True)
class Block:
    """Seconds for as many appends of ours and of raw SQL: by the clock, and of this process's processor time."""

    ours: float
    raw: float
    ours_cpu: float
    raw_cpu: float


def appends(label: str, database: Database, customers: int, size: Size) -> list[Block]:
    """Our appends and raw inserts of the same rows, block by block in turn."""
    rng = random.Random(f"{SEED}:{label}")
    rows = raw.Raw(database)
    blocks = []
    for number in range(size.blocks):
        at = BEGIN + timedelta(days=400 + number)
        key = f"{label}:{number}:{os.getpid()}"
        news = [history.message(rng.randrange(customers), at, f"{key}:{n}", rng) for n in range(2 * size.appends)]
        with database.read() as session:
            prepared = [rows.of(session, new) for new in news[size.appends :]]
        started = perf_counter(), process_time()
        for one in prepared:
            rows.insert(one)
        between = perf_counter(), process_time()
        for new in news[: size.appends]:
            with database.write() as session:
                timeline.append(session, SCOPE, new, at)
        ended = perf_counter(), process_time()
        spent = [ended[0] - between[0], between[0] - started[0], ended[1] - between[1], between[1] - started[1]]
        blocks.append(Block(*spent))
    rows.close()
    return blocks


def _beside_raw(where: str, blocks: list[Block], words: dict[str, int]) -> Figure:
    """(our entries / s) / (raw entries / s), the median of the blocks."""
    more: dict[str, float] = {
        "microseconds": round(1e6 * median(block.ours for block in blocks) / words["appends"]),
        "raw_microseconds": round(1e6 * median(block.raw for block in blocks) / words["appends"]),
        "ratio_of_processor_time": round(median(block.raw_cpu / block.ours_cpu for block in blocks), 3),
    }
    ratios = [block.raw / block.ours for block in blocks]
    return _named(where, quantile_interval(ratios, 0.5, seed=SEED), {**words, **more}, "")


def _growth(name: str, taken: dict[str, list[list[float]]], words: dict[str, float]) -> Iterator[Figure]:
    """What a page and a block of appends cost with the whole history over what they cost with the first part of it."""
    for what, (first, whole) in taken.items():
        before = median(first)
        ratio = quantile_interval([one / before for one in whole], 0.5, seed=SEED)
        yield _named(f"{what}/{name}/growth", ratio, words, "")


def lag(name: str, database: Database, size: Size) -> Figure:
    """The 95th percentile of the seconds from another process's commit to each of the readers having the entry."""
    other = open_database(database.engine.url.render_as_string(hide_password=False))  # as another process is
    watcher = Watcher(database, SCOPE)
    watcher.start()
    late = asyncio.run(_follow(database, other, size))
    watcher.stop()
    other.close()
    more = {"readers": size.readers, "commits": size.commits}
    return _named(f"live/{name}/lag_p95_s", quantile_interval(late, 0.95, seed=SEED), more, "s")


async def _follow(database: Database, other: Database, size: Size) -> list[float]:
    with database.read() as session:
        cursor = timeline.last_seq(session, SCOPE)
    tail, rng = Tail(database, SCOPE), random.Random(SEED)
    committed: dict[int, float] = {}
    arrived: list[tuple[int, float]] = []

    async def read() -> None:
        left = size.commits
        async for entry in tail.follow(cursor):
            if entry is not None:
                arrived.append((entry.seq, perf_counter()))
                left -= 1
            if not left:
                return

    def write(number: int) -> None:
        new = history.message(0, BEGIN + timedelta(days=500, seconds=number), f"live:{number}", rng)
        with other.write() as session:
            entry = timeline.append(session, SCOPE, new, BEGIN)
        committed[entry.seq] = perf_counter()

    reading = [asyncio.ensure_future(read()) for _ in range(size.readers)]
    for number in range(size.commits):
        await asyncio.sleep(rng.uniform(0.02, 0.2))
        await asyncio.to_thread(write, number)
    await asyncio.gather(*reading)
    tail.close()
    # A reader can have it before the writer's own thread goes on.
    return [max(0.0, at - committed[seq]) for seq, at in arrived]


def imported(folder: Path, size: Size, say: Say) -> Iterator[Figure]:
    """Events a second through `import_events` into a fresh SQLite file, and over raw inserts of as many."""
    from api.importers.importing import import_events

    database = open_database(f"sqlite:///{folder / 'import.db'}")
    people, events = history.as_rows(size.rows, SEED)
    begun, spent = perf_counter(), process_time()
    import_events(database, SCOPE, people, BEGIN)
    customers = {
        "customers_per_s": round(len(people) / (perf_counter() - begun)),
        "customers_per_s_of_processor_time": round(len(people) / (process_time() - spent)),
    }
    rates, ratios, of_processor = [], [], []
    rows = raw.Raw(database)
    for part in range(4):
        lines = [json.dumps(row) for row in events[part::4]]
        begun, spent = perf_counter(), process_time()
        report = import_events(database, SCOPE, lines, BEGIN)
        seconds = perf_counter() - begun
        of_processor.append(len(lines) / (process_time() - spent))
        assert not report.bad, report.bad[0]
        begun = perf_counter()
        rows.insert_again(len(lines))
        rates.append(len(lines) / seconds)
        ratios.append((perf_counter() - begun) / seconds)
        say(f"import: {rates[-1]:.0f} events/s")
    rows.close()
    database.close()
    words = {
        "rows": size.rows,
        "parts": len(rates),
        "per_s_of_processor_time": round(median(of_processor)),
        **customers,
    }
    yield _named("import/sqlite/events_per_s", quantile_interval(rates, 0.5, seed=SEED), words, "/s")
    yield _named("import/sqlite/ratio_vs_raw", quantile_interval(ratios, 0.5, seed=SEED), words, "")


def _named(name: str, interval: Interval, settings: Mapping[str, float], unit: str = "ms") -> Figure:
    return figure(name, interval, unit, seed=SEED, settings=dict(settings))


def _short(events: int) -> str:
    return f"{events // 1_000_000}m" if events >= 1_000_000 else f"{events / 1000:g}k"
