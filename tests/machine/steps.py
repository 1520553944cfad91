"""Every call that an instance makes outside is a step: there it can die, or its database can fail.

A dead instance takes no further step: whatever still runs of it, clean-up included, ends at its
next call, as in a process that was killed. A lost answer is one of a call that was carried out.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from chunk_service.domain.errors import DatabaseUnavailable

T = TypeVar("T")

NOT_DATABASE = frozenset({"store", "spool", "writer"})


class Died(BaseException):
    """Not an Exception: nothing in the product may catch it and go on."""


class Trouble(StrEnum):
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    DATABASE_AWAY = "database away"
    ANSWER_LOST = "database's answer lost"

    @property
    def is_of_database(self) -> bool:
        return self in (Trouble.DATABASE_AWAY, Trouble.ANSWER_LOST)


@dataclass
class Ahead:
    """Trouble that comes when `steps` more calls have passed."""

    trouble: Trouble
    steps: int


class Steps:
    def __init__(self, on_death: Callable[[], None]) -> None:
        self.is_dead = False
        self.ahead: Ahead | None = None
        self._on_death = on_death

    async def take(self, part: str, call: Callable[[], Awaitable[T]]) -> T:
        trouble = self._due(part)
        if trouble is Trouble.DIES_BEFORE:
            self.die()
        self._check_alive()
        if trouble is Trouble.DATABASE_AWAY:
            raise DatabaseUnavailable
        result = await call()
        if trouble is Trouble.DIES_AFTER:
            self.die()
        self._check_alive()
        if trouble is Trouble.ANSWER_LOST:
            raise DatabaseUnavailable
        return result

    def die(self) -> None:
        if not self.is_dead:
            self.is_dead = True
            self._on_death()

    def _check_alive(self) -> None:
        if self.is_dead:
            raise Died

    def _due(self, part: str) -> Trouble | None:
        ahead = self.ahead
        if ahead is None or (ahead.trouble.is_of_database and part in NOT_DATABASE):
            return None
        ahead.steps -= 1
        if ahead.steps >= 0:
            return None
        self.ahead = None
        return ahead.trouble


class Port:
    """Stands in a part's place; each awaited call of it is a step."""

    def __init__(self, name: str, part: object, steps: Steps) -> None:
        self._name = name
        self._part = part
        self._steps = steps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if not inspect.iscoroutinefunction(value):
            return value

        async def step(*args: Any, **kwargs: Any) -> Any:
            result = await self._steps.take(self._name, lambda: value(*args, **kwargs))
            is_writer = self._name == "spool" and name == "create"
            return Port("writer", result, self._steps) if is_writer else result

        return step


def stepping(name: str, part: T, steps: Steps) -> T:
    return cast("T", Port(name, part, steps))
