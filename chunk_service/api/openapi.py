"""The OpenAPI 3.1 document, made from the models and the table in `openapi_operations.py`.

`document` is the same for the same code, so it can be kept in the repository and compared.
"""

from functools import cache
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from chunk_service.api.answer_models import ProblemDocument
from chunk_service.api.event_models import EVENT_MODELS
from chunk_service.api.openapi_operations import OPERATIONS
from chunk_service.api.openapi_shapes import Body, Described, Json
from chunk_service.api.problems import MEDIA_TYPE

# Of the API, not of the package: it changes when clients would notice.
API_VERSION: Final = "1.0.0"
SECURITY: Final = "bearer"
SCHEMAS: Final = "#/components/schemas/"
RETRYABLE: Final = frozenset({429, 503, 507})

_SECURITY_SCHEME: Final = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A token that the main service signed. An operation names the scope that it "
    "needs; a token that says nothing of scopes has all but `admin`.",
}
_TAGS: Final = [
    {"name": "uploads", "description": "Numbered chunks into one file."},
    {"name": "files", "description": "What became of uploads."},
    {"name": "shares", "description": "Links to files, for who has no token."},
    {
        "name": "events",
        "description": "For operators: what was told, to whom, and telling it again.",
    },
    {"name": "operations", "description": "How the service is."},
]


@cache
def document() -> dict[str, Any]:
    return {
        "openapi": "3.1.1",
        "info": _info(),
        "tags": _TAGS,
        "paths": _paths(),
        "webhooks": {name: {"post": _told(name, model)} for name, model in EVENT_MODELS.items()},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {SECURITY: _SECURITY_SCHEME},
        },
    }


def _info() -> Json:
    return {
        "title": "chunk-service",
        "version": API_VERSION,
        "summary": "An upload relay: numbered chunks in over HTTP, one S3 object out.",
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def _paths() -> Json:
    paths: dict[str, dict[str, Json]] = {}
    for described in OPERATIONS:
        paths.setdefault(described.path, {})[described.method.lower()] = _operation(described)
    return paths


def _schemas() -> Json:
    """Requests as they are read, answers as they are written."""
    answers = {model for described in OPERATIONS for model in described.answers.values()}
    bodies = [described.body.schema for described in OPERATIONS if described.body is not None]
    modes: dict[type[BaseModel], JsonSchemaMode] = {ProblemDocument: "serialization"}
    modes |= {model: "serialization" for model in answers if isinstance(model, type)}
    modes |= {model: "validation" for model in bodies if isinstance(model, type)}
    modes |= dict.fromkeys(EVENT_MODELS.values(), "serialization")
    ordered = sorted(modes.items(), key=lambda item: item[0].__name__)
    _, schemas = models_json_schema(ordered, ref_template=f"{SCHEMAS}{{model}}")
    return cast("Json", schemas["$defs"])


def _operation(described: Described) -> Json:
    responses = {str(status): _answer(status, what) for status, what in described.answers.items()}
    if described.links:
        responses["200"] = {**responses["200"], "links": described.links}
    problems = {str(status): _problem(status) for status in sorted(described.problems)}
    operation: dict[str, Any] = {
        "tags": [described.tag],
        "operationId": described.name,
        "summary": described.summary,
        "description": described.description or None,
        "parameters": list(described.parameters) or None,
        "requestBody": None if described.body is None else _request_body(described.body),
        "responses": problems | responses,
        "security": [] if described.scope is None else [{SECURITY: [described.scope.value]}],
    }
    return {name: value for name, value in operation.items() if value is not None}


def _told(event_type: str, model: type[BaseModel]) -> Json:
    """One event as its receivers get it; what they answer but 2xx is a failure."""
    content = {"application/json": {"schema": _reference(model)}}
    return {
        "tags": ["events"],
        "operationId": event_type.replace(".", "_"),
        "summary": cleandoc(model.__doc__ or event_type),
        "description": "Signed by Standard Webhooks: docs/events.md.",
        "requestBody": {"required": True, "content": content},
        "responses": {"2XX": {"description": "Taken."}},
    }


def _answer(status: int, what: type[BaseModel] | str) -> Json:
    if isinstance(what, str):
        return {"description": what}
    content = {"application/json": {"schema": _reference(what)}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _problem(status: int) -> Json:
    problem = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": _reference(ProblemDocument)}},
    }
    if status in RETRYABLE:
        problem["headers"] = {
            "Retry-After": {
                "description": "Seconds after which to ask again.",
                "schema": {"type": "integer", "minimum": 0},
            }
        }
    return problem


def _request_body(body: Body) -> Json:
    schema = _reference(body.schema) if isinstance(body.schema, type) else body.schema
    media: dict[str, Any] = {"schema": schema}
    if body.example is not None:
        media["example"] = body.example
    return {
        "required": True,
        "content": dict.fromkeys((body.media_type, *body.also), media),
    }


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": f"{SCHEMAS}{model.__name__}"}
