"""The crash loop: clients under chaos, then healing, the quiet state, and the verdict.

`python -m tests.crash --kills 200 --seed 7`; everything that is drawn by lot follows from the seed,
what comes of it does not: processes have a timing of their own.
"""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from tests.crash.asking import Asker
from tests.crash.chaos import Chaos
from tests.crash.client import Client
from tests.crash.failing_disk import DiskFault
from tests.crash.faults import Faults
from tests.crash.knowledge import Knowledge
from tests.crash.logs import complaints
from tests.crash.processes import Process
from tests.crash.report import Report
from tests.crash.site import Site, open_site
from tests.crash.verdict import judge, left_behind

CLIENTS = 8
_START_SECONDS = 60
_FINISH_SECONDS = 120
_QUIET_SECONDS = 120
_LEASES_LAPSE = timedelta(minutes=3)
_ABANDONED_EXPIRE = timedelta(hours=3)
_CLEAN_UP_REPEATS = timedelta(minutes=30)


@dataclass
class Loop:
    site: Site
    knowledge: Knowledge
    seed: int
    chaos: Chaos
    is_over: bool = False

    async def run(self, kills: int) -> Report:
        began = time.monotonic()
        async with AsyncExitStack() as stack:
            await self._start(stack)
            clients = await self._clients(stack)
            await self.chaos.run(kills)
            await self._heal()
            self.is_over = True
            await self._finish(clients)
            quiet_seconds = await self._quiet()
        verdict = await judge(self.site, self.knowledge)
        self.knowledge.findings += complaints(self.site.folder)
        return Report(
            seed=self.seed,
            seconds=time.monotonic() - began,
            quiet_seconds=quiet_seconds,
            knowledge=self.knowledge,
            chaos=self.chaos,
            site=self.site,
            verdict=verdict,
        )

    async def _start(self, stack: AsyncExitStack) -> None:
        """The first server makes the spool; whoever comes later finds it."""
        for process in self.site.servers:
            await process.start()
        await _ready(self.site)
        await self.site.worker.start()
        for process in self.site.processes:
            task = asyncio.create_task(process.supervise())
            stack.push_async_callback(_end, task)

    async def _clients(self, stack: AsyncExitStack) -> "list[asyncio.Task[None]]":
        tasks = []
        for number in range(CLIENTS):
            dice = random.Random(f"{self.seed} client {number}")
            asker = await stack.enter_async_context(
                Asker.open(
                    self.site.urls,
                    dice=dice,
                    knowledge=self.knowledge,
                    recovery=self.site.recovery,
                )
            )
            client = Client(asker, dice, self.knowledge)
            work = client.upload_until(lambda: self.is_over, f"{self.seed}.{number}")
            tasks.append(asyncio.create_task(work))
            stack.push_async_callback(_end, tasks[-1])
        return tasks

    async def _heal(self) -> None:
        await self.site.store.order("heal")
        await self.site.store.order("land")
        self.site.main_service.refusals.clear()
        for fault in DiskFault:
            fault.file(self.site.folder).unlink(missing_ok=True)
        await self.site.clock.advance(_LEASES_LAPSE)

    async def _finish(self, clients: "list[asyncio.Task[None]]") -> None:
        _, late = await asyncio.wait(clients, timeout=_FINISH_SECONDS)
        if late:
            self.knowledge.findings.append(f"{len(late)} clients do not come to their end")
        for client in clients:
            if client not in late:
                client.result()

    async def _quiet(self) -> float:
        """The seconds until nothing is left; the worker's schedule is read when it starts."""
        began = time.monotonic()
        await self.site.clock.advance(_ABANDONED_EXPIRE)
        self.site.worker.kill()
        rounds = 0
        while await left_behind(self.site) and time.monotonic() - began < _QUIET_SECONDS:
            await asyncio.sleep(1)
            rounds += 1
            if rounds % 6 == 0:
                await self.site.clock.advance(_CLEAN_UP_REPEATS)
        return time.monotonic() - began


async def crash(folder: Path, *, kills: int, seed: int) -> Report:
    """The whole run, on data of its own in `folder`."""
    async with open_site(folder) as site:
        dice = random.Random(f"{seed} chaos")
        chaos = Chaos(Faults(site, dice, []), dice)
        return await Loop(site, Knowledge(), seed, chaos).run(kills)


async def _ready(site: Site) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_START_SECONDS):
        for process, url in zip(site.servers, site.urls.values(), strict=True):
            while not await _is_ready(client, url):
                _must_live(process)
                await asyncio.sleep(0.1)


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).is_success
    except httpx.TransportError:
        return False


def _must_live(process: Process) -> None:
    assert process.child is not None
    process.child.must_be_running()


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
