"""Passwords of shares as argon2id hashes, a few at a time.

Hashing is slow and takes memory by design, so whoever may cause it could cause too much of it: it
has threads of its own, whose number bounds both, and a queue with an end.
Parameters: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from chunk_service.domain.errors import RateLimited

AT_ONCE: Final = 2
MOST_WAITING: Final = 100
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2

T = TypeVar("T")


class Passwords:
    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Only who has a turn may hash or verify; RateLimited where too many wait for one."""
        with self._queued():
            await self._turns.acquire()
        try:
            yield
        finally:
            self._turns.release()

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def is_right(self, password_hash: str, password: str) -> bool:
        return await self._in_thread(lambda: self._verify(password_hash, password))

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if self._waiting >= MOST_WAITING:
            raise RateLimited("Too many passwords are being checked.", retry_after_seconds=2)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


@asynccontextmanager
async def open_passwords() -> AsyncIterator[Passwords]:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password") as executor:
        yield Passwords(executor)
