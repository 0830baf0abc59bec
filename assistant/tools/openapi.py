"""Tools from any HTTP API that OpenAPI describes: GET reads, everything else is proposed; only to hosts that are named.

The address is checked again each time: the host must be named, over HTTPS, and must not resolve to an address of this
machine or its network (unless the host is named as a local one); redirects are not followed, answers are cut.
"""

import ipaddress
import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from pydantic import Field, create_model

from assistant.tools.toolbox import Arguments, Caller, Tool
from knowledge.failures import Rejected, Unavailable

MOST_BYTES = 20_000
MOST_TOOLS = 40
TYPES: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}
NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,59}$")
READS = "get"
CHANGES = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Api:
    """An API: its description, the hosts it may be called at, and what proves us (a header, kept from customers).

    `local` hosts may be reached on this machine or network, and without TLS. `whose` names the parameter that is filled
    with the customer's own key and never by whoever asks: without it in an operation, the operation needs nobody.
    """

    spec: Mapping[str, Any]
    hosts: frozenset[str]
    local: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    whose: str = ""
    key_of: Callable[[Caller], str] = lambda caller: caller.records[0]


@dataclass(frozen=True)
class _Operation:
    name: str
    method: str
    path: str
    description: str
    parameters: tuple[Mapping[str, Any], ...]


def tools_of(api: Api, seconds: float = 5.0) -> list[Tool]:
    """Return a tool for each operation of an API that has an id and only simple parameters.

    Raises:
        Rejected: the description names no server, or one that is not among the hosts.
    """
    base = _base(api)
    made = [_tool(api, base, one, seconds) for one in _operations(api.spec)]
    return made[:MOST_TOOLS]


def _base(api: Api) -> str:
    servers = api.spec.get("servers")
    url = servers[0].get("url", "") if isinstance(servers, list) and servers and isinstance(servers[0], dict) else ""
    check_address(api, str(url))
    return str(url).rstrip("/")


def check_address(api: Api, url: str) -> None:
    """Refuse an address that is not one of the API's own.

    Raises:
        Rejected: another host, no HTTPS, credentials in the address, or a name that leads into our own network.
    """
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError as error:
        raise Rejected("The API's address is none.") from error
    host = (parts.hostname or "").lower()
    known = host in api.hosts | api.local
    if not known or parts.username or parts.password or parts.scheme not in ("https", "http"):
        raise Rejected(f"{host or 'nowhere'} is not among the hosts that tools may call.", "Name it in the allow-list.")
    if host in api.local:
        return
    if parts.scheme != "https":
        raise Rejected(f"{host} would be called without TLS.", "Use https.")
    for address in _resolve(host, port or 443):
        if not ipaddress.ip_address(address).is_global:
            raise Rejected(f"{host} leads into a private network.", "Name it as a local host if that is meant.")


def _resolve(host: str, port: int) -> list[str]:
    try:
        return [str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise Unavailable(f"{host} cannot be found.") from error


def _operations(spec: Mapping[str, Any]) -> list[_Operation]:
    found: list[_Operation] = []
    paths = spec.get("paths")
    for path, methods in paths.items() if isinstance(paths, dict) else ():
        for method in (READS, *CHANGES):
            one = methods.get(method) if isinstance(methods, dict) else None
            if isinstance(one, dict) and NAME.match(str(one.get("operationId", ""))):
                parameters = tuple(p for p in one.get("parameters", ()) if isinstance(p, dict))
                if all(_is_simple(p) for p in parameters):
                    said = str(one.get("summary") or one.get("description") or one["operationId"])[:300]
                    found.append(_Operation(one["operationId"], method, str(path), said, parameters))
    return found


def _is_simple(parameter: Mapping[str, Any]) -> bool:
    schema = parameter.get("schema")
    kind = schema.get("type") if isinstance(schema, dict) else None
    return (
        parameter.get("in") in ("path", "query") and kind in TYPES and bool(NAME.match(str(parameter.get("name", ""))))
    )


def _tool(api: Api, base: str, one: _Operation, seconds: float) -> Tool:
    asked = [p for p in one.parameters if p["name"] != api.whose]
    fields: dict[str, Any] = {p["name"]: _field(p) for p in asked}
    arguments = create_model(f"{one.name}_arguments", __base__=Arguments, **fields)
    personal = any(p["name"] == api.whose for p in one.parameters)

    def run(caller: Caller, given: Arguments) -> str:
        values = {name: value for name, value in given.model_dump().items() if value is not None}
        if personal:
            values[api.whose] = api.key_of(caller)
        return _call(api, base, one, values, seconds)

    return Tool(
        name=one.name,
        description=one.description,
        arguments=arguments,
        run=run,
        identity="proven" if personal or one.method != READS else "anybody",
        changes=one.method != READS,
        seconds=seconds,
    )


def _field(parameter: Mapping[str, Any]) -> tuple[Any, Any]:
    kind = TYPES[parameter["schema"]["type"]]
    if parameter.get("required") or parameter["in"] == "path":
        return kind, Field()
    return kind | None, Field(default=None)


def _call(api: Api, base: str, one: _Operation, values: Mapping[str, Any], seconds: float) -> str:
    path, query = one.path, dict[str, str]()
    for parameter in one.parameters:
        name = parameter["name"]
        if name not in values:
            continue
        text = str(values[name]).lower() if isinstance(values[name], bool) else str(values[name])
        if parameter["in"] == "path":
            if text in (".", "..", ""):
                raise Rejected("A part of the address is missing.")
            path = path.replace(f"{{{name}}}", quote(text, safe=""))
        else:
            query[name] = text
    url = base + path
    check_address(api, url)
    return _fetch(one.method, url, query, api.headers, seconds)


def _fetch(method: str, url: str, query: dict[str, str], headers: Mapping[str, str], seconds: float) -> str:
    try:
        with (
            httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, params=query, headers={"Accept": "application/json", **headers}) as answer,
        ):
            if answer.status_code >= 300:
                raise Unavailable(f"The service answered {answer.status_code}.")
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Unavailable("The service answered too much.")
    except httpx.HTTPError as error:
        raise Unavailable("The service cannot be reached.") from error
    return _told(body)


def _told(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(", ", ": "))
    except ValueError:
        return " ".join(text.split())
