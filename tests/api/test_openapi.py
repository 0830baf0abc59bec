"""The OpenAPI document is complete, stays as it is unless somebody means to change it, and tells the truth."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from api import failures
from api.access import ANYONE, TABLE
from knowledge.customers.entries import Entry
from tests.api.test_access import ENDLESS

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
# PostgreSQL refuses more than SQLite does: NUL characters, large numbers, long texts.
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@on_sqlite
def test_the_document_is_as_it_was(app: FastAPI, snapshot: SnapshotAssertion) -> None:
    document = json.loads(json.dumps(app.openapi()))
    document["info"]["version"] = "any"
    assert document == snapshot(name="openapi", extension_class=JSONSnapshotExtension)


@on_sqlite
def test_every_operation_says_what_it_is_and_how_it_fails(app: FastAPI) -> None:
    operations: list[tuple[str, str, dict[str, Any]]] = [
        (method.upper(), path, operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 25
    for method, path, operation in operations:
        assert operation.get("description"), (method, path)
        if TABLE[method, path] != ANYONE:
            assert "401" in operation["responses"], (method, path)
        if "requestBody" in operation:
            assert {"400", "413", "422"} <= set(operation["responses"]), (method, path)
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and path != "/ready":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)


@on_sqlite
def test_every_route_is_documented(app: FastAPI) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            named = f"{method.upper()} {path}"
            assert named in page or (path in ("/health", "/ready") and path in page), named
    for _, error in failures.TABLE.values():
        assert f"`{error}`" in page


@on_postgresql
@pytest.mark.timeout(300)
def test_no_input_makes_the_server_fail(
    app: FastAPI, tokens: dict[str, str], customer: dict[str, str], arrive: Callable[..., Entry]
) -> None:
    """A small schemathesis run over every route that ends, on things that are really there."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    admin = {"Authorization": f"Bearer {tokens['admin']}"}
    there = arrive("Hello")
    real = {"conversation": there.conversation, "customer": there.customer}
    ran = set()
    for found in schema.exclude(path=sorted(ENDLESS | {"/logout"})).get_all_operations():
        operation = found.ok()
        _probe(operation, customer if operation.path.startswith("/api/chat") else admin, real)
        ran.add(operation.label)
    assert len(ran) > 25


def _probe(operation: Any, headers: dict[str, str], real: dict[str, str | None]) -> None:
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.path_parameters = {name: real.get(name, made) for name, made in (case.path_parameters or {}).items()}
        case.call_and_validate(headers=headers, checks=[not_a_server_error])

    check()
