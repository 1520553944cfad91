"""Bytes of a file by stand-ins for the store: headers, bounds, and ends that are no good ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from chunk_service.api.library import Downloads, Library
from chunk_service.domain.errors import Gone, NotFound, StorageUnavailable
from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.domain.ranges import Range
from chunk_service.usecases.link_file import Link
from tests.api.asgi import BEARER, GONE, HOST, SILENCE, Call, exchange, piece
from tests.api.stand_ins import MOMENT, NO_FILES, Service
from tests.fixtures.files import a_file

KEY = "uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10-page.html"
URL = f"/files/{KEY}/content"
CONTENT = b"0123456789"
FILE = a_file(
    name="página.html",
    content_type="text/html",
    key=KEY,
    size_bytes=len(CONTENT),
    etag='"e"',
    created_at=MOMENT,
)


@dataclass
class Store:
    """Gives one byte at a time; `error` is raised when it is opened, or before byte `breaks_at`."""

    file: File = FILE
    error: Exception | None = None
    breaks_at: int | None = None
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    opened: int = 0
    closed: int = 0

    async def __call__(self, principal: Principal, key: str) -> Link:
        raise NotFound

    async def to_head(self, principal: Principal, key: str) -> Link:
        raise NotFound

    async def read(self, principal: Principal, key: str) -> File:
        if key != self.file.key:
            raise NotFound
        return self.file

    grant = read

    @asynccontextmanager
    async def fetch(self, file: File, wanted: Range) -> AsyncIterator[AsyncIterator[bytes]]:
        if self.error is not None and self.breaks_at is None:
            raise self.error
        self.opened += 1
        try:
            yield self._pieces(wanted)
        finally:
            self.closed += 1

    async def _pieces(self, wanted: Range) -> AsyncIterator[bytes]:
        for at in range(*wanted):
            await self.may_go_on.wait()
            if self.error is not None and at == self.breaks_at:
                raise self.error
            yield CONTENT[at : at + 1]


@pytest.fixture
def store() -> Store:
    store = Store()
    store.may_go_on.set()
    return store


@pytest.fixture
def app(app: Starlette, service: Service, store: Store) -> Starlette:
    downloads = Downloads(store.fetch, most=3, most_per_owner=2)
    library = Library(NO_FILES, store, NO_FILES, NO_FILES, downloads=downloads)
    app.state.context = replace(service.context(), library=library)
    return app


async def test_a_file_is_an_attachment_that_runs_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get(URL)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="p_gina.html"')
    assert answer.headers["Content-Length"] == "10"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == '"e"'
    assert answer.headers["Last-Modified"] == "Fri, 20 Nov 2026 12:30:00 GMT"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_a_harmless_type_is_told_without_a_charset(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.file = replace(FILE, content_type="text/plain; charset=utf-16")
    assert (await client.get(URL)).headers["Content-Type"] == "text/plain"


async def test_a_head_tells_the_same_and_reads_nothing(
    client: httpx.AsyncClient, store: Store
) -> None:
    whole, head = await client.get(URL), await client.head(URL)
    assert (head.status_code, head.content) == (200, b"")
    differ = {"x-request-id"}
    for name, value in whole.headers.items():
        assert name in differ or head.headers[name] == value
    assert store.opened == 1


async def test_a_part_says_which_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.get(URL, headers={"Range": "bytes=-3"})
    assert (answer.status_code, answer.content) == (206, b"789")
    assert answer.headers["Content-Range"] == "bytes 7-9/10"
    assert answer.headers["Content-Length"] == "3"


async def test_what_is_refused_or_known_reads_nothing(
    client: httpx.AsyncClient, store: Store
) -> None:
    beyond = await client.get(URL, headers={"Range": "bytes=10-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */10")
    assert beyond.json()["status"] == 416
    another = await client.get(URL, headers={"If-Match": '"x"'})
    assert (another.status_code, another.json()["type"]) == (412, "about:blank")
    known = await client.get(URL, headers={"If-None-Match": '"e"'})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", '"e"')
    assert known.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Length" not in known.headers
    assert store.opened == 0


async def test_an_empty_file_reads_nothing(client: httpx.AsyncClient, store: Store) -> None:
    store.file = replace(FILE, size_bytes=0)
    answer = await client.get(URL, headers={"Range": "bytes=-5"})
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "0")
    assert store.opened == 0


@pytest.mark.parametrize(
    ("error", "status"), [(StorageUnavailable(), 503), (Gone(), 410), (RuntimeError(), 500)]
)
@pytest.mark.parametrize("breaks_at", [None, 0])
async def test_until_the_first_bytes_are_there_it_is_a_problem(
    client: httpx.AsyncClient,
    store: Store,
    error: Exception,
    status: int,
    breaks_at: int | None,
) -> None:
    store.error, store.breaks_at = error, breaks_at
    answer = await client.get(URL)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Content-Disposition" not in answer.headers
    assert store.opened == store.closed


def _asking(**headers: str) -> Call:
    return Call(path=URL, headers=(HOST, BEARER, *_raw(headers)))


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


async def test_what_breaks_in_the_middle_never_ends_well(app: Starlette, store: Store) -> None:
    store.error, store.breaks_at = StorageUnavailable(), 9
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return GONE

    with pytest.raises(StorageUnavailable):
        await app(_asking().scope(), receive, send)
    assert b"".join(message.get("body", b"") for message in sent) == CONTENT[:9]
    assert all(message.get("more_body", True) for message in sent)
    assert store.closed == 1


@pytest.mark.parametrize("when", ["at once", "while the store is silent"])
async def test_who_has_gone_is_read_for_no_more(app: Starlette, store: Store, when: str) -> None:
    store.may_go_on.clear()
    messages = [piece(more=False), GONE]
    if when == "at once":
        messages = [GONE]
    found = await asyncio.wait_for(exchange(app, _asking(), messages), 5)
    assert found.status == 0
    assert store.opened == store.closed


async def test_so_many_run_at_a_time_and_of_one_owner_less(
    app: Starlette, client: httpx.AsyncClient, store: Store
) -> None:
    store.may_go_on.clear()

    async def begun(owner: str) -> asyncio.Task[Any]:
        before = store.opened
        store.file = replace(FILE, owner=owner)
        task = asyncio.create_task(exchange(app, _asking(), [piece(more=False), SILENCE]))
        while store.opened == before:  # noqa: ASYNC110 - the stand-in tells nobody
            await asyncio.sleep(0)
        return task

    running = [await begun("alice"), await begun("alice")]
    refused = await client.get(URL)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    running.append(await begun("bob"))
    store.file = replace(FILE, owner="carol")
    refused = await client.get(URL)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert (await client.head(URL)).status_code == 200
    store.may_go_on.set()
    assert [(await task).body for task in running] == [CONTENT] * 3
    assert (await client.get(URL)).content == CONTENT
    assert store.opened == store.closed
