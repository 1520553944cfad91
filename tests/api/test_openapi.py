"""The OpenAPI document is valid, complete, and what answers really look like."""

import json

import httpx
from openapi_spec_validator import validate

from chunk_service.api.answer_models import ChunkAnswer
from chunk_service.api.docs import openapi_json
from chunk_service.api.openapi import document
from chunk_service.api.routes import routes
from tests.api.stand_ins import UPLOAD_ID

ASSETS = ("/docs/", "/app/")


def test_the_document_is_valid_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1")
    validate(document())


def test_every_route_is_described_and_nothing_else() -> None:
    served = {
        (route.path.replace(":path}", "}"), method.lower())
        for route in routes()
        for method in (route.methods or ())
        if method != "HEAD" and not route.path.startswith(ASSETS)
    }
    paths = document()["paths"]
    assert {(path, method) for path, item in paths.items() for method in item} == served


def test_every_schema_is_used_and_none_is_missing() -> None:
    text = json.dumps(document())
    schemas = document()["components"]["schemas"]
    assert all(f'"#/components/schemas/{name}"' in text for name in schemas)
    assert text.count('"$ref"') == sum(
        text.count(f'"#/components/schemas/{name}"') for name in schemas
    )


def test_every_operation_names_its_problems() -> None:
    for item in document()["paths"].values():
        for operation in item.values():
            problems = [
                status
                for status, answer in operation["responses"].items()
                if "application/problem+json" in answer.get("content", {})
            ]
            assert "500" in problems


async def test_the_document_is_served(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.json() == document()
    assert openapi_json.__module__ == "chunk_service.api.docs"


async def test_the_answer_without_a_model_is_what_its_model_says(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.put(f"/upload/{UPLOAD_ID}/chunks/0", content=b"x")
    assert ChunkAnswer.model_validate(answer.json()).model_dump() == answer.json()
