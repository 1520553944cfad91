"""JSON that two readers could understand differently is refused."""

import httpx
import pytest

from chunk_service.api.json_bodies import parse_json
from chunk_service.domain.errors import MalformedRequest
from tests.api.stand_ins import Service

BODY = b'{"main_service_file_id": 1, "original_file_name": "a"}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\n"}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": 1' + b"0" * 5000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_strict_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_json(body)


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"'])
async def test_a_document_that_is_no_object_is_not_valid(
    client: httpx.AsyncClient, body: bytes
) -> None:
    answer = await client.post("/upload/init", content=body)
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/validation-failed"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/json ;charset=utf-8",
        "application/vnd.x+json",
    ],
)
async def test_json_is_taken_by_its_name_or_without_any(
    client: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await client.post("/upload/init", content=BODY, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonp", "text/json", "x"])
async def test_another_type_is_not_taken_for_json(
    client: httpx.AsyncClient, service: Service, content_type: str
) -> None:
    headers = {"Content-Type": content_type}
    answer = await client.post("/upload/init", content=BODY, headers=headers)
    assert answer.status_code == 415
    assert answer.json()["type"] == "/problems/unsupported-media-type"
    assert service.begun == []


async def test_the_value_that_was_refused_is_not_given_back(client: httpx.AsyncClient) -> None:
    body = b'{"main_service_file_id": {"x": "sesame"}, "original_file_name": "a"}'
    answer = await client.post("/upload/init", content=body)
    assert answer.status_code == 422
    assert "sesame" not in answer.text


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"main_service_file_id": true, "original_file_name": "a"}', {"main_service_file_id"}),
        (
            b'{"main_service_file_id": {"x": 1}, "original_file_name": "a"}',
            {"main_service_file_id"},
        ),
        (b'{"original_file_name": "a"}', {"main_service_file_id"}),
        (
            b'{"main_service_file_id": 1, "original_file_name": "a", "metadata": {"take": []}}',
            {"metadata.take"},
        ),
        (b"[]", {""}),
    ],
)
async def test_a_fault_is_told_by_the_name_that_the_client_knows(
    client: httpx.AsyncClient, body: bytes, fields: set[str]
) -> None:
    answer = await client.post("/upload/init", content=body)
    assert {error["field"] for error in answer.json()["errors"]} == fields
