"""Everything that `doctor` looks at, part by part; a part that is away holds no other up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from chunk_service.domain.findings import Finding, faulty
from chunk_service.settings.model import Settings
from chunk_service.wiring.doctor.database import of_database
from chunk_service.wiring.doctor.receivers import of_receivers
from chunk_service.wiring.doctor.spool import of_spool
from chunk_service.wiring.doctor.store import of_store
from chunk_service.wiring.doctor.tokens import of_tokens

PART_SECONDS: Final = 120.0
PARTS: Final[dict[str, Callable[[Settings], AsyncIterator[Finding]]]] = {
    "database": of_database,
    "spool": of_spool,
    "s3": of_store,
    "tokens": of_tokens,
    "events": of_receivers,
}


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Each finding as soon as it is made."""
    for name, of_part in PARTS.items():
        try:
            async with asyncio.timeout(PART_SECONDS):
                async for finding in of_part(settings):
                    yield finding
        except TimeoutError:
            said = f"was not through after {PART_SECONDS:.0f} seconds"
            yield faulty(name, said, "See whether it answers at all.")
        except Exception as error:  # noqa: BLE001 - the other parts are still to be examined
            said = f"can't be examined ({str(error).partition(chr(10))[0] or type(error).__name__})"
            yield faulty(name, said, "Mend what is at fault above, then ask again.")
