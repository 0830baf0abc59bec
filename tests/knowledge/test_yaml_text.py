"""YAML that people write is read strictly, and mistakes are told with their line."""

import pytest

from knowledge.failures import Rejected
from knowledge.yaml_text import parse_yaml


def test_what_is_yaml() -> None:
    assert parse_yaml("", "x", "") is None
    text = "base: &base {a: 1}\nmore: {<<: *base, b: 2}\nlist: [2026-02-28, 'a']\n1: x\n'1': y\n"
    read = parse_yaml(text, "x", "")
    assert read["more"] == {"a": 1, "b": 2}
    assert (read[1], read["1"]) == ("x", "y")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3", "line 3: 'a' stands there twice"),
        ("a:\n  b: 1\n  b: 2", "line 3: 'b' stands there twice"),
        ("a: 1\nb: [2026-02-30]", "line 2: day is out of range"),
        ("a: 1\n\tb: 2", "line 2: found character"),
        ("a: [1, 2", "line 1: expected"),
        ("[" * 800, "is no YAML"),
        ("a: \x07", "is no YAML"),
        ("!!python/object/apply:os.system ['true']", "line 1: could not determine"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, told: str) -> None:
    with pytest.raises(Rejected) as refused:
        parse_yaml(text, "the plan", "Indent by spaces.")
    assert refused.value.message.startswith("the plan is no YAML: ")
    assert told in refused.value.message
    assert refused.value.remedy == "Indent by spaces."
