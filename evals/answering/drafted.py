"""Drafts made once for several parts: kept below build/ for as long as code and data are the same."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from evals.answering.refusal import Decided, Say, decided_clapnq, decided_mtrag
from evals.datasets import clapnq, mtrag
from evals.suite import sources

FOLDER = "drafted"
Make = Callable[[], Sequence[Decided]]


def both(build: Path, data: Path, now: datetime, say: Say) -> tuple[dict[str, list[Decided]], dict[str, str]]:
    """Return the questions of mtrag and clapnq by name, drafted or read, and the digests of the data.

    Raises:
        NotFound: a data set is not there.
    """
    digests = {"mtrag": mtrag.read(data).digest, "clapnq": clapnq.read(data).digest}
    make: Mapping[str, Make] = {
        "mtrag": lambda: decided_mtrag(data, now, say),
        "clapnq": lambda: decided_clapnq(data, now, say),
    }
    return {name: kept(build / FOLDER, name, digests[name], make[name]) for name in make}, digests


def kept(folder: Path, name: str, digest: str, make: Make) -> list[Decided]:
    """Return what the same code made of the same data before, else make it and keep it; a second run waits."""
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(f"{name} {digest} {sources()}".encode()).hexdigest()[:16]
    path = folder / f"{name}-{key}.json"
    with FileLock(folder / f"{name}.lock"):
        if path.is_file():
            return [Decided(**row) for row in json.loads(path.read_text("utf-8"))]
        made = list(make())
        for old in folder.glob(f"{name}-*.json"):
            old.unlink()
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps([asdict(one) for one in made]), "utf-8")
        fresh.replace(path)
    return made
