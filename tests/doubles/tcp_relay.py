"""Carries bytes between clients and one server, and spoils them as it is told; runs in one loop.

UP is from the client to the server, DOWN are the answers. What tests hold is `fault_proxy.py`.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from tests.doubles.listener import READ_BYTES, Listener, ended, reset


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"


class Ending(StrEnum):
    """What happens at the byte that was waited for: `flip` goes on, the others end it."""

    RESET = "reset"
    CLOSE = "close"
    FLIP = "flip"


@dataclass(slots=True)
class Trap:
    """Goes off once, after that many more bytes in its direction, whoever's they are."""

    left_bytes: int
    ending: Ending


class _Ended(Exception):
    pass


class Relay:
    """All connections of one proxy; runs in one loop."""

    def __init__(self, target: tuple[str, int], *, port: int = 0) -> None:
        self.target = target
        self.listener = Listener(self._serve, port=port)
        self.latency_seconds = 0.0
        self.drops: set[Direction] = set()
        self.traps: dict[Direction, Trap] = {}
        self.carried_bytes = dict.fromkeys(Direction, 0)
        self.flows = asyncio.Event()
        self.flows.set()

    async def heal(self) -> None:
        self.latency_seconds = 0.0
        self.drops.clear()
        self.traps.clear()
        self.flows.set()
        await self.listener.open()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.flows.wait()
        there, back = await asyncio.open_connection(*self.target, limit=4 * READ_BYTES)
        pumps = [
            asyncio.create_task(self._pump(Direction.UP, reader, back)),
            asyncio.create_task(self._pump(Direction.DOWN, there, writer)),
        ]
        try:
            await asyncio.gather(*pumps)
        except (_Ended, ConnectionError):
            reset(writer)
        finally:
            for pump in pumps:
                pump.cancel()
            reset(back)
            await ended(back)

    async def _pump(
        self, direction: Direction, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while data := await reader.read(READ_BYTES):
            await self.flows.wait()
            if self.latency_seconds:
                await asyncio.sleep(self.latency_seconds)
            if direction in self.drops:
                continue
            data = await self._through_trap(direction, data, writer)
            self.carried_bytes[direction] += len(data)
            writer.write(data)
            await writer.drain()
        if direction not in self.drops and writer.can_write_eof():
            writer.write_eof()

    async def _through_trap(
        self, direction: Direction, data: bytes, writer: asyncio.StreamWriter
    ) -> bytes:
        """The data as they go on; `_Ended` where the connection ends within them."""
        trap = self.traps.get(direction)
        if trap is None or trap.left_bytes >= len(data):
            if trap is not None:
                trap.left_bytes -= len(data)
            return data
        del self.traps[direction]
        at = trap.left_bytes
        if trap.ending is Ending.FLIP:
            return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        writer.write(data[:at])
        await writer.drain()
        if trap.ending is Ending.CLOSE:
            writer.close()
            await writer.wait_closed()
        raise _Ended
