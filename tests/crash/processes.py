"""The product's processes and the supervisor that starts one again whenever it has ended.

All are started and ended by one thread, since a child lives no longer than the thread it is of.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from chunk_service.cli.stack.child import Child
from tests.crash.recovery import Recovery
from tests.crash.server import FOLDER, PROCESS

T = TypeVar("T")

_ROOT = Path(__file__).parents[2]
_LOOK_SECONDS = 0.2
SERVE = "serve"
WORK = "worker"


class Foreman:
    """The one thread that starts and ends children."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="foreman")

    async def run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        self._executor.shutdown()


@dataclass
class Process:
    """A server or a worker. `exits`: the codes by which it has ended without being stopped."""

    name: str
    command: str
    folder: Path
    env: Mapping[str, str]
    foreman: Foreman
    recovery: Recovery
    child: Child | None = None
    starts: int = 0
    exits: list[int] = field(default_factory=list)

    async def start(self) -> None:
        self.starts += 1
        log = self.folder / f"{self.name}.{self.starts}.log"
        passed_on = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own = {FOLDER: str(self.folder), PROCESS: self.name, "PYTHONPATH": str(_ROOT)}
        self.child = await self.foreman.run(
            lambda: Child(
                self.name,
                [sys.executable, "-m", "tests.crash.server", self.command],
                log=log,
                env={**passed_on, **self.env, **own},
                cwd=self.folder,
            )
        )
        if self.command == SERVE:
            self.recovery.healed(self.name)

    def send(self, number: signal.Signals) -> None:
        """Harmless where it has ended meanwhile."""
        if self.child is not None and self.child.exit_code is None:
            os.kill(self.child.pid, number)

    def kill(self) -> None:
        self.recovery.disturbed(self.name)
        self.send(signal.SIGKILL)

    async def stop(self) -> None:
        child = self.child
        if child is not None:
            self.send(signal.SIGCONT)
            await self.foreman.run(child.stop)

    async def supervise(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            code = None if self.child is None else self.child.exit_code
            if code is not None:
                self.recovery.disturbed(self.name)
                self.exits.append(code)
                await self.start()
