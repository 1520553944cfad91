"""All that the machine acts upon: two instances on one database and one spool, a store, a clock.

The site serves a whole run; a world is made for each example and finds everything empty.
"""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar
from uuid import uuid4

from chunk_service.adapters.postgres.beginning import BeginningRows
from chunk_service.adapters.s3.store import S3Store
from chunk_service.adapters.spool.volume import Spool
from tests.fixtures.stores import StoreServer
from tests.machine.disk import ForgetfulDisk
from tests.machine.instance import Instance
from tests.machine.invariants import History, check
from tests.machine.miniature import BeginningInMiniature, settings_in_miniature
from tests.machine.model import Model
from tests.machine.receiver import Receiver
from tests.machine.site import Site
from tests.machine.snapshot import Rows, Snapshot, read_rows, take_snapshot
from tests.machine.watching import WatchedStore

T = TypeVar("T")

_EMPTY = """
    TRUNCATE uploads, chunks, parts, reservations, idempotency_keys, files, events, deliveries,
        delivery_attempts, shares, spools, pgqueuer
"""
_CLOCK = """
    CREATE OR REPLACE FUNCTION service_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT clock_timestamp() + interval '{seconds} seconds'$$
"""


class World:
    def __init__(self, site: Site, folder: Path, changes: Mapping[str, object]) -> None:
        self.site = site
        self.double = site.double
        self.bucket = f"machine-{uuid4().hex}"
        self.spool = folder / "spool"
        self.disk = ForgetfulDisk()
        self.model = Model()
        self.instances: list[Instance] = []
        self.receiver = Receiver()
        self.watched: list[str] = []
        self.power_fails_too = False
        self._folder = folder
        self._history = History()
        self.age = timedelta()
        store = StoreServer(site.double.endpoint_url)
        self._settings = settings_in_miniature(
            site.database_url, self.spool, store, self.bucket
        ).model_copy(update=dict(changes))

    @classmethod
    async def begin(cls, site: Site, *, instances: int, **changes: object) -> Self:
        """`changes` are settings that differ."""
        world = cls(site, Path(tempfile.mkdtemp(prefix="machine-")), changes)
        await site.pool.execute(_EMPTY)
        await world.pass_time(timedelta())
        world.double.add_bucket(world.bucket, least_part_bytes=1)
        for _ in range(instances):
            world.instances.append(await world.start())
        return world

    async def end(self) -> None:
        for instance in self.instances:
            await instance.stop()
        self.double.heal()
        self.double.remove_bucket(self.bucket)
        shutil.rmtree(self._folder)

    @property
    def up(self) -> list[Instance]:
        return [each for each in self.instances if each.is_up and not each.steps.is_dead]

    def at(self, number: int) -> Instance:
        """That instance, or the other where that one is down."""
        return self.instances[number] if self.instances[number] in self.up else self.up[0]

    async def wake(self) -> None:
        """Somebody must be there to be asked."""
        if not self.up:
            await self.restart()

    async def restart(self) -> None:
        """Bring up what is down."""
        for number, instance in enumerate(self.instances):
            if not instance.is_up:
                self.instances[number] = await self.start()

    async def bury(self) -> None:
        """End what has died; where the power failed, what was not on the disk is gone."""
        dead = [each for each in self.instances if each.is_up and each.steps.is_dead]
        for instance in dead:
            await instance.stop()
        if dead and self.power_fails_too:
            self.power_fails_too = False
            self.disk.cut_power()

    async def rest(self) -> None:
        """Nothing is at work any more; who died over it is buried."""
        for instance in self.up:
            await instance.rest()
        await self.bury()

    async def pass_time(self, by: timedelta) -> None:
        self.age += by
        await self.site.pool.execute(_CLOCK.format(seconds=int(self.age.total_seconds())))

    async def rows(self) -> Rows:
        return await read_rows(self.site.pool)

    async def snapshot(self) -> Snapshot:
        return await take_snapshot(self.site.pool, self.spool, self.double, self.bucket)

    async def check(self) -> None:
        await self.rest()
        check(self.model, await self.snapshot(), self._history, self._settings)
        assert self.watched == []
        self.receiver.check()

    async def start(self, **changes: object) -> Instance:
        """One more, with settings that differ by `changes`."""
        settings = self._settings.model_copy(update=changes)
        return await Instance.start(settings, self._surround, on_death=self._on_death)

    def _surround(self, _name: str, part: T, /) -> T:
        replaced: object = part
        if isinstance(part, BeginningRows):
            replaced = BeginningInMiniature(part)
        elif isinstance(part, S3Store):
            replaced = WatchedStore(part, self.site.pool, self.watched)
        elif isinstance(part, Spool):
            replaced = Spool(part.folder, part.id, executor=part._executor, disk=self.disk)
        return replaced  # type: ignore[return-value]

    def _on_death(self) -> None:
        """A power cut takes the whole machine."""
        if self.power_fails_too:
            for each in self.up:
                each.steps.die()
