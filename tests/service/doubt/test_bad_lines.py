"""What the lines to the store and to the database do to bytes: cut, flipped, delayed, swallowed."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.s3.double import S3Double
from tests.doubles.tcp_relay import Direction, Ending
from tests.service.caller import Caller, client_of, data_of
from tests.service.content import MIB
from tests.service.deployment import Deployment
from tests.service.doubt.story import LARGE, SMALL, Story
from tests.service.running import running
from tests.service.tokens import token
from tests.service.waiting import until


def through(url: str, proxy: FaultProxy) -> str:
    """The same address, by way of the proxy."""
    parts = urlsplit(url)
    netloc = parts.netloc.replace(f"{parts.hostname}:{parts.port}", f"{proxy.host}:{proxy.port}")
    return urlunsplit(parts._replace(netloc=netloc))


def proxy_to(url: str) -> Iterator[FaultProxy]:
    parts = urlsplit(url)
    proxy = FaultProxy.start(parts.hostname or "", parts.port or 0)
    yield proxy
    proxy.stop()


@pytest.fixture
def s3_line(s3_double: S3Double) -> Iterator[FaultProxy]:
    yield from proxy_to(s3_double.endpoint_url)


@pytest.fixture
def database_line(database_url: str) -> Iterator[FaultProxy]:
    yield from proxy_to(database_url)


@pytest.fixture
async def lined(
    own: Deployment, s3_double: S3Double, s3_line: FaultProxy, database_line: FaultProxy
) -> AsyncIterator[Story]:
    """A service that reaches store and database by these lines; the test itself goes straight."""
    settings = own.settings(
        s3_endpoint_url=through(s3_double.endpoint_url, s3_line),
        database_url=through(own.database_url, database_line),
        s3_read_timeout="1s",
        complete_wait="2s",
        cleanup_grace="1s",
    )
    with running(settings) as service:
        async with client_of(service.url, token("alice")) as client:
            yield Story(Caller(client), own, s3_double)


@pytest.mark.survives(
    "The line to S3 cuts, closes or flips a byte within a part",
    "The part is sent again; what arrived otherwise is refused by its checksum",
)
@pytest.mark.parametrize("ending", Ending)
async def test_a_part_spoiled_on_its_way_is_sent_again(
    lined: Story, s3_line: FaultProxy, ending: Ending
) -> None:
    s3_line.trap(Direction.UP, after_bytes=3 * MIB, ending=ending)
    session = await lined.sent(LARGE)
    await lined.ends_stored(session, LARGE)
    refused = lined.double.ledger.count("UploadPart", result="400 BadDigest")
    assert refused == (ending is Ending.FLIP)


async def test_a_whole_object_spoiled_on_its_way_is_sent_again(
    lined: Story, s3_line: FaultProxy
) -> None:
    session = await lined.sent(SMALL)
    s3_line.trap(Direction.UP, after_bytes=len(SMALL) // 2, ending=Ending.FLIP)
    await lined.ends_stored(session, SMALL)
    assert lined.double.ledger.results("PutObject") == ["400 BadDigest", "200"]


@pytest.mark.survives(
    "The line to S3 swallows answers", "What was done is found; what was not is done again"
)
async def test_swallowed_answers_are_made_up_for(lined: Story, s3_line: FaultProxy) -> None:
    session = await lined.sent(LARGE)
    await lined.relayed(session, LARGE)
    s3_line.drop(Direction.DOWN)
    assert (await lined.complete(session, LARGE)).status_code == 503
    s3_line.heal()
    await lined.ends_stored(session, LARGE)


@pytest.mark.survives(
    "The database's connections are reset, or it is not there for a while",
    "503 while it is away; what was acknowledged stays, and the upload goes on",
)
@pytest.mark.parametrize("is_refused", [False, True], ids=["reset", "refused"])
async def test_a_database_that_goes_away_comes_back(
    lined: Story, database_line: FaultProxy, is_refused: bool
) -> None:
    session = await lined.begun(LARGE)
    first, rest = LARGE[: 8 * MIB], LARGE[8 * MIB :]
    data_of(await session.put(0, first))
    await until(session.status, lambda status: status["parts_relayed"] == 1)
    if is_refused:
        database_line.refuse()
        answer = await session.put(1, rest[: 8 * MIB])
        assert (answer.status_code, answer.json()["type"]) == (
            503,
            "/problems/database-unavailable",
        )
        database_line.heal()
    else:
        database_line.reset()
    for index, chunk in ((0, first), (1, rest[: 8 * MIB]), (2, rest[8 * MIB :])):
        again = partial(session.put, index, chunk)
        data_of(await until(again, lambda answer: answer.status_code != 503))
    await lined.ends_stored(session, LARGE)


@pytest.mark.survives(
    "The answer to a COMMIT of Postgres is lost",
    "503, and the repeat finds what was recorded: once",
)
async def test_a_chunk_whose_commit_was_not_answered_counts_once(
    lined: Story, database_line: FaultProxy
) -> None:
    """The answers of the database end somewhere within the chunk's way, each time later.

    Without a relay beside it: the lease of a claim that was not answered would have to lapse.
    """
    session = await lined.begun(LARGE, relay="on_completion")
    last = LARGE[16 * MIB :]
    for after_bytes in range(0, 1500, 100):
        database_line.trap(Direction.DOWN, after_bytes=after_bytes, ending=Ending.RESET)
        answer = await session.put(2, last)
        assert answer.status_code in (200, 503), answer.text
    database_line.heal()
    await until(partial(session.put, 2, last), lambda answer: answer.status_code == 200)
    await lined.send(session, LARGE)
    await lined.ends_stored(session, LARGE)
