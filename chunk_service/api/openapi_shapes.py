"""The shapes of which the table of operations is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from chunk_service.domain.principals import Scope

# What the way to every door of a token's bearer may come to, and what a body adds to it.
GUARDED: Final = (400, 401, 403, 500, 503)
WITH_BODY: Final = (408, 413, 415, 422, 429)


Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    media_type: str
    schema: type[BaseModel] | Json
    example: Any = None
    also: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """`scope` is what a token must have; None: everybody may ask, without one."""

    method: str
    path: str
    name: str
    summary: str
    answers: Mapping[int, type[BaseModel] | str]
    problems: Sequence[int] = ()
    body: Body | None = None
    parameters: Sequence[Json] = field(default_factory=tuple)
    description: str = ""
    links: Mapping[str, Json] = field(default_factory=dict)
    tag: str = "uploads"
    scope: Scope | None = Scope.UPLOAD


def header(name: str, description: str, **bounds: object) -> Json:
    """Without an example: pages that try the API out would send it."""
    schema = {"type": "string", **bounds}
    return {"name": name, "in": "header", "description": description, "schema": schema}


def query_parameters(model: type[BaseModel]) -> Sequence[Json]:
    """A parameter for each field; one that is left out is null in the model only."""
    described = model.model_json_schema()
    properties: Mapping[str, Mapping[str, Any]] = _inlined(described)
    required = frozenset(described.get("required", ()))
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": schema.get("description", ""),
            "schema": _without_null(schema),
        }
        for name, schema in properties.items()
    ]


def _inlined(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    definitions = schema.get("$defs", {})

    def inline(part: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(part.get("$ref", "")).rpartition("/")[2]
        return definitions[name] if name else part

    return {
        name: {**each, "anyOf": [inline(part) for part in each.get("anyOf", ())]}
        for name, each in schema["properties"].items()
    }


def _without_null(schema: Mapping[str, Any]) -> Json:
    kinds = [part for part in schema["anyOf"] if part != {"type": "null"}]
    found = dict(kinds[0]) if kinds else dict(schema)
    return {
        name: value
        for name, value in found.items()
        if name not in ("anyOf", "title", "description") and (name, value) != ("default", None)
    }


def in_path(name: str, pattern: str, *, example: str | None = None) -> Json:
    schema = {"type": "string", "pattern": pattern}
    shown = {} if example is None else {"example": example}
    return {"name": name, "in": "path", "required": True, "schema": schema, **shown}
