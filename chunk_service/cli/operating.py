"""The use cases of operators for one command: opened over the database, asked once, closed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from chunk_service.cli.databases import opened_database
from chunk_service.cli.endings import end, settings_checked
from chunk_service.cli.logs import start_logs
from chunk_service.settings.loading import load_settings

if TYPE_CHECKING:
    from chunk_service.api.operators import Operators

T = TypeVar("T")


def ask(question: "Callable[[Operators], Awaitable[T]]") -> T:
    return asyncio.run(_asked(question))


async def _asked(question: "Callable[[Operators], Awaitable[T]]") -> T:
    from chunk_service.adapters.metrics.registry import Metrics
    from chunk_service.domain.errors import Refused
    from chunk_service.wiring.later import NobodyHere
    from chunk_service.wiring.opening import ping_store
    from chunk_service.wiring.operators import operators_over

    with settings_checked():
        settings = load_settings()
    start_logs(settings)
    async with opened_database(settings) as database:
        operators = operators_over(
            settings,
            database,
            ask_store=lambda: ping_store(settings),
            bell=NobodyHere(),
            tally=Metrics().uploads,
        )
        try:
            return await question(operators)
        except Refused as refusal:
            end(refusal.detail)
