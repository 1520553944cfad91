"""A target that a caller named is connected to at the address that was judged, or not at all."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from chunk_service.adapters.webhook.public_network import PublicNetwork, PublicTransport
from chunk_service.adapters.webhook.sender import webhook_client
from tests.adapters.webhook.certificates import certificate_for
from tests.doubles import http
from tests.doubles.listener import LOOPBACK

HOST = "hooks.example.com"


@dataclass
class Names:
    """A resolver whose answers change from one question to the next."""

    answers: list[Sequence[str]]
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@dataclass
class Site:
    port: int
    server_names: list[str | None]
    heads: list[http.Head]


@asynccontextmanager
async def tls_site(context: ssl.SSLContext) -> AsyncIterator[Site]:
    site = Site(0, [], [])

    def note_name(_socket: object, name: str | None, _context: object) -> None:
        site.server_names.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.heads.append(await http.read_head(reader))
        await http.send(http.Answer(204), "POST", writer)
        writer.close()

    context.sni_callback = note_name
    server = await asyncio.start_server(serve, LOOPBACK, 0, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site


@pytest.mark.survives(
    "A caller's target changes its address after it was judged",
    "What was judged is connected to; the name stays in Host and TLS",
)
async def test_the_name_is_asked_once_and_stays_in_host_and_tls(tmp_path: Path) -> None:
    certificate = certificate_for(HOST, tmp_path)
    names = Names([[LOOPBACK], ["10.0.0.1"]])
    network = PublicNetwork(resolve=names, may_connect=lambda address: address == LOOPBACK)
    transport = PublicTransport(network, tls=certificate.client())
    async with (
        tls_site(certificate.server()) as site,
        webhook_client(timeout_seconds=5, transport=transport) as client,
    ):
        answer = await client.post(f"https://{HOST}:{site.port}/hook", content=b"x")
    assert answer.status_code == 204
    assert names.asked == [(HOST, site.port)]
    assert site.server_names == [HOST]
    assert site.heads[0].headers["host"] == f"{HOST}:{site.port}"


async def test_who_cannot_prove_the_name_gets_nothing(tmp_path: Path) -> None:
    certificate = certificate_for("other.example.com", tmp_path)
    network = PublicNetwork(resolve=Names([[LOOPBACK]]), may_connect=lambda _: True)
    transport = PublicTransport(network, tls=certificate.client())
    async with (
        tls_site(certificate.server()) as site,
        webhook_client(timeout_seconds=5, transport=transport) as client,
    ):
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await client.post(f"https://{HOST}:{site.port}/hook", content=b"x")
    assert site.heads == []


@pytest.mark.parametrize(
    "addresses",
    [
        [],
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["::1"],
        ["fe80::1%eth0"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["0.0.0.0"],
        ["2606:4700::1111", "fd00::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
    ],
)
async def test_a_name_with_an_address_that_is_not_public_is_not_connected_to(
    addresses: Sequence[str],
) -> None:
    transport = PublicTransport(PublicNetwork(resolve=Names([addresses])))
    async with webhook_client(timeout_seconds=5, transport=transport) as client:
        with pytest.raises(httpx.ConnectError, match="public"):
            await client.post(f"https://{HOST}/hook", content=b"x")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"])
async def test_this_machine_is_not_reached_by_any_name_of_it(host: str) -> None:
    """Through the system's resolver, which knows more spellings than we do."""
    async with (
        webhook_client(timeout_seconds=5, transport=PublicTransport(PublicNetwork())) as client,
        await asyncio.start_server(lambda *_: None, LOOPBACK, 0) as server,
    ):
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(httpx.ConnectError):
            await client.post(f"https://{host}:{port}/hook", content=b"x")
