"""The shapes of which the table of operations is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

# What the way to every door of a token's bearer may come to, and what a body adds to it.
GUARDED: Final = (400, 401, 500, 503)
WITH_BODY: Final = (408, 413, 415, 422, 429)


Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    media_type: str
    schema: type[BaseModel] | Json
    example: Any = None


@dataclass(frozen=True, slots=True)
class Described:
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
    needs_token: bool = True


def header(name: str, description: str, **bounds: object) -> Json:
    """Without an example: pages that try the API out would send it."""
    schema = {"type": "string", **bounds}
    return {"name": name, "in": "header", "description": description, "schema": schema}
