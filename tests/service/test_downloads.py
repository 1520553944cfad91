"""Files handed through the service, as `DOWNLOAD_MODE=proxy` does it, from a real store."""

import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.service.caller import Caller, client_of, problem_of
from tests.service.content import PART_BYTES, content_of, cut
from tests.service.deployment import Deployment, Served
from tests.service.processes import program
from tests.service.raw import connected, head, speak
from tests.service.tokens import token

LARGE = content_of(2 * PART_BYTES + 100)


@pytest.fixture
async def proxied(own: Deployment) -> AsyncIterator[Served]:
    async with own.served(download_mode="proxy") as served:
        yield served


async def stored(caller: Caller, content: bytes, **members: object) -> str:
    """The key of a file with these bytes."""
    session = await caller.begin(chunk_size=PART_BYTES, total_size=len(content), **members)
    chunks = cut(content, PART_BYTES)
    for index, chunk in enumerate(chunks):
        await session.put(index, chunk)
    return str((await session.stored(len(chunks)))["key"])


async def ask(caller: Caller, key: str, method: str = "GET", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await caller.client.request(method, f"/files/{key}/content", headers=named)


@pytest.mark.parametrize("content", [b"", b"x", LARGE], ids=["empty", "a byte", "parts"])
async def test_the_bytes_come_back_as_they_were_sent(proxied: Served, content: bytes) -> None:
    name = "página.html"
    key = await stored(proxied.caller, content, original_file_name=name, content_type="text/html")
    told = (await proxied.caller.client.get(f"/files/{key}")).json()
    answer = await ask(proxied.caller, key)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "p%C3%A1gina.html" in answer.headers["content-disposition"]
    assert answer.headers["etag"] == told["etag"]
    told_only = await ask(proxied.caller, key, "HEAD")
    assert (told_only.status_code, told_only.content) == (200, b"")
    assert told_only.headers["content-length"] == str(len(content))


async def test_parts_are_given_and_what_is_known_is_not_sent(proxied: Served) -> None:
    caller, key = proxied.caller, await stored(proxied.caller, LARGE)
    first, last = PART_BYTES - 5, PART_BYTES + 4
    part = await ask(caller, key, Range=f"bytes={first}-{last}")
    assert (part.status_code, part.content) == (206, LARGE[first : last + 1])
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(LARGE)}"
    etag, modified = part.headers["etag"], part.headers["last-modified"]
    for validator in (etag, modified):
        again = await ask(caller, key, Range="bytes=-7", If_Range=validator)
        assert (again.status_code, again.content) == (206, LARGE[-7:])
    other = await ask(caller, key, Range="bytes=0-1", If_Range='"other"')
    assert (other.status_code, other.content) == (200, LARGE)
    assert (await ask(caller, key, If_None_Match=etag)).status_code == 304
    assert (await ask(caller, key, "HEAD", If_None_Match=etag)).status_code == 304
    beyond = await ask(caller, key, Range=f"bytes={len(LARGE)}-")
    assert problem_of(beyond, 416) == "about:blank"
    assert beyond.headers["content-range"] == f"bytes */{len(LARGE)}"
    assert problem_of(await ask(caller, key, If_Match='"other"'), 412) == "about:blank"


@pytest.mark.survives(
    "A file's object was replaced or removed behind our back",
    "410; what somebody else put there is never handed out",
)
async def test_only_the_object_that_was_stored_is_handed_out(
    proxied: Served, own: Deployment
) -> None:
    key = await stored(proxied.caller, b"0123456789")
    own.bucket.client.put_object(Bucket=own.bucket.name, Key=key, Body=b"abcdefghij")
    for headers in ({}, {"Range": "bytes=2-3"}):
        assert problem_of(await ask(proxied.caller, key, **headers), 410) == "gone"
    own.bucket.client.delete_object(Bucket=own.bucket.name, Key=key)
    assert problem_of(await ask(proxied.caller, key), 410) == "gone"


async def test_a_deleted_file_and_a_strangers_are_not_there(proxied: Served) -> None:
    key = await stored(proxied.caller, b"0123456789")
    async with client_of(proxied.service.url, token("mallory")) as client:
        for method in ("GET", "HEAD"):
            assert (await ask(Caller(client), key, method)).status_code == 404
    await proxied.caller.client.delete(f"/files/{key}")
    assert problem_of(await ask(proxied.caller, key), 404) == "not-found"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Length": "3"}, b"abc"),
        ({"Transfer-Encoding": "chunked"}, b"3\r\nabc\r\n0\r\n\r\n"),
        ({"Content-Length": "3"}, b""),
        ({"Content-Length": "1000000"}, b"a"),
        ({"Transfer-Encoding": "chunked"}, b"3\r\nabc\r\n"),
    ],
    ids=["length", "chunked", "silent", "breaking off", "endless"],
)
async def test_a_body_that_nobody_asked_for_spoils_no_download(
    proxied: Served, headers: dict[str, str], body: bytes
) -> None:
    key = await stored(proxied.caller, LARGE)
    asked = {"Authorization": f"Bearer {token('alice')}", **headers}
    answer = await speak(proxied.service.port, head("GET", f"/files/{key}/content", asked) + body)
    assert (answer.status, answer.body) == (200, LARGE)


async def test_one_connection_fetches_one_after_the_other(proxied: Served) -> None:
    key = await stored(proxied.caller, LARGE)
    bearer = {"Authorization": f"Bearer {token('alice')}"}
    async with connected(proxied.service.port) as connection:
        await connection.say(head("GET", f"/files/{key}/content", bearer) * 3)
        assert [(await connection.answer()).body for _ in range(3)] == [LARGE] * 3


@pytest.mark.survives("Process: SIGTERM while files are downloaded", "they break after the grace")
async def test_a_stop_waits_a_bounded_while_for_downloads(own: Deployment) -> None:
    with program(
        own, "serve", download_mode="proxy", shutdown_grace="1s", send_timeout="2s"
    ) as served:
        await served.serves()
        async with client_of(served.url, token("alice")) as client:
            key = await stored(Caller(client), LARGE)
        bearer = {"Authorization": f"Bearer {token('alice')}"}
        async with connected(served.port) as connection:
            await connection.say(head("GET", f"/files/{key}/content", bearer))
            await connection.reader.readuntil(b"\r\n\r\n")
            connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
            served.send(signal.SIGTERM)
            assert await served.ended() == 0
        lines = served.lines()
    assert "cut off" in [line["event"] for line in lines]


async def test_a_link_into_the_store_is_still_to_be_had(proxied: Served) -> None:
    key = await stored(proxied.caller, b"0123456789")
    answer = await proxied.caller.client.post("/download-url", json={"file_key": key})
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(answer.json()["presigned_url"])).content == b"0123456789"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_has_a_share_gets_the_bytes_here_too(proxied: Served, method: str) -> None:
    key = await stored(proxied.caller, LARGE)
    wish = {"max_downloads": 1, "password": "open sesame"}
    made = await proxied.caller.client.post(f"/files/{key}/shares", json=wish)
    link = httpx.URL(proxied.service.url).join(made.json()["url"])
    given: dict[str, Any] = (
        {"auth": ("anyone", "open sesame")}
        if method == "GET"
        else {"json": {"password": "open sesame"}}
    )
    async with httpx.AsyncClient(trust_env=False) as anyone:
        answer = await anyone.request(method, link, **given)
        assert (answer.status_code, answer.content) == (200, LARGE)
        assert problem_of(await anyone.request(method, link, **given), 404) == "not-found"
