"""Whether "a person, please" is heard: nlupp's customers who want a person, and everybody else who does not.

The phrase list was widened after its misses on nlupp had been read, so the share found is no promise for other words;
banking77 was only counted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.answering.words import listed, wants_person
from evals.datasets.collections import folder, read_lines
from evals.figures import Figure, digest, figure
from evals.intervals import rate_interval

INTENT = "handoff"


def person_figures(data: Path) -> Iterator[Figure]:
    """Yield the share of wishes that are heard (nlupp), and of other messages that are taken for one (banking77).

    Raises:
        NotFound: a data set is not there.
    """
    wishes = folder(data, "nlupp") / "utterances.jsonl"
    others = folder(data, "banking77") / "train.jsonl"
    wanted = [row["text"] for row in read_lines(wishes) if INTENT in row.get("intents", ())]
    plain = [row["text"] for row in read_lines(others)]
    settings: dict[str, Any] = {"languages": len(listed()), "label": "misses on nlupp were read while the list grew"}
    heard = rate_interval(sum(map(wants_person, wanted)), len(wanted))
    yield figure("bot/person_please/heard", heard, "", data=digest([wishes]), settings=settings)
    false = rate_interval(sum(map(wants_person, plain)), len(plain))
    yield figure("bot/person_please/false_alarms", false, "", data=digest([others]), settings=settings)
