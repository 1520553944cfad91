"""Every process has its figures at a port of its own, whichever command began it."""

import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.service.deployment import Deployment
from tests.service.figures import Figures
from tests.service.processes import Program, program
from tests.service.waiting import until


def _two_free_ports() -> int:
    """The first of two that follow each other."""
    while not _is_free((first := free_port()) + 1):
        pass
    return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0


async def _figures(port: int) -> Figures | None:
    """None where nobody answers."""
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as client:
        try:
            return await Figures.read(client)
        except httpx.TransportError:
            return None


async def _there(port: int) -> Figures:
    figures = await until(lambda: _figures(port), lambda found: found is not None)
    assert figures is not None
    return figures


def _children(parent: Program) -> list[int]:
    """Those that serve: multiprocessing has a helper among them that does not."""
    path = Path(f"/proc/{parent.process.pid}/task/{parent.process.pid}/children")
    pids = [int(pid) for pid in path.read_text().split()]
    return [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_each_of_several_processes_has_its_port_and_its_successor_takes_it(
    own: Deployment,
) -> None:
    first = _two_free_ports()
    with program(own, "serve", "--workers", "2", metrics_port=str(first)) as service:
        await service.serves()
        both = [await _there(port) for port in (first, first + 1)]
        started = {figures.value("process_start_time_seconds") for figures in both}
        for pid in _children(service):
            os.kill(pid, signal.SIGKILL)
        await service.logs("process died")
        for port in (first, first + 1):
            again = await _there(port)
            assert again.value("process_start_time_seconds") not in started
        service.send(signal.SIGTERM)
        assert await service.ended() == 0


async def test_a_worker_without_a_spool_is_watched_too(own: Deployment) -> None:
    port = free_port()
    nowhere = str(own.spool.with_name("nowhere"))
    with program(own, "worker", metrics_port=str(port), local_temp_chunk_path=nowhere) as worker:
        figures = await _there(port)
        assert figures.of("live_uploads") == 0
        assert figures.of("database_pool_limit") == 10
        assert "chunk_service_spool_bytes" not in figures.names()
        assert "chunk_service_requests_in_work" not in figures.names()
        worker.send(signal.SIGTERM)
        assert await worker.ended() == 0


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_a_port_that_is_taken_is_one_sentence_at_the_start(
    own: Deployment, command: str
) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with program(own, command, metrics_port=str(port)) as refused:
            assert await refused.ended() == 1
    (line,) = refused.log.read_text().splitlines()
    assert f"METRICS_PORT: {LOOPBACK}:{port}: Address already in use" in line
