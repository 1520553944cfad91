"""One instance of the application in the test's own loop: started, asked, stopped or killed.

Everything that it runs carries a mark in its context, so that a kill finds all of it.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Generator
from contextlib import AsyncExitStack
from types import CoroutineType
from typing import Any, Self, TypeVar, cast

import httpx
from starlette.applications import Starlette

from chunk_service.adapters.postgres.reading import ReadingRows
from chunk_service.api.in_flight import InFlight
from chunk_service.api.middleware import middleware
from chunk_service.api.problems import EXCEPTION_HANDLERS
from chunk_service.api.routes import routes
from chunk_service.settings.model import Settings
from chunk_service.wiring.processes import open_service
from chunk_service.wiring.surrounding import Surround
from chunk_service.wiring.use_cases import UseCases
from tests.machine.steps import Died, Steps, stepping
from tests.service import tokens

OWNER = "alice"
T = TypeVar("T")
_Tasks = set["asyncio.Task[Any]"]

_HUNG_SECONDS = 20.0
_DYING_SECONDS = 1.0
_owner: contextvars.ContextVar[_Tasks] = contextvars.ContextVar("owner")


def mark_tasks(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, T] | Generator[Any, None, T],
    **options: Any,
) -> "asyncio.Task[T]":
    """A task factory by which an instance knows all its tasks, those of its tasks included."""
    assert isinstance(work, Coroutine)
    task = asyncio.Task(work, loop=loop, **options)
    context: contextvars.Context = options.get("context") or contextvars.copy_context()
    tasks = context.get(_owner)
    if tasks is not None and not _is_of_the_driver(work):
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    return task


def _is_of_the_driver(work: Coroutine[Any, Any, Any]) -> bool:
    """A connection that is being closed is let go in peace: a server would see as little of it."""
    return isinstance(work, CoroutineType) and "asyncpg" in work.cr_code.co_filename


class Instance:
    """Made by `start`. `is_up` until it stopped or died; it is not started again."""

    def __init__(self, on_death: Callable[[], None]) -> None:
        self._tasks: _Tasks = set()
        self._context = contextvars.copy_context()
        self._context.run(_owner.set, self._tasks)
        self._stack = AsyncExitStack()
        self._on_death = on_death
        self.steps = Steps(self._died)
        self.is_up = True

    @classmethod
    async def start(
        cls, settings: Settings, surround: Surround, *, on_death: Callable[[], None]
    ) -> Self:
        instance = cls(on_death)
        await instance._mine(instance._open(settings, surround))
        return instance

    async def _open(self, settings: Settings, surround: Surround) -> None:
        def step(name: str, part: T, /) -> T:
            return stepping(name, surround(name, part), self.steps)

        service = await self._stack.enter_async_context(
            open_service(settings, asyncio.Event(), surround=step)
        )
        app = Starlette(
            routes=routes(),
            middleware=middleware(InFlight()),
            exception_handlers=EXCEPTION_HANDLERS,
        )
        app.state.context = service.context
        self.use_cases: UseCases = service.use_cases
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://uploads.test",
            headers={"Authorization": f"Bearer {tokens.token(OWNER)}"},
        )

    def asking(self, method: str, path: str, **parts: Any) -> "asyncio.Task[httpx.Response]":
        """The request, under way."""
        return self._mine(self._client.request(method, path, **parts))

    async def work(self, work: Coroutine[Any, Any, object]) -> None:
        """Something that the instance does by itself; what it raises is its own affair."""
        task = self._mine(work)
        _, running = await asyncio.wait([task], timeout=_HUNG_SECONDS)
        assert not running, "background work hangs"
        if not task.cancelled():
            task.exception()

    async def rest(self) -> None:
        """Return when nothing is rung for and nothing is at work."""
        engine, bells = self.use_cases.engine, self.use_cases.engine._bells
        queues = (bells.to_relay, bells.to_place, bells.to_close, bells.to_clean, bells.to_tidy)
        async with asyncio.timeout(_HUNG_SECONDS):
            while not self.steps.is_dead and (  # noqa: ASYNC110 - the engine tells nobody
                engine._busy or any(len(queue) for queue in queues)
            ):
                await asyncio.sleep(0.001)

    async def stop(self) -> None:
        """In good order; or, once it has died, what is left of it."""
        self.is_up = False
        while self.steps.is_dead and self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_DYING_SECONDS)
            self._cancel_everything()
        await self._stack.aclose()

    @property
    def checked_out_connections(self) -> int:
        rows = cast("ReadingRows", self.use_cases.read.reading)
        return rows.database.checked_out()

    def _mine(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        return asyncio.create_task(work, context=self._context.copy())

    def _died(self) -> None:
        self._cancel_everything()
        self._on_death()

    def _cancel_everything(self) -> None:
        for task in list(self._tasks):
            task.cancel()


async def answer_of(request: "asyncio.Task[httpx.Response]") -> httpx.Response | None:
    """None where the connection broke, since the instance died."""
    _, running = await asyncio.wait([request], timeout=_HUNG_SECONDS)
    assert not running, "a request hangs"
    if request.cancelled() or isinstance(request.exception(), Died):
        return None
    return request.result()
