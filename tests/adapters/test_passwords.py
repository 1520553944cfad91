"""Passwords are argon2id hashes; few are worked on at a time, and few wait."""

import asyncio

import pytest
from argon2 import Type, extract_parameters

from chunk_service.adapters.passwords import (
    AT_ONCE,
    MEMORY_KIB,
    MOST_WAITING,
    PASSES,
    Passwords,
    open_passwords,
)
from chunk_service.domain.errors import RateLimited


async def test_a_hash_knows_its_password_and_no_other() -> None:
    async with open_passwords() as passwords:
        hashed = await passwords.hash("sesame")
        assert "sesame" not in hashed
        assert hashed != await passwords.hash("sesame")
        assert await passwords.is_right(hashed, "sesame")
        assert not await passwords.is_right(hashed, "Sesame")
        assert not await passwords.is_right(hashed, "")


async def test_a_hash_is_slow_in_the_way_that_is_recommended() -> None:
    async with open_passwords() as passwords:
        found = extract_parameters(await passwords.hash("sesame"))
    assert (found.type, found.memory_cost, found.time_cost) == (Type.ID, MEMORY_KIB, PASSES)


@pytest.mark.survives("Shares: more passwords than can be checked", "429; a few at a time go on")
async def test_a_few_have_a_turn_a_bounded_number_waits_and_the_rest_is_refused() -> None:
    most_at_once, at_once = 0, 0
    end = asyncio.Event()

    async def take_a_turn(passwords: Passwords) -> None:
        nonlocal most_at_once, at_once
        async with passwords.turn():
            at_once += 1
            most_at_once = max(most_at_once, at_once)
            await end.wait()
            at_once -= 1

    async with open_passwords() as passwords:
        askers = [
            asyncio.create_task(take_a_turn(passwords)) for _ in range(AT_ONCE + MOST_WAITING + 5)
        ]
        refused, _ = await asyncio.wait(askers, timeout=5, return_when=asyncio.FIRST_EXCEPTION)
        end.set()
        results = await asyncio.gather(*askers, return_exceptions=True)
        await asyncio.wait_for(take_a_turn(passwords), 5)
    assert refused
    assert most_at_once == AT_ONCE
    faults = [each for each in results if each is not None]
    assert all(isinstance(each, RateLimited) for each in faults)
    assert len(faults) == 5


async def test_who_goes_away_while_waiting_leaves_the_place_to_others() -> None:
    async with open_passwords() as passwords:
        async with passwords.turn(), passwords.turn():
            waiting = [asyncio.create_task(_turn(passwords)) for _ in range(MOST_WAITING)]
            await asyncio.sleep(0)
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        for _ in range(AT_ONCE + 1):
            await asyncio.wait_for(_turn(passwords), 5)


async def _turn(passwords: Passwords) -> None:
    async with passwords.turn():
        pass
