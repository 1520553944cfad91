"""What the kernel's copies over loopback cost: to a sink that takes bytes into its memory, and from
memory to the null S3. Client and store are those of all other figures.
"""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.client.source import Source, spans
from benchmarks.contestants.programs import server
from benchmarks.floor.stage import Stage, Took, stage, timed
from benchmarks.processes import cpu_seconds
from benchmarks.sizes import GIB, MIB
from benchmarks.stores import Store, null_store
from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK, free_port

RECEIVE = "receiving from loopback"
SEND = "sending to loopback"
_ROOT = Path(__file__).parents[2]
_PART_BYTES = 8 * MIB


@dataclass(frozen=True, slots=True)
class Network:
    """What the client spends on sending and the null S3 on taking, beside the two stages."""

    receive: Stage
    send: Stage
    client_cpu_seconds_per_gib: float
    store_cpu_seconds_per_gib: float


def network(
    source: Source, folder: Path, size_bytes: int, *, runs: int, connections: int
) -> Network:
    share = size_bytes // connections
    gib = runs * size_bytes / GIB
    with _sink(folder) as (child, port):
        before = cpu_seconds(child.pid)
        sent = [
            timed(lambda: _at_once(connections, lambda: _give(port, source, share)))
            for _ in range(runs)
        ]
        received = [Took(one.seconds, (cpu_seconds(child.pid) - before) / runs) for one in sent]
    with null_store(folder) as store:
        taken = store.cpu_seconds() or 0.0
        parts = [
            timed(lambda: _at_once(connections, lambda: _put(store, share))) for _ in range(runs)
        ]
        taken = (store.cpu_seconds() or 0.0) - taken
    return Network(
        stage(RECEIVE, size_bytes, received),
        stage(SEND, size_bytes, parts),
        sum(one.cpu_seconds for one in sent) / gib,
        taken / gib,
    )


def _at_once(connections: int, do: Callable[[], object]) -> None:
    with ThreadPoolExecutor(connections) as threads:
        for done in [threads.submit(do) for _ in range(connections)]:
            done.result()


@contextmanager
def _sink(folder: Path) -> Iterator[tuple[Child, int]]:
    port = free_port()
    command = (sys.executable, "-m", "benchmarks.floor.sink", str(port))
    env = {"PYTHONPATH": str(_ROOT)}
    with server("the sink", command, port=port, folder=folder, env=env) as child:
        yield child, port


def _give(port: int, source: Source, size_bytes: int) -> None:
    with socket.create_connection((LOOPBACK, port)) as sock:
        for span in spans(size_bytes, _PART_BYTES):
            source.send(sock, span)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)


def _put(store: Store, size_bytes: int) -> None:
    """Parts as bare requests, from memory."""
    address = urlsplit(store.url)
    piece = os.urandom(MIB)
    head = f"PUT /bucket/floor HTTP/1.1\r\nContent-Length: {_PART_BYTES}\r\n\r\n".encode()
    with socket.create_connection((address.hostname, address.port)) as sock:
        for _ in range(size_bytes // _PART_BYTES):
            sock.sendall(head, socket.MSG_MORE)
            for _ in range(_PART_BYTES // MIB):
                sock.sendall(piece)
            sock.recv(MIB)
