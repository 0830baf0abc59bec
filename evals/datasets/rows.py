"""Rows of outside files, checked by a pydantic model as they come in: a bad one is named by file and line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.datasets.collections import read_lines
from knowledge.failures import NotFound, Rejected


class Row(BaseModel):
    """A row of somebody else's file: what we do not use may be there, what we use must be right."""

    model_config = ConfigDict(extra="ignore", frozen=True)


R = TypeVar("R", bound=Row)


def read_rows(path: Path, model: type[R]) -> Iterator[R]:
    """The rows of a JSON-lines file.

    Raises:
        NotFound: the file is not there.
        Rejected: a line is no JSON object or not such a row.
    """
    for number, row in enumerate(read_lines(path), start=1):
        yield _checked(model, row, f"{path}, line {number}")


def read_list(path: Path, model: type[R]) -> list[R]:
    """The rows of a JSON file that holds one list.

    Raises:
        NotFound: the file is not there.
        Rejected: it holds no list, or not such rows.
    """
    rows = read_json(path)
    if not isinstance(rows, list):
        raise Rejected(f"{path}: no list.")
    return [_checked(model, row, f"{path}, item {number}") for number, row in enumerate(rows, start=1)]


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        NotFound: the file is not there.
        Rejected: it is no JSON.
    """
    if not path.is_file():
        raise NotFound(f"{path} is not there.", "Fetch the data set again.")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Rejected(f"{path}: no JSON.") from error


def _checked(model: type[R], row: object, place: str) -> R:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        problem = error.errors()[0]
        raise Rejected(f"{place}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}.") from error
