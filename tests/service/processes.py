"""The service and the worker as real processes, for what signals do to them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.service.deployment import Deployment
from tests.service.waiting import until

_PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Program:
    """One command of ours that runs; its output is in a file."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def lines(self) -> list[dict[str, Any]]:
        """What it logged; every line must be one JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def events(self) -> list[str]:
        return [str(line["event"]) for line in self.lines()]

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ended(self, within_seconds: float = 20) -> int:
        """Its exit code."""
        return await asyncio.to_thread(self.process.wait, within_seconds)

    async def serves(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:

            async def ask() -> bool:
                assert self.process.poll() is None, self.log.read_text()
                try:
                    return (await client.get(f"{self.url}/health/ready")).is_success
                except httpx.TransportError:
                    return False

            await until(ask, bool)

    async def logs(self, event: str) -> None:
        async def told() -> bool:
            return event in self.events()

        await until(told, bool)


@contextmanager
def program(deployment: Deployment, *arguments: str, **changes: str | None) -> Iterator[Program]:
    """`chunk-service` with these arguments on this deployment; killed at the latest at the end."""
    port = free_port()
    values = deployment.values(host=LOOPBACK, port=str(port), **changes)
    log = deployment.spool.with_name(f"{arguments[0]}-{port}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "chunk_service", *arguments],
            env=_environment(values),
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Program(process, log, port)
    finally:
        _end_all(process)


def _environment(values: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, **{name.upper(): text for name, text in values.items()}}


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """The process and its children: it leads a session of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
