"""YAML that people write: read strictly, mistakes told with their line."""

from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node

from knowledge.failures import Rejected

MERGE = "tag:yaml.org,2002:merge"


def parse_yaml(text: str, name: str, remedy: str) -> Any:
    """Return what a YAML text says; nothing stands for an empty one. `name` and `remedy` are told where it is none.

    Raises:
        Rejected: it is no YAML, has a key twice, or holds a value that is none, such as the date 2026-02-30.
    """
    try:
        return yaml.load(text, _Strict)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise Rejected(f"{name} is no YAML: {line}{error.problem or error.context}.", remedy) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Rejected(f"{name} is no YAML: {' '.join(str(error).split())[:200]}.", remedy) from error


class _Strict(yaml.SafeLoader):
    """Loads nothing but plain values, each key once."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        """Return the value of a node; one that is none is told with its place."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from error

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the values by key."""
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            said = (key.tag, str(key.value))
            if said in seen and key.tag != MERGE:
                raise ConstructorError(None, None, f"{key.value!r} stands there twice", key.start_mark)
            seen.add(said)
        return super().construct_mapping(node, deep)
