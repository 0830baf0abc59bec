"""Imports run in no circle: whichever module of ours is imported first, by a command or a worker, comes up."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("api", "evals", "handoff", "assistant", "retrieval", "knowledge")


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for room in ROOMS for file in (ROOT / room).rglob("*.py")}


def at_the_top(tree: ast.Module) -> Iterator[str]:
    """What is imported as soon as the module is: not within functions, nor for types alone."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def needed(module: str, file: Path) -> set[str]:
    """The modules that must run before it, with the packages they lie in (unless it lies there, too)."""
    found = set()
    for target in at_the_top(ast.parse(file.read_text())):
        steps = target.split(".")
        found |= {".".join(steps[:count]) for count in range(1, len(steps) + 1)}
    return {one for one in found if one in MODULES and not f"{module}.".startswith(f"{one}.")}


def test_no_module_needs_itself() -> None:
    graph = {module: needed(module, file) for module, file in MODULES.items()}
    assert len(graph) > 500
    TopologicalSorter(graph).prepare()
