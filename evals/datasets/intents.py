"""Messages with their intent: banking77, NatCS, NLU++, and CLINC150, which has messages that are out of scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.datasets import utterances
from evals.datasets.collections import folder, read_lines
from evals.figures import digest
from evals.halves import is_tuning

NONE = "oos"
# Of banking77's intents the ones whose digest falls here are left out of the examples: they are out of scope.
LEFT_OUT = 8


@dataclass(frozen=True)
class Intents:
    """Examples to learn from by intent; (text, intent) to tune on and to report on, "oos" is none of them."""

    name: str
    examples: Mapping[str, tuple[str, ...]]
    tuning: tuple[tuple[str, str], ...]
    reporting: tuple[tuple[str, str], ...]
    digest: str


def read_clinc150(data: Path) -> Intents:
    """Read CLINC150: its training split is learnt from, what else there is is divided by a digest of the text.

    Raises:
        NotFound: the data set or its file is not there.
    """
    path = folder(data, "clinc150") / "train_val.jsonl"
    rows = [(row["text"], row["intent"], row["split"]) for row in read_lines(path)]
    learnt = [(text, intent) for text, intent, split in rows if split == "train" and intent != NONE]
    rest = [(text, intent) for text, intent, split in rows if split != "train" or intent == NONE]
    return _intents("clinc150", learnt, rest, digest([path]))


def read_banking77(data: Path) -> Intents:
    """Read banking77; a few whole intents play what is out of scope, three in five of the other texts are learnt from.

    Raises:
        NotFound: the data set or its file is not there.
    """
    path = folder(data, "banking77") / "train.jsonl"
    rows = [(row["text"], row["intent"]) for row in read_lines(path)]
    return _with_left_out("banking77", rows, digest([path]))


def read_natcs(data: Path) -> Intents:
    """Read NatCS' spoken-style intents as banking77 is read: a few whole intents are out of scope.

    Raises:
        NotFound: the data set is not there.
        Rejected: a row is none.
    """
    read = utterances.read_natcs(data)
    return _with_left_out("natcs_intents", [(one.text, min(one.intents)) for one in read.rows], read.digest)


def read_nlupp(data: Path) -> Intents:
    """Read NLU++'s messages of one intent (most have several, which is not what topics tell), as banking77 is read.

    Raises:
        NotFound: the data set or its file is not there.
        Rejected: a row is none.
    """
    read = utterances.read_nlupp(data)
    rows = [(one.text, f"{one.domain}: {min(one.intents)}") for one in read.rows if len(one.intents) == 1]
    return _with_left_out("nlupp", rows, read.digest)


def _with_left_out(name: str, rows: list[tuple[str, str]], data: str) -> Intents:
    """A few whole intents play what is out of scope, three in five of the other texts are learnt from."""
    kept = [(text, NONE if _share(intent, LEFT_OUT) == 0 else intent) for text, intent in rows]
    learnt = [(text, intent) for text, intent in kept if intent != NONE and _share(f"learnt {text}", 5) < 3]
    known = {text for text, _ in learnt}
    return _intents(name, learnt, [one for one in kept if one[0] not in known], data)


def _intents(name: str, learnt: list[tuple[str, str]], rest: list[tuple[str, str]], data: str) -> Intents:
    examples: dict[str, tuple[str, ...]] = {}
    for text, intent in learnt:
        examples[intent] = (*examples.get(intent, ()), text)
    some = [one for one in rest if one[1] == NONE or one[1] in examples]
    tuning = tuple(one for one in some if is_tuning(one[0]))
    return Intents(name, examples, tuning, tuple(one for one in some if not is_tuning(one[0])), data)


def _share(text: str, of: int) -> int:
    import hashlib

    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % of
