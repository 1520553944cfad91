"""Published keys: asked for seldom and once for all, rotated at once, used on in an outage."""

import asyncio
from dataclasses import dataclass, field

import pytest

from chunk_service.adapters.tokens.key_sets import KeySet
from chunk_service.adapters.tokens.published_keys import (
    PAUSE_SECONDS,
    KeysNotFetchedError,
    PublishedKeys,
)
from chunk_service.domain.errors import KeysUnavailable
from tests.adapters.tokens.published import NamedKey

FIRST, SECOND = NamedKey("first"), NamedKey("second")
MAX_AGE_SECONDS = 600.0
STALE_SECONDS = 3600.0


@dataclass
class Address:
    """What answers: with `keys`, with a failure where there are none, or not before `answers`."""

    keys: tuple[NamedKey, ...] | None = (FIRST,)
    now: float = 0.0
    asked: int = 0
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    async def fetch(self) -> KeySet:
        self.asked += 1
        await self.answers.wait()
        if self.keys is None:
            raise KeysNotFetchedError("ConnectError")
        return KeySet([(each.name, each.private.public_key()) for each in self.keys])

    def published(self) -> PublishedKeys:
        return PublishedKeys(
            self.fetch,
            max_age_seconds=MAX_AGE_SECONDS,
            stale_for_seconds=STALE_SECONDS,
            clock=lambda: self.now,
        )


async def test_keys_are_fetched_once_and_again_when_they_are_old() -> None:
    address = Address()
    keys = address.published()
    for _ in range(3):
        assert await keys.with_id("first")
    address.now = MAX_AGE_SECONDS - 1
    await keys.with_id("first")
    assert address.asked == 1
    address.now = MAX_AGE_SECONDS
    await keys.with_id("first")
    assert address.asked == 2


async def test_a_key_that_was_withdrawn_is_gone_when_the_keys_are_old() -> None:
    address = Address()
    keys = address.published()
    await keys.with_id("first")
    address.keys = (SECOND,)
    address.now = MAX_AGE_SECONDS
    assert not await keys.with_id("first")
    assert await keys.with_id("second")


@pytest.mark.survives("Access: the JWK Set is rotated", "the new key is fetched when it is used")
async def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    address = Address()
    keys = address.published()
    await keys.with_id("first")
    address.keys = (FIRST, SECOND)
    address.now = PAUSE_SECONDS
    assert await keys.with_id("second")
    assert address.asked == 2


@pytest.mark.survives("Access: tokens with names of keys that there are not", "no hammering")
async def test_names_that_are_not_known_do_not_make_us_hammer() -> None:
    address = Address()
    keys = address.published()
    for name in range(50):
        assert not await keys.with_id(str(name))
    assert address.asked == 1
    address.now = PAUSE_SECONDS
    for name in range(50):
        assert not await keys.with_id(str(name))
    assert address.asked == 2


async def test_many_at_once_share_one_question() -> None:
    address = Address()
    keys = address.published()
    address.answers.clear()
    waiting = [asyncio.create_task(keys.with_id("first")) for _ in range(50)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    address.answers.set()
    found = await asyncio.gather(*waiting[1:])
    assert all(found)
    assert address.asked == 1


@pytest.mark.survives("Access: the JWK Set is away at the first token", "503 till it is there")
async def test_without_any_keys_nothing_can_be_said() -> None:
    address = Address(keys=None)
    keys = address.published()
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await keys.with_id("first")
    assert address.asked == 1
    address.keys = (FIRST,)
    address.now = PAUSE_SECONDS
    assert await keys.with_id("first")


@pytest.mark.survives("Access: the JWK Set is away for hours", "known keys go on; then 503")
async def test_old_keys_go_on_in_an_outage_up_to_a_bound() -> None:
    address = Address()
    keys = address.published()
    await keys.with_id("first")
    address.keys = None
    address.now = MAX_AGE_SECONDS + STALE_SECONDS - 1
    assert await keys.with_id("first")
    with pytest.raises(KeysUnavailable):
        await keys.with_id("second")
    address.now = MAX_AGE_SECONDS + STALE_SECONDS
    with pytest.raises(KeysUnavailable):
        await keys.with_id("first")
    address.keys = (FIRST,)
    address.now += PAUSE_SECONDS
    assert await keys.with_id("first")


async def test_in_an_outage_nobody_waits_twice() -> None:
    address = Address()
    keys = address.published()
    await keys.with_id("first")
    address.keys = None
    address.now = MAX_AGE_SECONDS
    assert await keys.with_id("first")
    address.now += PAUSE_SECONDS
    address.answers.clear()
    async with asyncio.timeout(5):
        assert await keys.with_id("first")
        with pytest.raises(KeysUnavailable):
            await keys.with_id("second")
    await asyncio.sleep(0)
    assert address.asked == 3
    await keys.close()


async def test_a_question_ends_with_the_service() -> None:
    address = Address()
    keys = address.published()
    address.answers.clear()
    waiting = asyncio.create_task(keys.with_id("first"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await keys.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(asyncio.all_tasks()) == 1
