"""Every error has a status, and every answer to one is a problem document."""

from collections.abc import Iterator

import httpx
import pytest
from structlog.testing import capture_logs

from chunk_service.api.problems import STATUSES
from chunk_service.domain import errors
from tests.api.stand_ins import UPLOAD_ID, Service

URL = f"/upload/{UPLOAD_ID}"
PROMISED = {
    "malformed-request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "quota-exceeded": 403,
    "not-found": 404,
    "request-timeout": 408,
    "chunk-conflict": 409,
    "upload-incomplete": 409,
    "state-conflict": 409,
    "gone": 410,
    "length-required": 411,
    "content-too-large": 413,
    "unsupported-media-type": 415,
    "unsupported-content-coding": 415,
    "validation-failed": 422,
    "digest-mismatch": 422,
    "rate-limited": 429,
    "storage-unavailable": 503,
    "database-unavailable": 503,
    "keys-unavailable": 503,
    "shutting-down": 503,
    "spool-full": 507,
}


def _subclasses(root: type[errors.ServiceError]) -> Iterator[type[errors.ServiceError]]:
    for subclass in root.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def test_every_error_that_can_be_raised_has_its_status() -> None:
    concrete = {error for error in _subclasses(errors.ServiceError) if "type" in vars(error)}
    assert concrete == set(STATUSES)
    assert {error.type: STATUSES[error] for error in concrete} == PROMISED


@pytest.mark.parametrize("error", list(STATUSES), ids=lambda error: error.type)
async def test_an_error_becomes_a_problem_document(
    client: httpx.AsyncClient, service: Service, error: type[errors.ServiceError]
) -> None:
    service.error = error("What happened.", missing=["1-3"], status="not this")
    answer = await client.get(URL)
    assert answer.status_code == STATUSES[error]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": f"/problems/{error.type}",
        "title": error.title,
        "status": STATUSES[error],
        "detail": "What happened.",
        "request_id": answer.headers["X-Request-ID"],
        "missing": ["1-3"],
    }


async def test_who_may_try_again_is_told_when(client: httpx.AsyncClient, service: Service) -> None:
    service.error = errors.SpoolFull(retry_after_seconds=7)
    assert (await client.get(URL)).headers["Retry-After"] == "7"
    service.error = errors.RateLimited(retry_after_seconds=3)
    assert (await client.get(URL)).headers["Retry-After"] == "3"


async def test_an_unknown_path_is_not_found(client: httpx.AsyncClient) -> None:
    for path in ("/", "/uploads", "/upload/init/", f"{URL}/", "/docs/index.html", "/docs/../x"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/not-found"


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.patch(URL)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "DELETE"}
    assert answer.json()["type"] == "about:blank"
    assert answer.json()["title"] == "Method Not Allowed"


@pytest.mark.parametrize(
    "path", ["/upload/init", "/upload/chunk", "/upload/complete", "/admin/events/replay-dead"]
)
async def test_a_word_where_another_route_has_an_id_is_not_taken_for_one(
    client: httpx.AsyncClient, path: str
) -> None:
    for method in ("GET", "DELETE"):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


async def test_what_nobody_expected_is_logged_and_not_told(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.error = RuntimeError("SELECT secret FROM uploads")
    with capture_logs() as lines:
        answer = await client.get(URL)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["type"] == "about:blank"
    assert [line["event"] for line in lines] == ["unexpected", "request"]
    assert lines[0]["exc_info"] is service.error
    assert lines[0]["request_id"] == answer.json()["request_id"]
    assert lines[0]["upload_id"] == str(UPLOAD_ID)


async def test_a_branch_of_the_tree_raised_as_such_is_a_bug(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.error = errors.Unavailable("which?")
    assert (await client.get(URL)).status_code == 500
