from pathlib import Path

import numpy as np

from evals.datasets.intents import NONE, read_banking77, read_clinc150
from evals.topics import ACCURATE, limit_for


def test_the_limit_keeps_the_accuracy() -> None:
    score = np.arange(100, dtype=np.float32)
    every = np.ones(100, bool)
    assert limit_for(every, score, every) == 100 - np.ceil(ACCURATE * 100)
    assert limit_for(np.zeros(100, bool), score, every) == -np.inf
    assert limit_for(every[:0], score[:0], every[:0]) == -np.inf


def test_parts_do_not_overlap(data: Path) -> None:
    for read in (read_banking77, read_clinc150):
        found = read(data)
        learnt = {text for some in found.examples.values() for text in some}
        tuned, reported = ({text for text, _ in part} for part in (found.tuning, found.reporting))
        assert min(len(learnt), len(tuned), len(reported)) > 0
        assert not tuned & reported
        if found.name == "banking77":
            assert not learnt & (tuned | reported)
        assert NONE not in found.examples
        assert {NONE} < {intent for _, intent in found.reporting}
