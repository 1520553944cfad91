"""The main service's published keys: fetched when needed, kept for a while, used on in an outage.

Old keys are asked for anew; so is a name that is not known, since keys are rotated. However many
requests want them, one asks at a time, and not again before `PAUSE_SECONDS` have passed: no token
can make us hammer the address. Once an attempt has failed nobody waits for the next while there
are keys that are not too old.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from chunk_service.adapters.tokens.key_sets import KeySet, PublicKey
from chunk_service.domain.errors import KeysUnavailable

PAUSE_SECONDS: Final = 10.0
_NONE: Final = KeySet()
log = structlog.get_logger(__name__)


class KeysNotFetchedError(Exception):
    """The message says why, and nothing of the address or what came from there."""


class PublishedKeys:
    """`fetch` gives the keys or raises KeysNotFetchedError; its time is bounded."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[KeySet]],
        *,
        max_age_seconds: float,
        stale_for_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._max_age_seconds = max_age_seconds
        self._stale_for_seconds = stale_for_seconds
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._asked_at: float | None = None
        self._is_failing = False
        self._asking: asyncio.Task[None] | None = None

    async def with_id(self, key_id: str | None) -> Sequence[PublicKey]:
        """KeysUnavailable where the name is not known and the address cannot be asked."""
        if self._usable(self._max_age_seconds) is None:
            await self._refresh()
        found = self._known(key_id)
        if not found:
            await self._refresh()
            found = self._known(key_id)
        if not found and self._is_failing:
            raise KeysUnavailable
        return found

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    def _usable(self, age_seconds: float) -> KeySet | None:
        return self._keys if self._clock() - self._fetched_at < age_seconds else None

    def _usable_in_an_outage(self) -> KeySet | None:
        return self._usable(self._max_age_seconds + self._stale_for_seconds)

    def _known(self, key_id: str | None) -> Sequence[PublicKey]:
        return (self._usable_in_an_outage() or _NONE).with_id(key_id)

    async def _refresh(self) -> None:
        if self._asking is None and self._may_ask():
            self._asking = asyncio.create_task(self._ask())
        if self._asking is None or (self._is_failing and self._usable_in_an_outage() is not None):
            return
        # Who asked first may leave; the others still wait.
        await asyncio.shield(self._asking)

    def _may_ask(self) -> bool:
        return self._asked_at is None or self._clock() - self._asked_at >= PAUSE_SECONDS

    async def _ask(self) -> None:
        try:
            self._keys = await self._fetch()
        except KeysNotFetchedError as error:
            self._is_failing = True
            log.warning("the keys of tokens cannot be fetched", reason=str(error))
        else:
            self._is_failing = False
            self._fetched_at = self._clock()
            log.info("the keys of tokens were fetched", keys=len(self._keys.keys))
        finally:
            self._asked_at = self._clock()
            self._asking = None
