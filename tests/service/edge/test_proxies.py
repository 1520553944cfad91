"""Behind the real nginx and Caddy, set up as in `deploy/`: bodies go on as they come, both ways.

Without these programs only their configurations are judged, in `tests/deploy`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.service import tokens
from tests.service.caller import Caller, client_of, problem_of
from tests.service.content import MIB, content_of
from tests.service.deployment import MAX_CHUNK_BYTES, Deployment, Served
from tests.service.edge.proxies import PROXIES, proxied
from tests.service.waiting import until

CHUNK_BYTES = 16 * MIB
CONTENT = content_of(CHUNK_BYTES + 5)

pytestmark = pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=pytest.mark.skipif(proxy.program is None, reason=f"{name} is not here")
        )
        for name, proxy in PROXIES.items()
    ],
)


@pytest.fixture
async def served(own: Deployment) -> AsyncIterator[Served]:
    async with own.served(download_mode="proxy") as served:
        yield served


@pytest.fixture
async def client(name: str, served: Served, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    with proxied(name, tmp_path, service_port=served.service.port) as url:
        async with client_of(url, tokens.token("alice")) as client:
            yield client


async def test_a_body_reaches_the_spool_before_it_has_ended(
    own: Deployment, client: httpx.AsyncClient
) -> None:
    session = await Caller(client).begin(chunk_size=CHUNK_BYTES, total_size=len(CONTENT))

    async def spooled_bytes() -> int:
        return sum((own.spool / each).stat().st_size for each in own.spooled_files())

    async def body() -> AsyncIterator[bytes]:
        yield CONTENT[: 8 * MIB]
        await until(spooled_bytes, lambda size: size >= 4 * MIB)
        yield CONTENT[8 * MIB : CHUNK_BYTES]

    assert (await session.put(0, body())).status_code == 200
    assert (await session.put(1, CONTENT[CHUNK_BYTES:])).status_code == 200
    file = await session.stored(2)
    answer = await client.get(f"/files/{file['key']}/content")
    assert answer.content == CONTENT


async def test_what_is_too_large_is_the_services_to_refuse(
    name: str, client: httpx.AsyncClient
) -> None:
    session = await Caller(client).begin()
    try:
        answer = await session.put(0, content_of(1) * (MAX_CHUNK_BYTES + 1))
        assert problem_of(answer, 413) == "content-too-large"
    except httpx.TransportError:
        assert name == "caddy"  # which resets while the client is still sending
    await session.abort()


async def test_links_of_shares_are_in_no_log(client: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await client.get("/s/a-secret-of-a-link")).status_code == 404
    assert (await client.get("/health/live")).status_code == 200
    for log in tmp_path.rglob("*.log"):
        assert "a-secret-of-a-link" not in log.read_text()
