"""Case, Answer, Score, Failure and Task: what is asked, what came of it, and how it is marked."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
Values = Mapping[str, float]


@dataclass(frozen=True)
class Case:
    """One thing to ask. `given` is what the product gets, `wanted` what marks its answer; both are JSON.

    `group` names what the case is not independent of (its conversation, its customer; empty: nothing), `slices` what
    it can be told apart by: channel, language, topic, customer kind.
    """

    id: str
    given: Json
    wanted: Json = field(default_factory=dict)
    group: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)

    @property
    def cluster(self) -> str:
        """The group, or the case itself when it stands alone."""
        return self.group or self.id


@dataclass(frozen=True)
class Answer:
    """What the product gave for a case, as JSON; `cost` in the currency of the settings, `tokens` of models."""

    output: Json
    cost: float = 0.0
    tokens: int = 0


@dataclass(frozen=True)
class Score:
    """A marked case. `answered` is False when the product gave nothing and the task's defaults stand in `values`."""

    case: str
    values: Values
    answered: bool = True
    output: Json = field(default_factory=dict)
    seconds: float = 0.0
    cost: float = 0.0
    tokens: int = 0


@dataclass(frozen=True)
class Failure:
    """A case that could not be measured, and why: never a 0, and never left out of what is reported."""

    case: str
    reason: str
    seconds: float = 0.0


Result = Score | Failure


@dataclass(frozen=True)
class Metric:
    """A name, what an unanswered case scores, and which way is better. `never` is one that must not rise at all."""

    name: str
    default: float = 0.0
    higher_is_better: bool = True
    never: bool = False


@dataclass(frozen=True)
class Task:
    """Cases with the product's function over them.

    `answer` calls the product, None means that it gave no answer; `mark` gives every metric's value, or a subset of
    them where one is undefined for a case. `settings`, `models` and `judge` are what an answer depends on beside the
    code; `data` is the digest of what was read.
    """

    name: str
    cases: tuple[Case, ...]
    answer: Callable[[Case], Answer | None]
    mark: Callable[[Case, Answer], Values]
    metrics: tuple[Metric, ...]
    data: str = ""
    settings: Json = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    judge: str = ""

    def __post_init__(self) -> None:
        ids = [case.id for case in self.cases]
        if len(set(ids)) != len(ids):
            raise ValueError(f"{self.name} names a case twice")

    @property
    def defaults(self) -> Values:
        """What an unanswered case scores."""
        return {metric.name: metric.default for metric in self.metrics}


def fingerprint(*parts: object) -> str:
    """Return the SHA-256 of JSON values; the same for the same values in any order of keys."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
