"""Serves connections: reads heads, asks the rules, leads each exchange to its end.

Everything here runs in one loop; `double.py` is what tests hold.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.doubles.http import Answer, read_head
from tests.doubles.listener import Listener
from tests.doubles.s3.exchange import Exchange
from tests.doubles.s3.faults import Rule
from tests.doubles.s3.ledger import Ledger
from tests.doubles.s3.records import Holdings


@dataclass
class Server:
    holdings: Holdings
    access_key: str | None = None
    port: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    rules: list[Rule] = field(default_factory=list)
    late: list[Callable[[], Answer]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = Listener(self._serve, port=self.port)
        self._answers = asyncio.Event()
        self._answers.set()

    async def fall_silent(self) -> None:
        """Connections are accepted, nothing is read or answered any more."""
        self._answers.clear()

    async def refuse(self) -> None:
        await self.listener.close()

    async def come_back(self) -> None:
        self._answers.set()
        await self.listener.open()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_over = False
        while not is_over:
            await self._answers.wait()
            head = await read_head(reader)
            await self._answers.wait()
            exchange = Exchange(
                head,
                (reader, writer),
                holdings=self.holdings,
                ledger=self.ledger,
                late=self.late,
                access_key=self.access_key,
            )
            await self._lead(exchange)
            is_over = exchange.is_over

    async def _lead(self, exchange: Exchange) -> None:
        taking = [rule for rule in self.rules if rule.takes(exchange.address)]
        if taking:
            await taking[0].fault(exchange)
            return
        answer = await exchange.serve()
        await self._answers.wait()
        await exchange.send(answer)
