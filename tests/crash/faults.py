"""Every fault that the chaos knows: it begins, lasts a moment, and is healed before it returns."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from tests.crash.failing_disk import DiskFault
from tests.crash.failpoints import POINTS, armed_file
from tests.crash.processes import Process
from tests.crash.recovery import ANYTHING, COMPLETION
from tests.crash.site import Site

_LOOK_SECONDS = 0.1
_LEASES_LAPSE = timedelta(seconds=130)
_RESERVATIONS_LAPSE = timedelta(minutes=61)
_REACHED_WITHIN_SECONDS = 4.0
_BACK_WITHIN_SECONDS = 8.0
_STORE_FAULTS = (
    ("CompleteMultipartUpload", "lose_answer"),
    ("CompleteMultipartUpload", "error_inside_success_done"),
    ("CompleteMultipartUpload", "land_late"),
    ("PutObject", "lose_answer"),
    ("PutObject", "land_late"),
    ("UploadPart", "lose_answer"),
    ("UploadPart", "cut_answer"),
    ("CreateMultipartUpload", "lose_answer"),
    ("HeadObject", "withhold_answer"),
    ("AbortMultipartUpload", "lose_answer"),
    ("*", "slow_down"),
    ("*", "internal_error"),
    ("*", "reset"),
)


@dataclass
class Faults:
    """`reached`: failpoints that a process came by while they were armed."""

    site: Site
    dice: random.Random
    reached: list[str]

    def table(self) -> Mapping[str, tuple[int, Callable[[], Awaitable[None]]]]:
        """By name: how many of them are in a deck, and the fault."""
        return {
            "kill -9 of a server": (5, self.kill_server),
            "kill -9 of the worker": (2, self.kill_worker),
            "kill -9 of all at once": (1, self.kill_all),
            "kill -9 at a failpoint": (7, self.kill_at_failpoint),
            "SIGSTOP of a process": (3, self.stop_process),
            "PostgreSQL restarted": (2, self.restart_postgres),
            "S3 away": (1, self.refuse_at_store),
            "S3 silent": (1, self.silence_store),
            "S3 spoils requests": (4, self.spoil_at_store),
            "disk full": (1, self.fill_disk),
            "disk fails to sync": (1, self.fail_to_sync),
            "main service refuses": (1, self.refuse_notifications),
            "clock passes leases": (1, self.pass_leases),
            "clock passes reservations": (1, self.pass_reservations),
        }

    async def kill_server(self) -> None:
        await self._kill(self.dice.choice(self.site.servers))

    async def kill_worker(self) -> None:
        await self._kill(self.site.worker)

    async def kill_all(self) -> None:
        await asyncio.gather(*map(self._kill, self.site.processes))

    async def kill_at_failpoint(self) -> None:
        """Whoever of two processes comes by; both are killed anyway where nobody does."""
        point = self.dice.choice(POINTS)
        armed = [self.site.worker, self.dice.choice(self.site.servers)]
        for process in armed:
            armed_file(self.site.folder, process.name).write_text(point)
        for _ in range(int(_REACHED_WITHIN_SECONDS / 0.1)):
            await asyncio.sleep(0.1)
            if not all(self._is_armed(process) for process in armed):
                self.reached.append(point)
                break
        await asyncio.gather(*(self._end_armed(process, point) for process in armed))

    def _is_armed(self, process: Process) -> bool:
        return armed_file(self.site.folder, process.name).exists()

    async def _end_armed(self, process: Process, point: str) -> None:
        """Disarm; what was not reached by either is a kill at some other point."""
        if not self._is_armed(process):
            await self._until_back(process)
            return
        armed_file(self.site.folder, process.name).unlink(missing_ok=True)
        if point not in self.reached:
            await self._kill(process)

    async def stop_process(self) -> None:
        """Others take over meanwhile, where the clock passes its leases."""
        process = self.dice.choice(self.site.processes)
        process.send(signal.SIGSTOP)
        if self.dice.random() < 0.7:
            await self.site.clock.advance(_LEASES_LAPSE)
        await self._while_it_lasts(1, 4)
        self._wake(process)

    async def restart_postgres(self) -> None:
        await self.site.stop_postgres()
        await self._while_it_lasts(0.1, 2)
        await self.site.start_postgres()

    async def refuse_at_store(self) -> None:
        await self._disturb_store("refuse")

    async def silence_store(self) -> None:
        await self._disturb_store("fall_silent")

    async def spoil_at_store(self) -> None:
        """What landed late is carried out when others have gone on."""
        operation, fault = self.dice.choice(_STORE_FAULTS)
        times = self.dice.randint(1, 4)
        await self.site.store.order("fail", operation=operation, fault=fault, times=times)
        await self._while_it_lasts(1, 3)
        await self.site.store.order("land")

    async def fill_disk(self) -> None:
        await self._disturb_disk(DiskFault.FULL)

    async def fail_to_sync(self) -> None:
        await self._disturb_disk(DiskFault.FAILS_TO_SYNC)

    async def refuse_notifications(self) -> None:
        self.site.main_service.refusals.extend([503] * self.dice.randint(1, 6))

    async def pass_leases(self) -> None:
        await self.site.clock.advance(_LEASES_LAPSE)

    async def pass_reservations(self) -> None:
        await self.site.clock.advance(_RESERVATIONS_LAPSE)

    async def _kill(self, process: Process) -> None:
        process.kill()
        await self._until_back(process)

    async def _until_back(self, process: Process) -> None:
        """Started again and of use, or slow about it."""
        starts = process.starts
        with suppress(TimeoutError):
            async with asyncio.timeout(_BACK_WITHIN_SECONDS):
                while process.starts == starts or self._is_awaited(process):  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_SECONDS)

    def _is_awaited(self, process: Process) -> bool:
        return self.site.recovery.is_awaited(process.name)

    def _wake(self, process: Process) -> None:
        process.send(signal.SIGCONT)
        self.site.recovery.healed(process.name)

    async def _disturb_store(self, order: str) -> None:
        self.site.recovery.disturbed(COMPLETION)
        await self.site.store.order(order)
        await self._while_it_lasts(1, 5)
        await self.site.store.order("heal")
        self.site.recovery.healed(COMPLETION)

    async def _disturb_disk(self, fault: DiskFault) -> None:
        self.site.recovery.disturbed(ANYTHING)
        fault.file(self.site.folder).touch()
        await self._while_it_lasts(0.5, 3)
        fault.file(self.site.folder).unlink()
        self.site.recovery.healed(ANYTHING)

    async def _while_it_lasts(self, least_seconds: float, most_seconds: float) -> None:
        await asyncio.sleep(self.dice.uniform(least_seconds, most_seconds))
