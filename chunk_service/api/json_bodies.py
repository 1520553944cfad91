"""JSON documents of requests: read strictly, then checked against their model.

Strict means that no two readers could understand them differently: UTF-8, no repeated keys, no NaN.
Members that a model does not know are passed over, as the system before this one did. A missing
Content-Type is taken for JSON, as clients of that system may omit it; any other type is refused.
"""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from chunk_service.api.bodies import read_body
from chunk_service.api.context import context_of
from chunk_service.domain.errors import MalformedRequest, UnsupportedMediaType, ValidationFailed

Model = TypeVar("Model", bound=BaseModel)

MAX_REPORTED_ERRORS = 20

_JSON_TYPE = re.compile(r"application/([a-z0-9!#$&^_.-]+\+)?json *(;.*)?", re.IGNORECASE)


async def read_model(
    request: Request, model: type[Model], *, most_bytes: int | None = None
) -> Model:
    """The body as a `model`; raises what the client is told. Few documents need more bytes."""
    _check_type(request)
    most_bytes = most_bytes or context_of(request.scope).limits.max_json_bytes
    document = parse_json(await read_body(request, most_bytes=most_bytes))
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise _validation_failed(error, document) from error


def parse_json(body: bytes) -> object:
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
        )
    except RecursionError as error:
        raise MalformedRequest("The JSON document is nested too deeply.") from error
    except ValueError as error:
        raise MalformedRequest("The body is not a valid JSON document in UTF-8.") from error


def _check_type(request: Request) -> None:
    given = request.headers.getlist("content-type")
    if len(given) > 1:
        raise MalformedRequest("More than one Content-Type was sent.")
    if given and given[0].strip() and not _JSON_TYPE.fullmatch(given[0].strip()):
        raise UnsupportedMediaType("Send the body as application/json.")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key is repeated")
    return document


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _validation_failed(error: ValidationError, document: object) -> ValidationFailed:
    """What is wrong and where, without giving the values back."""
    found = [
        {"field": ".".join(_path(fault, document)), "message": fault["msg"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ][:MAX_REPORTED_ERRORS]
    first = found[0]
    where = f"{first['field']}: " if first["field"] else ""
    return ValidationFailed(f"{where}{first['message']}.", errors=found)


def _path(fault: ErrorDetails, document: object) -> Iterator[str]:
    """The steps that the client knows; others name branches of our models."""
    inner = document
    for step in fault["loc"]:
        if not isinstance(inner, dict) or (step not in inner and fault["type"] != "missing"):
            return
        yield str(step)
        inner = inner.get(step)
