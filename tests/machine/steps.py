"""Every call that an instance makes outside is a step, named by part and method ("store.head").

There the instance can die or wait, or its database fail.

A dead instance takes no further step: whatever still runs of it, clean-up included, ends at its
next call, as in a process that was killed. A lost answer is one of a call that was carried out.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, TypeVar, cast

from chunk_service.domain.errors import DatabaseUnavailable

T = TypeVar("T")

NOT_DATABASE = frozenset({"store", "spool", "writer"})


class Died(BaseException):
    """Not an Exception: nothing in the product may catch it and go on."""


class Failing(StrEnum):
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    DATABASE_AWAY = "database away"
    ANSWER_LOST = "database's answer lost"

    @property
    def is_death(self) -> bool:
        return self in (Failing.DIES_BEFORE, Failing.DIES_AFTER)


@dataclass
class Ahead:
    """What comes when `steps` more of the calls that `at` fits have passed.

    The database's failures come at calls of it alone.
    """

    failing: Failing
    steps: int = 0
    at: str = "*"


@dataclass(frozen=True)
class Held:
    """A call that waits: `reached` says that it is there, `let_go` lets it be made."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)


class Steps:
    def __init__(self, on_death: Callable[[], None]) -> None:
        self.is_dead = False
        self.ahead: Ahead | None = None
        self._held: dict[str, Held] = {}
        self._on_death = on_death

    def hold(self, name: str) -> Held:
        """The next call of this name waits before it is made."""
        return self._held.setdefault(name, Held())

    async def take(self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        held = self._held.pop(name, None)
        if held is not None:
            held.reached.set()
            await held.let_go.wait()
        failing = self._due(name)
        if failing is Failing.DIES_BEFORE:
            self.die()
        self._check_alive()
        if failing is Failing.DATABASE_AWAY:
            raise DatabaseUnavailable
        result = await call()
        if failing is Failing.DIES_AFTER:
            self.die()
        self._check_alive()
        if failing is Failing.ANSWER_LOST:
            raise DatabaseUnavailable
        return result

    def die(self) -> None:
        if not self.is_dead:
            self.is_dead = True
            self._on_death()

    def _check_alive(self) -> None:
        if self.is_dead:
            raise Died

    def _due(self, name: str) -> Failing | None:
        ahead = self.ahead
        if ahead is None or not fnmatchcase(name, ahead.at):
            return None
        if name.partition(".")[0] in NOT_DATABASE and not ahead.failing.is_death:
            return None
        ahead.steps -= 1
        if ahead.steps >= 0:
            return None
        self.ahead = None
        return ahead.failing


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
            result = await self._steps.take(f"{self._name}.{name}", lambda: value(*args, **kwargs))
            is_writer = self._name == "spool" and name == "create"
            return Port("writer", result, self._steps) if is_writer else result

        return step


def stepping(name: str, part: T, steps: Steps) -> T:
    return cast("T", Port(name, part, steps))
