"""A model's plain summary of a cut dialogue: where it is kept, what it holds of what was needed, what is false."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from assistant.reading import sentences
from evals.core.runs import Run, load
from evals.datasets.service_dialogues import Dialogues
from evals.handoff.appearing import appears
from evals.handoff.cutting import BEGIN, Cut, kept
from evals.handoff.fact_truth import why_false
from knowledge.customers.facts.fact import Fact
from knowledge.customers.facts.values import Value, find_values

FOLDER = "models"
# Values that the labels can say something about; counts and bare numbers may be sums of the model's own.
HARD = frozenset({"email", "phone", "date", "time", "amount", "reference"})


def task_name(dialogues: Dialogues) -> str:
    """How a data set's summaries are named among runs."""
    return f"handoff/{dialogues.name}/model_summary"


def cut_name(cut: Cut) -> str:
    """How a cut is named among the cases of a run."""
    return f"{cut.dialogue.id}/{cut.at}"


def run_file(build: Path, run: Run) -> Path:
    """Where a run of summaries is kept."""
    return build / FOLDER / f"{run.task.replace('/', '-')}-{run.commit}.json"


def fullest(build: Path, dialogues: Dialogues) -> Run | None:
    """Return the run over this very data with the most summaries, the newest of equals; `None` when there is none.

    Raises:
        Rejected: a file of that name holds no run.
    """
    runs = map(load, sorted((build / FOLDER).glob(f"{task_name(dialogues).replace('/', '-')}-*.json")))
    fitting = [run for run in runs if run.data == dialogues.digest and run.scores]
    return max(fitting, key=lambda run: (len(run.scores), run.at), default=None)


def summaries_of(run: Run | None) -> Mapping[str, str]:
    """Return the summaries of a run by the names of their cuts."""
    return {name: str(score.output.get("text", "")) for name, score in run.scores.items()} if run else {}


@dataclass(frozen=True)
class Summarised:
    """What a summary keeps of a cut's needed values, whole and at another text's length, and why values are false."""

    hits: tuple[bool, ...]
    short: tuple[bool, ...]
    verdicts: tuple[str, ...]
    words: int


def measure_summary(cut: Cut, text: str, length: int) -> Summarised:
    """Hold a summary against its cut by the functions that the package is held against."""
    brief = " ".join(text.split()[:length])
    return Summarised(tuple(kept(cut, text)), tuple(kept(cut, brief)), tuple(untrue(cut, text)), len(text.split()))


def untrue(cut: Cut, text: str) -> list[str]:
    """Return for every hard value of a summary why it is false, empty when it is true.

    A value is taken as said by whoever said it first; where its sentence names what replaced it, that counts.
    """
    found: dict[tuple[str, str], str] = {}
    for sentence in chain.from_iterable(sentences(line) for line in text.splitlines()):
        values = [one for one in find_values(sentence) if one.type in HARD]
        for one in values:
            found.setdefault((one.type, one.value), _why(cut, one, [other for other in values if other is not one]))
    return list(found.values())


def _why(cut: Cut, value: Value, beside: Sequence[Value]) -> str:
    sources = [
        at for at, step in enumerate(cut.before) if step.speaker != "call" and appears("", value.text, step.text)
    ]
    if not sources:
        return "value: not said"
    speaker = cut.before[sources[0]].speaker
    asked = [argument for step in cut.dialogue.steps for argument in step.arguments]
    now = [one.text for one in beside if any(appears(key, one.text, told) for key, told in asked)]
    more: dict[str, Any] = {"type": value.type, "owner": speaker, "status": "current", "now": ", ".join(now)}
    shown = Fact(label="", value=value.value, text=value.text, sources=tuple(map(str, sources)), at=BEGIN, **more)
    return why_false(shown, cut)
