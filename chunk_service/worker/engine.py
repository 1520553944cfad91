"""The background work of a process that has a spool: relay, place, close, clean up, look around.

A bounded number of windows is on its way at a time. Failures of the store or the database are
waited out with growing pauses; everything else that goes wrong is logged and left to the next
round, which asks the rows what is owed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from random import SystemRandom
from typing import Protocol

import structlog

from chunk_service.domain.errors import ServiceError
from chunk_service.domain.objects import StoreError, StoreRefused
from chunk_service.domain.retries import backoff_seconds
from chunk_service.domain.uploads import SpoolId, UploadId
from chunk_service.usecases.clean_up import CleanUp
from chunk_service.usecases.close_upload import CloseUpload
from chunk_service.usecases.closing import Closed
from chunk_service.usecases.note_parts import NoteParts
from chunk_service.usecases.place_chunks import PlaceChunks
from chunk_service.usecases.relay_parts import RelayParts
from chunk_service.usecases.relaying import Claim
from chunk_service.usecases.remove_objects import RemoveObjects
from chunk_service.usecases.sweep_spool import SweepSpool
from chunk_service.usecases.tend_pending import TendPending
from chunk_service.worker.bells import Bells, IdQueue
from chunk_service.worker.progress import Progress

log = structlog.get_logger(__name__)

DICE = SystemRandom()

ROUND_SECONDS = 5.0
SWEEP_SECONDS = 60.0
MOST_FOUND = 1000
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
CLOSERS = 8
GATHER_SECONDS = 0.05
MOST_TIDIED = 100


class Relaying(Protocol):
    async def find_work(self, spool_id: SpoolId, limit: int) -> Sequence[UploadId]: ...
    async def find_set_aside(
        self, spool_id: SpoolId, limit: int
    ) -> Sequence[tuple[UploadId, int]]: ...


class Closing(Protocol):
    async def find_completing(self, limit: int) -> Sequence[UploadId]: ...


class Cleaning(Protocol):
    async def find_owed(self, spool_id: SpoolId, limit: int) -> Sequence[UploadId]: ...


@dataclass(frozen=True, slots=True)
class EngineParts:
    relay: RelayParts
    note_parts: NoteParts
    place: PlaceChunks
    close: CloseUpload
    clean_up: CleanUp
    sweep: SweepSpool
    remove_objects: RemoveObjects
    tend_pending: TendPending
    relaying: Relaying
    closing: Closing
    cleaning: Cleaning
    spool_id: SpoolId


class Engine:
    def __init__(self, parts: EngineParts, bells: Bells, *, slots: int) -> None:
        self._parts = parts
        self._bells = bells
        self._slots = slots
        self._free_slots = asyncio.Semaphore(slots)
        self._sending: set[asyncio.Task[None]] = set()
        self._failures: dict[UploadId, int] = {}
        self._progress = Progress(bells)
        bells.when_announced(self._forget)
        self._busy = 0
        self._idle = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        bells = self._bells
        work: list[tuple[IdQueue, Callable[[UploadId], Awaitable[None]], int]] = [
            (bells.to_relay, self._relay, self._slots),
            (bells.to_place, self._place, 1),
            (bells.to_close, self._close, CLOSERS),
            (bells.to_clean, self._clean_up, 1),
            (bells.to_tidy, self._tidy, 1),
        ]
        self._tasks = [
            asyncio.create_task(self._serve(queue, call))
            for queue, call, count in work
            for _ in range(count)
        ]
        rounds = (
            (self.look, ROUND_SECONDS),
            (self._parts.tend_pending, ROUND_SECONDS),
            (self._parts.sweep, SWEEP_SECONDS),
            (self._parts.remove_objects, SWEEP_SECONDS),
            (self._tell_set_aside, SWEEP_SECONDS),
        )
        self._tasks += [asyncio.create_task(self._repeat(*each)) for each in rounds]

    async def stop(self, grace_seconds: float) -> None:
        """Let what is on its way finish within the grace; then give claims back."""
        self._stopping.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                while self._busy:
                    self._idle.clear()
                    await self._idle.wait()
        await _cancelled(self._tasks)
        while self._sending:
            await asyncio.sleep(0)  # who has not begun to send can't give its claim back
            await _cancelled(list(self._sending))
        for upload_id in self._bells.not_taken_up():
            await self._parts.close.let_go(upload_id)

    async def _serve(self, queue: IdQueue, call: Callable[[UploadId], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            upload_id = await queue.get()
            self._busy += 1
            try:
                await self._try(queue, upload_id, call)
            finally:
                self._rest()

    def _rest(self) -> None:
        self._busy -= 1
        self._idle.set()

    async def _try(
        self, queue: IdQueue, upload_id: UploadId, call: Callable[[UploadId], Awaitable[object]]
    ) -> None:
        try:
            await call(upload_id)
            self._failures.pop(upload_id, None)
        except (StoreError, ServiceError) as error:
            self._try_later(queue, upload_id, error)
        except Exception:
            log.exception("background work failed", upload_id=str(upload_id))

    def _try_later(self, queue: IdQueue, upload_id: UploadId, error: Exception) -> None:
        failures = self._failures.get(upload_id, 0)
        self._failures[upload_id] = failures + 1
        pause_seconds = backoff_seconds(
            failures,
            first=FIRST_PAUSE_SECONDS,
            most=LONGEST_PAUSE_SECONDS,
            dice=DICE.random,
        )
        tell = log.error if isinstance(error, StoreRefused) else log.warning
        tell(
            "background work put off",
            upload_id=str(upload_id),
            error=type(error).__name__,
            reason=str(error),
            pause_seconds=round(pause_seconds, 2),
        )
        asyncio.get_running_loop().call_later(pause_seconds, queue.put, upload_id)

    async def _relay(self, upload_id: UploadId) -> None:
        """Send one window; where there are more, the next free slot takes the next."""
        await self._free_slots.acquire()
        self._busy += 1
        claim: Claim | None = None
        try:
            claim = await self._parts.relay.claim(upload_id)
        finally:
            if claim is None:
                self.leave_slot()
        if claim is not None:
            if claim.has_more and not self._stopping.is_set():
                self._bells.kick(upload_id)
            self.send(claim)

    async def keep_slot(self) -> bool:
        """For a window that is claimed as its chunk is recorded; those that wait go first."""
        are_wanted = self._free_slots.locked() or len(self._bells.to_relay) > 0
        if are_wanted or self._stopping.is_set():
            return False
        await self._free_slots.acquire()
        self._busy += 1
        return True

    def leave_slot(self) -> None:
        self._free_slots.release()
        self._rest()

    def send(self, claim: Claim) -> None:
        """From a slot that was kept, which is left when it is sent or put off."""
        task = asyncio.create_task(self._carry(claim))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _carry(self, claim: Claim) -> None:
        try:
            await self._try(self._bells.to_relay, claim.upload.id, partial(self._send, claim))
        finally:
            self._rest()

    async def _send(self, claim: Claim, upload_id: UploadId) -> None:
        with ExitStack() as slot:
            slot.callback(self._free_slots.release)
            sending = self._parts.relay.send(claim, slot.close)
            await self._progress.follow(upload_id, sending)

    async def _place(self, upload_id: UploadId) -> None:
        if await self._parts.place(upload_id):
            self._bells.kick(upload_id)

    async def _close(self, upload_id: UploadId) -> None:
        with self._bells.closing(upload_id):
            await self._parts.note_parts.hurry(upload_id)
            seen = self._progress.sent(upload_id)
            closed = await self._parts.close(upload_id, self._bells.take_up(upload_id))
        if closed in (Closed.ENDED, Closed.OVER):
            self._bells.announce(upload_id)
        elif self._progress.awaits(upload_id, seen):
            self._bells.kick(upload_id)

    def _forget(self, upload_id: UploadId) -> None:
        self._progress.forget(upload_id)
        self._parts.note_parts.forget(upload_id)
        self._failures.pop(upload_id, None)

    async def _clean_up(self, upload_id: UploadId) -> None:
        await self._parts.clean_up(upload_id)

    async def _tidy(self, upload_id: UploadId) -> None:
        """With those that end at about the same time. What fails is found again by a round."""
        await asyncio.sleep(GATHER_SECONDS)
        queue, clean_up = self._bells.to_tidy, self._parts.clean_up
        for left in await clean_up.tidy([upload_id, *queue.take(MOST_TIDIED - 1)]):
            await self._try(queue, left, clean_up)

    async def _repeat(self, work: Callable[[], Awaitable[object]], seconds: float) -> None:
        """At start and from time to time; what fails once may go well the next time."""
        while True:
            try:
                await work()
            except ServiceError as error:
                log.warning("round put off", error=type(error).__name__)
            except Exception:
                log.exception("round failed")
            await asyncio.sleep(seconds * DICE.uniform(0.8, 1.2))

    async def look(self) -> None:
        """Ring for everything that the rows say is owed and nobody is at."""
        parts = self._parts
        for upload_id in await parts.relaying.find_work(parts.spool_id, MOST_FOUND):
            self._bells.place(upload_id)
            self._bells.kick(upload_id)
        for upload_id in await parts.closing.find_completing(MOST_FOUND):
            self._bells.pursue(upload_id)
        for upload_id in await parts.cleaning.find_owed(parts.spool_id, MOST_FOUND):
            self._bells.clean_up(upload_id)

    async def _tell_set_aside(self) -> None:
        """Processes died over these windows again and again: somebody must look."""
        parts = self._parts
        for upload_id, number in await parts.relaying.find_set_aside(parts.spool_id, MOST_FOUND):
            log.error("part set aside", upload_id=str(upload_id), part=number)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
