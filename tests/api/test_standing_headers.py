"""What every answer says to browsers, whoever gives it and however it went."""

import httpx
import pytest

from chunk_service.api.bare_answers import NOT_HTTP, bare_answer
from chunk_service.domain import errors
from tests.api.stand_ins import UPLOAD_ID, Service

STANDING = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
OF_ITS_OWN = {
    "/docs": {"content-security-policy"},
    "/docs/start.js": {"content-security-policy", "cache-control"},
    "/docs/swagger-ui.css": {"content-security-policy", "cache-control"},
    "/app": {"content-security-policy", "cache-control"},
    "/app/page.js": {"content-security-policy", "cache-control"},
    "/app/uploader.js": {
        "content-security-policy",
        "cache-control",
        "cross-origin-resource-policy",
    },
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/upload/{UPLOAD_ID}", 200),
        ("HEAD", f"/upload/{UPLOAD_ID}", 200),
        ("PATCH", f"/upload/{UPLOAD_ID}", 405),
        ("GET", "/files/x", 404),
        ("GET", "/nothing", 404),
        ("GET", "/health", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
        ("GET", "/docs/start.js", 200),
        ("GET", "/docs/swagger-ui.css", 200),
        ("GET", "/app", 200),
        ("GET", "/app/page.js", 200),
        ("GET", "/app/uploader.js", 200),
    ],
)
async def test_every_answer_says_it(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    own = OF_ITS_OWN.get(path, set())
    for name, value in STANDING.items():
        told = answer.headers.get_list(name)
        assert len(told) == 1
        assert (told == [value]) == (name not in own)
    for name in own & {"content-security-policy"}:
        assert "frame-ancestors 'none'" in answer.headers[name]


@pytest.mark.parametrize("error", [errors.Unauthorized(), errors.SpoolFull(), RuntimeError()])
async def test_so_does_every_error(
    client: httpx.AsyncClient, service: Service, error: Exception
) -> None:
    service.error = error
    answer = await client.get(f"/upload/{UPLOAD_ID}")
    assert {name: answer.headers[name] for name in STANDING} == STANDING


def test_so_does_an_answer_to_what_was_no_request() -> None:
    head = bare_answer(NOT_HTTP).partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert {f"{name}: {value}" for name, value in STANDING.items()} <= set(head)
