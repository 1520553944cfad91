"""One line a request, with what operators look for and nothing that opens a door."""

import httpx
import pytest
from structlog.testing import capture_logs

from tests.api.stand_ins import TOKEN, UPLOAD_ID, Service

URL = f"/upload/{UPLOAD_ID}"


async def test_a_request_leaves_one_line(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        answer = await client.put(f"{URL}/chunks/5?secret=sesame", content=b"abc")
    [line] = lines
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["method"] == "PUT"
    assert line["route"] == "/upload/{upload_session_id}/chunks/{index}"
    assert line["status"] == 200
    assert line["bytes_in"] == 3
    assert line["bytes_out"] == len(answer.content)
    assert line["owner"] == "alice"
    assert line["upload_id"] == str(UPLOAD_ID)
    assert TOKEN not in str(line)
    assert "sesame" not in str(line)


async def test_a_refusal_names_its_problem(client: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        await client.get("/nowhere")
        await client.get("/upload/not-an-id")
    assert [line["problem"] for line in lines] == ["not-found", "not-found"]


async def test_a_form_is_logged_with_its_upload(client: httpx.AsyncClient) -> None:
    fields = {"upload_session_id": str(UPLOAD_ID), "chunk_index": "1"}
    with capture_logs() as lines:
        await client.post("/upload/chunk", data=fields, files={"chunk": b"x"})
    assert lines[0]["upload_id"] == str(UPLOAD_ID)


async def test_a_callers_request_id_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get(URL, headers={"X-Request-ID": "job-7.a_B"})
    assert answer.headers["X-Request-ID"] == "job-7.a_B"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, 'a"b', "a;b"])
async def test_an_odd_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get(URL, headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


async def test_every_answer_says_how_it_may_be_used(
    client: httpx.AsyncClient, service: Service
) -> None:
    for path in (URL, "/nowhere", "/health/live"):
        headers = (await client.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    service.error = RuntimeError("unexpected")
    assert (await client.get(URL)).headers["Cache-Control"] == "no-store"
