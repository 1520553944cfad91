"""Files handed through while the store, or the line to it, or the client, leaves in the middle."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.s3.double import S3Double
from tests.doubles.s3.faults import answering, hang
from tests.doubles.tcp_relay import Direction, Ending
from tests.service.caller import Caller, client_of, problem_of
from tests.service.content import MIB, PART_BYTES, content_of
from tests.service.deployment import Deployment
from tests.service.doubt.story import LARGE, SMALL, Story
from tests.service.doubt.test_bad_lines import proxy_to, through
from tests.service.raw import RawConnection, connected, head
from tests.service.running import RunningService, running
from tests.service.tokens import token
from tests.service.waiting import until

VAST = content_of(PART_BYTES) * 7


@dataclass(frozen=True, slots=True)
class Scene:
    """The service reaches the store by `line`; connections to it that rest stay open."""

    service: RunningService
    story: Story
    line: FaultProxy

    async def stored(self, content: bytes) -> str:
        session = await self.story.sent(content)
        return str((await self.story.settled(session, content)).json()["data"]["key"])

    async def ask(self, key: str) -> httpx.Response:
        return await self.story.caller.client.get(f"/files/{key}/content")

    async def begin(self, connection: RawConnection, key: str) -> None:
        """Ask, and read the head and a little."""
        bearer = {"Authorization": f"Bearer {token('alice')}"}
        await connection.say(head("GET", f"/files/{key}/content", bearer))
        assert (await connection.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await connection.reader.readexactly(1000) == VAST[:1000]

    async def requests_in_work(self) -> int:
        return self.service.requests_in_work

    async def line_connections(self) -> int:
        return self.line.connections


@pytest.fixture
async def scene(own: Deployment, s3_double: S3Double) -> AsyncIterator[Scene]:
    for line in proxy_to(s3_double.endpoint_url):
        settings = own.settings(
            s3_endpoint_url=through(s3_double.endpoint_url, line),
            download_mode="proxy",
            max_concurrent_downloads="2",
            s3_read_timeout="1s",
            complete_wait="3s",
            send_timeout="20s",
        )
        with running(settings) as service:
            async with client_of(service.url, token("alice")) as client:
                yield Scene(service, Story(Caller(client), own, s3_double), line)


@pytest.mark.survives(
    "S3 breaks off in the middle of a download",
    "The connection breaks: the client sees less than Content-Length",
)
@pytest.mark.parametrize("ending", [Ending.RESET, Ending.CLOSE])
async def test_a_download_that_breaks_never_ends_well(scene: Scene, ending: Ending) -> None:
    key = await scene.stored(VAST)
    async with connected(scene.service.port) as connection:
        await scene.begin(connection, key)
        scene.line.trap(Direction.DOWN, after_bytes=MIB, ending=ending)
        assert len(await connection.end()) < len(VAST) - 1000
    await until(scene.requests_in_work, lambda count: count == 0)
    assert (await scene.ask(key)).content == VAST


@pytest.mark.survives(
    "The line from S3 flips a byte within a download",
    "The end is withheld: a whole file with other bytes is never handed out",
)
async def test_spoiled_bytes_never_make_a_whole_download(scene: Scene) -> None:
    large, small = await scene.stored(LARGE), await scene.stored(SMALL[:5000])
    scene.line.trap(Direction.DOWN, after_bytes=3 * MIB, ending=Ending.FLIP)
    with pytest.raises(httpx.RemoteProtocolError):
        await scene.ask(large)
    scene.line.trap(Direction.DOWN, after_bytes=4000, ending=Ending.FLIP)
    assert problem_of(await scene.ask(small), 503) == "storage-unavailable"
    assert (await scene.ask(large)).content == LARGE
    assert (await scene.ask(small)).content == SMALL[:5000]


@pytest.mark.survives(
    "S3 falls silent in the middle of a download", "The connection breaks in bounded time"
)
async def test_a_store_that_falls_silent_ends_the_download(scene: Scene) -> None:
    key = await scene.stored(VAST)
    async with connected(scene.service.port) as connection:
        await scene.begin(connection, key)
        scene.line.drop(Direction.DOWN)
        assert len(await connection.end()) < len(VAST) - 1000
    scene.line.heal()
    await until(scene.requests_in_work, lambda count: count == 0)
    assert (await scene.ask(key)).content == VAST


@pytest.mark.parametrize(
    ("code", "status", "slug"),
    [
        ("NoSuchKey", 410, "gone"),
        ("PreconditionFailed", 410, "gone"),
        ("NoSuchBucket", 503, "storage-unavailable"),
        ("AccessDenied", 503, "storage-unavailable"),
        ("SlowDown", 503, "storage-unavailable"),
        ("InternalError", 503, "storage-unavailable"),
    ],
)
async def test_what_the_store_refuses_at_once_is_a_problem(
    scene: Scene, code: str, status: int, slug: str
) -> None:
    key = await scene.stored(LARGE)
    scene.story.double.fail("GetObject", answering(code), times=None)
    answer = await scene.ask(key)
    assert problem_of(answer, status) == slug
    assert ("retry-after" in answer.headers) == (status == 503)
    scene.story.double.heal()
    assert (await scene.ask(key)).content == LARGE


@pytest.mark.survives("S3 is silent or away when a download begins", "503 in bounded time")
@pytest.mark.parametrize("is_away", [False, True])
async def test_a_store_that_does_not_begin_is_a_503(scene: Scene, is_away: bool) -> None:
    key = await scene.stored(LARGE)
    if is_away:
        scene.line.refuse()
    else:
        scene.story.double.fail("GetObject", hang, times=None)
    assert problem_of(await scene.ask(key), 503) == "storage-unavailable"
    scene.line.heal()
    scene.story.double.heal()
    assert (await scene.ask(key)).content == LARGE


@pytest.mark.survives(
    "A client stops reading its download, or leaves", "S3 is not read ahead; its connection closes"
)
async def test_a_client_that_does_not_read_or_leaves_holds_nothing(scene: Scene) -> None:
    key = await scene.stored(VAST)
    rest = await scene.line_connections()
    carried = scene.line.carried_bytes(Direction.DOWN)
    async with connected(scene.service.port) as connection:
        await scene.begin(connection, key)
        connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
        before = -1
        while (found := scene.line.carried_bytes(Direction.DOWN)) != before:
            before = found
            await asyncio.sleep(0.2)
        assert before - carried < len(VAST) // 2  # what the kernel's sockets hold
        assert await scene.requests_in_work() == 1
        connection.reset()
        await until(scene.requests_in_work, lambda count: count == 0)
        await until(scene.line_connections, lambda count: count <= rest)
    assert scene.line.carried_bytes(Direction.DOWN) - carried < len(VAST)


async def test_downloads_are_bounded_and_the_rest_goes_on(scene: Scene) -> None:
    """One of two is most of the room of one owner."""
    key = await scene.stored(VAST)
    async with connected(scene.service.port) as connection:
        await scene.begin(connection, key)
        refused = await scene.ask(key)
        assert problem_of(refused, 429) == "rate-limited"
        assert refused.headers["retry-after"] == "1"
        assert (await scene.story.caller.client.head(f"/files/{key}/content")).status_code == 200
        await scene.story.sent(LARGE)
    await until(scene.requests_in_work, lambda count: count == 0)
    assert (await scene.ask(key)).content == VAST
