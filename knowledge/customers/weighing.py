"""How a company weighs its customers' health: the parts' weights, the bands, and what leaves nothing of a part."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Part = Literal["satisfaction", "usage", "open issues", "repeats", "mood"]
# What the parts weigh together; not fitted to churn, of which no labels are at hand.
WEIGHTS: Mapping[Part, float] = {"satisfaction": 0.25, "usage": 0.25, "open issues": 0.2, "repeats": 0.15, "mood": 0.15}


class Weighing(BaseModel):
    """Weights count beside each other; a part that is not named weighs what it weighs by default, 0 leaves it out.

    Red below `red_below`, green from `green_from`, amber between. An issue open for `open_days`, or `repeats` contacts
    more than one about one problem, leave nothing of their part.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: Mapping[Part, Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]] = WEIGHTS
    red_below: Annotated[float, Field(ge=0, le=100)] = 40
    green_from: Annotated[float, Field(ge=0, le=100)] = 70
    open_days: Annotated[float, Field(gt=0, le=3_650)] = 14
    repeats: Annotated[int, Field(ge=1, le=1_000)] = 3

    @model_validator(mode="after")
    def _makes_a_score(self) -> "Weighing":
        if not any(self.weight(part) for part in WEIGHTS if part != "usage"):
            raise ValueError("some part besides usage must weigh something: usage alone makes no score")
        if self.red_below > self.green_from:
            raise ValueError("green_from lies below red_below")
        return self

    def weight(self, part: Part) -> float:
        """Return what a part weighs."""
        return self.weights.get(part, WEIGHTS[part])


AS_SHIPPED = Weighing()
