"""What every route's input must do: no text of it holds what a database refuses."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel

import api.routes
from api.schemas import without_nul


def bodies() -> Iterator[tuple[str, Any]]:
    """The path and the type of the body of each route that takes one."""
    for module in pkgutil.iter_modules(api.routes.__path__):
        for value in vars(import_module(f"api.routes.{module.name}")).values():
            if isinstance(value, APIRouter):
                routes = [one for one in value.routes if isinstance(one, APIRoute) and one.body_field]
                yield from ((one.path, one.body_field.field_info.annotation) for one in routes if one.body_field)


def models(kind: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of, however deep."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(kind):
        yield from models(inner)


def test_no_text_of_an_input_keeps_a_nul_character() -> None:
    found = {(path, model.__name__, model) for path, body in bodies() for model in models(body)}
    assert len(found) > 20
    keeps = [
        f"{path}: {name}.{field}"
        for path, name, model in found
        for field, told in model.model_fields.items()
        if told.annotation is str or str in get_args(told.annotation)
        if not any(one == AfterValidator(without_nul) or getattr(one, "pattern", None) for one in told.metadata)
    ]
    assert keeps == []
