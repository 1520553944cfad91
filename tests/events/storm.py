"""A storm: many completions, a receiver on a bad day, workers that are killed all the time.

Everything is real: uploads are completed over HTTP, workers are processes, and dead letters
are listed and replayed by the command. Only the waits of the schedule are skipped.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from chunk_service.wiring.receivers import LEASE_MARGIN
from tests.doubles.receiver import ReceiverDouble, receiving
from tests.events import verdict
from tests.events.figures import Figures, quantile
from tests.events.fleet import Fleet
from tests.events.records import Records
from tests.events.weather import Weather
from tests.service.caller import Caller, data_of
from tests.service.deployment import Deployment
from tests.service.main_service import SECRET

_TIMEOUT_SECONDS = 2
_ANSWER_SECONDS = 0.25
_ROUND_SECONDS = 0.5
_CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    completions: int
    doomed: int
    seed: int = 1
    workers: int = 3
    kill_every_seconds: float = 2.0
    longest_seconds: float = 600.0


async def storm(plan: Plan, deployment: Deployment, folder: Path) -> Figures:
    """AssertionError where a promise does not hold."""
    weather = Weather(random.Random(plan.seed), plan.doomed)
    with receiving(weather.decide, pause_seconds=_ANSWER_SECONDS) as receiver:
        return await _Storm(plan, deployment, folder, weather, receiver).run()


class _Storm:
    def __init__(
        self,
        plan: Plan,
        deployment: Deployment,
        folder: Path,
        weather: Weather,
        receiver: ReceiverDouble,
    ) -> None:
        self._plan = plan
        self._deployment = deployment
        self._weather = weather
        self._receiver = receiver
        self._records = Records(deployment.database_url)
        self._environment = _environment(deployment, receiver.url, folder)
        self._folder = folder
        self._fleet = Fleet(folder, self._environment, random.Random(plan.seed))
        self._started = time.monotonic()

    async def run(self) -> Figures:
        self._fleet.grow(self._plan.workers)
        killing = asyncio.create_task(self._fleet.be_killed(self._plan.kill_every_seconds))
        try:
            await self._play()
        finally:
            killing.cancel()
            with suppress(asyncio.CancelledError):
                await killing
            self._fleet.stop()
        return await self._figures()

    async def _play(self) -> None:
        plan = self._plan
        await self._complete_all()
        await self._until({"delivered": plan.completions - plan.doomed, "dead": plan.doomed})
        await self._replay_dead()
        await self._until({"delivered": plan.completions})

    async def _complete_all(self) -> None:
        changes = {
            "serve_with_worker": "false",
            "main_service_callback_url": self._receiver.url,
            "log_level": "error",
        }
        places = asyncio.Semaphore(_CLIENTS)
        async with self._deployment.served(**changes) as served:
            await asyncio.gather(
                *(_complete(served.caller, places) for _ in range(self._plan.completions))
            )

    async def _until(self, states: Mapping[str, int]) -> None:
        """Skip the waits of the schedule until deliveries stand so."""
        while (found := await self._records.states()) != states:
            lasted = time.monotonic() - self._started
            assert lasted < self._plan.longest_seconds, f"after {lasted:.0f} s still {found}"
            await self._records.skip_waits()
            await asyncio.sleep(_ROUND_SECONDS)

    async def _replay_dead(self) -> None:
        dead = json.loads(await self._command("dead", "--json"))
        assert {each["id"] for each in dead} == self._weather.doomed
        self._weather.amnesty.set()
        said = await self._command("replay", "--dead")
        assert said == f"{self._plan.doomed} dead letters are tried again.\n"

    async def _command(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "chunk_service", "events", *arguments]
        run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
        done = await asyncio.to_thread(
            run,
            command,
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    async def _figures(self) -> Figures:
        requests = list(self._receiver.got)
        found = verdict.evidence(
            await self._records.events(),
            await self._records.attempts(),
            requests,
            lease=timedelta(seconds=_TIMEOUT_SECONDS) + LEASE_MARGIN,
            secret=SECRET,
        )
        assert len(found.events) == self._plan.completions
        verdict.check(found)
        twice = verdict.duplicates(found)
        waits = verdict.recoveries(found)
        return Figures(
            events=len(found.events),
            requests=len(requests),
            replies=verdict.replies(requests),
            workers_killed=self._fleet.kills,
            attempts_lost=len(waits),
            duplicates_by_kill=twice.by_kill,
            duplicates_by_lost_answer=twice.by_lost_answer,
            dead_letters_replayed=self._plan.doomed,
            recovery_p50_seconds=quantile(waits, 0.5),
            recovery_p99_seconds=quantile(waits, 0.99),
            recovery_most_seconds=quantile(waits, 1),
            seconds=round(time.monotonic() - self._started, 1),
        )


async def _complete(caller: Caller, places: asyncio.Semaphore) -> None:
    async with places:
        session = await caller.begin()
        await session.put(0, b"x")
        answer = await session.complete(1)
        # The store may have a bad moment on a busy machine; clients ask again.
        data_of(answer if answer.status_code != 503 else await session.complete(1))


def _environment(deployment: Deployment, url: str, folder: Path) -> dict[str, str]:
    """Settings as variables for processes, which have no spool."""
    changes = {
        "main_service_callback_url": url,
        "local_temp_chunk_path": str(folder / "no-spool"),
        "webhook_timeout": str(_TIMEOUT_SECONDS),
        "webhook_concurrency": "64",
    }
    given = deployment.settings(**changes).model_dump(exclude_unset=True)
    plain = {name.upper(): _plain(value) for name, value in given.items()}
    return {**os.environ, **plain}


def _plain(value: object) -> str:
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
