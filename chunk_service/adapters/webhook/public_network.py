"""The way to targets that callers name: a name is resolved once, its address judged and used.

What is connected to is exactly what was judged, so a name that changes its answer between two
questions gains nothing. Host and TLS server name stay those of the URL. One address that is not
public makes the whole name unfit.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore
import httpx

from chunk_service.domain.addresses import is_public

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system's resolver orders them."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError("the name is not known") from error
    return [str(address[0]) for *_, address in found]


class PublicNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only; `may_connect` judges an address."""

    def __init__(
        self, *, resolve: Resolve = resolved, may_connect: Callable[[str], bool] = is_public
    ) -> None:
        self._resolve = resolve
        self._may_connect = may_connect
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._resolve(host, port)
        if not addresses or not all(map(self._may_connect, addresses)):
            raise httpcore.ConnectError("the name does not stand for public addresses")
        return await self._network.connect_tcp(
            addresses[0], port, timeout, local_address, socket_options
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("a socket of this machine is nobody's target")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class PublicTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a network of ours, which its constructor does not take."""

    def __init__(self, network: PublicNetwork, *, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=network,
        )
