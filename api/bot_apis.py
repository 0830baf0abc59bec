"""The bot's tools from HTTP APIs: a YAML file names each API, its hosts, and every operation that may be used."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select

from assistant.tools.openapi import Api, tools_of
from assistant.tools.toolbox import Caller, Identity, Tool
from knowledge.customers.record import get_customer
from knowledge.customers.tables import CustomerRow
from knowledge.database import Database
from knowledge.failures import Rejected
from knowledge.scope import Scope

MOST_BYTES = 2_000_000
FROM_ENVIRONMENT = "env:"
Word = Annotated[str, Field(min_length=1, max_length=200)]
READ_MORE = "docs/bot.md describes the file."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Operation(_Strict):
    """One operation that may be used. Questions like its `examples` use it; `identity` may only be made stricter."""

    identity: Identity = "proven"
    examples: Annotated[tuple[Word, ...], Field(max_length=50)] = ()
    seconds: Annotated[float, Field(gt=0, le=30)] = 5.0


class ApiFile(_Strict):
    """One API: where its description lies (JSON or YAML), its hosts, headers, and whose data it is asked for.

    `whose` names the parameter that holds the customer's key, by `key`: how the shop knows them (`external_key`) or
    their proven address. A header's value `env:NAME` is read from the environment, so that the file holds no secret.
    """

    spec: Path
    hosts: tuple[Word, ...] = ()
    local: tuple[Word, ...] = ()
    headers: Mapping[str, Word] = Field(default_factory=dict)
    whose: str = ""
    key: Literal["external_key", "email", "phone"] = "external_key"
    operations: Annotated[Mapping[str, Operation], Field(min_length=1, max_length=40)]


class _File(_Strict):
    apis: Annotated[tuple[ApiFile, ...], Field(min_length=1, max_length=10)]


def read_apis(path: Path, database: Database, scope: Scope) -> list[Tool]:
    """Return the tools of every operation that the file allows.

    Raises:
        Rejected: the file, a description or an operation cannot be used; what is wrong is said.
    """
    try:
        read = _File.model_validate(_loaded(path))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:8])
        raise Rejected(f"{path.name}: {told}.", READ_MORE) from error
    return [tool for one in read.apis for tool in _tools(path, one, database, scope)]


def _loaded(path: Path) -> Any:
    try:
        content = path.read_bytes()
        if len(content) > MOST_BYTES:
            raise Rejected(f"{path.name} is larger than {MOST_BYTES:,} bytes.", READ_MORE)
        text = content.decode("utf-8")
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise Rejected(f"{path} cannot be read ({type(error).__name__}).", READ_MORE) from error


def _tools(file: Path, one: ApiFile, database: Database, scope: Scope) -> list[Tool]:
    spec = _loaded(file.parent / one.spec)
    if not isinstance(spec, dict):
        raise Rejected(f"{one.spec} is no OpenAPI description.", READ_MORE)
    headers = {name: _value(name, text) for name, text in one.headers.items()}
    hosts, local = (frozenset(host.lower() for host in names) for names in (one.hosts, one.local))
    api = Api(spec, hosts, local, headers, one.whose, _key_of(database, scope, one.key))
    known = {tool.name: tool for tool in tools_of(api)}
    missing = sorted(set(one.operations) - known.keys())
    if missing:
        able = ", ".join(sorted(known)) or "none"
        raise Rejected(f"{one.spec} has no operation {', '.join(missing)} that can be a tool.", f"It has {able}.")
    return [_allowed(known[name], given) for name, given in one.operations.items()]


def _allowed(tool: Tool, given: Operation) -> Tool:
    strict: Identity = "proven" if "proven" in (tool.identity, given.identity) else "anybody"
    return replace(tool, identity=strict, seconds=given.seconds, examples=given.examples)


def _value(name: str, text: str) -> str:
    if not text.startswith(FROM_ENVIRONMENT):
        return text
    variable = text.removeprefix(FROM_ENVIRONMENT)
    if not os.environ.get(variable):
        raise Rejected(f"The header {name} wants {variable}, which is not set.", "Set it in the environment.")
    return os.environ[variable]


def _key_of(database: Database, scope: Scope, key: str) -> Callable[[Caller], str]:
    def key_of(caller: Caller) -> str:
        with database.read() as session:
            if key == "external_key":
                rows = select(CustomerRow.external_key).where(CustomerRow.id.in_(caller.records))
                found = [one for one in session.scalars(rows.order_by(CustomerRow.id)) if one]
            else:
                handles = [known for one in caller.records for known in get_customer(session, scope, one).handles]
                found = [one.handle.value for one in handles if one.verified and one.handle.kind == key]
        if not found:
            raise Rejected("The shop does not know this customer by that key.")
        return found[0]

    return key_of
