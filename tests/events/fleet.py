"""Workers as processes of their own, killed and replaced at random."""

import asyncio
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chunk_service.cli.stack.child import Child


@dataclass
class Fleet:
    """Started and killed from the thread that lives as long as the run."""

    folder: Path
    environment: Mapping[str, str]
    dice: random.Random
    workers: list[Child] = field(default_factory=list)
    started: int = 0
    kills: int = 0

    def grow(self, count: int) -> None:
        self.workers += [self._start() for _ in range(count)]

    async def be_killed(self, every_seconds: float) -> None:
        """Until cancelled: one of them at random, and another in its place."""
        while True:
            await asyncio.sleep(every_seconds * self.dice.uniform(0.5, 1.5))
            victim = self.dice.randrange(len(self.workers))
            self.workers[victim].kill()
            self.kills += 1
            self.workers[victim] = self._start()

    def stop(self) -> None:
        """In good order; AssertionError where one does not end well."""
        for worker in self.workers:
            worker.must_be_running()
        for worker in self.workers:
            worker.stop()

    def _start(self) -> Child:
        self.started += 1
        return Child(
            f"worker {self.started}",
            [sys.executable, "-m", "chunk_service", "worker"],
            log=self.folder / f"worker-{self.started}.log",
            env=self.environment,
            cwd=self.folder,
        )
