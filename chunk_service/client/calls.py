"""One call of the service, made until an answer decides: the only place that waits and repeats.

A lost connection or a 5xx says nothing about what was done, and the same again is always safe.
Which answer is a success, a pause or the end is said in `patience.py`.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from chunk_service.client.errors import GaveUp, OddAnswer, Refused, TokenRefused, UploadEnded
from chunk_service.client.patience import Patience, Step, asked_seconds, step_after
from chunk_service.client.problems import Problem
from chunk_service.client.tokens import Tokens
from chunk_service.domain.errors import Gone


@dataclass(frozen=True, slots=True)
class Call:
    """`body` makes the content anew for each try; `passing` are problems that a repeat may mend.

    Who asks for `is_streamed` reads the answer's body, and closes it.
    """

    method: str
    path: str
    document: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], AsyncIterator[bytes]] | None = None
    passing: frozenset[str] = frozenset()
    is_streamed: bool = False

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"


class Calls:
    """By one connection pool, as one owner."""

    def __init__(self, http: httpx.AsyncClient, tokens: Tokens, patience: Patience) -> None:
        self._http = http
        self._tokens = tokens
        self._patience = patience

    async def ask(self, call: Call) -> httpx.Response:
        """The answer of a success or a redirection. Raises ClientError for all others."""
        trial = Trial(call.what, self._patience)
        token = await self._tokens.current()
        while True:
            try:
                answer = await self._sent(call, token)
            except httpx.TransportError as error:
                await trial.pause_without_answer(error)
                continue
            match _step(call, answer):
                case Step.DONE:
                    return answer
                case Step.AGAIN:
                    await trial.pause_after(answer)
                case Step.RENEW:
                    token = await self._other_token(token, trial, answer)
                case Step.STOP:
                    raise _refusal(call, answer)

    async def document(self, call: Call) -> dict[str, Any]:
        """The answer's JSON. Raises ClientError."""
        answer = await self.ask(call)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise OddAnswer(f"{call.what} was not answered in JSON")
        return document

    async def data(self, call: Call) -> dict[str, Any]:
        """The member `data` of the answer's document."""
        data = (await self.document(call)).get("data")
        if not isinstance(data, dict):
            raise OddAnswer(f"{call.what} was answered without data")
        return data

    def address_of(self, path: str) -> str:
        return str(self._http.base_url.join(path))

    async def _sent(self, call: Call, token: str) -> httpx.Response:
        answer = await self._http.send(self._request(call, token), stream=True)
        if not (call.is_streamed and answer.is_success):
            try:
                await answer.aread()
            finally:
                await answer.aclose()
        return answer

    def _request(self, call: Call, token: str) -> httpx.Request:
        return self._http.build_request(
            call.method,
            call.path,
            params=dict(call.query),
            json=call.document,
            content=None if call.body is None else call.body(),
            headers={**call.headers, "Authorization": f"Bearer {token}"},
        )

    async def _other_token(self, refused: str, trial: "Trial", answer: httpx.Response) -> str:
        token = await self._tokens.current(refused=refused)
        if token == refused and not self._tokens.may_change:
            raise TokenRefused(trial.what, Problem.of(answer))
        try:
            await trial.pause_after(answer)
        except GaveUp:
            raise TokenRefused(trial.what, Problem.of(answer)) from None
        return token


class Trial:
    """How one call goes that may have to be repeated: its failures so far, and since when."""

    def __init__(self, what: str, patience: Patience) -> None:
        self.what = what
        self._patience = patience
        self._failures = 0
        self._failing_since: float | None = None

    async def pause_after(self, answer: httpx.Response) -> None:
        """Raises GaveUp where the wait would go beyond the client's patience."""
        asked = asked_seconds(answer.headers.get("retry-after"), now=datetime.now(UTC))
        await self._pause(asked, f"the last answer was {Problem.of(answer)}")

    async def pause_without_answer(self, error: httpx.TransportError) -> None:
        await self._pause(None, f"there was no answer: {str(error) or type(error).__name__}")

    async def _pause(self, asked: float | None, why: str) -> None:
        now = time.monotonic()
        since = self._failing_since = self._failing_since or now
        seconds = self._patience.pause_seconds(
            self._failures, asked_seconds=asked, dice=random.random
        )
        self._failures += 1
        if now + seconds - since > self._patience.give_up_after_seconds:
            raise GaveUp(f"{self.what} did not succeed, tried {self._failures} times; {why}")
        await asyncio.sleep(seconds)


def _step(call: Call, answer: httpx.Response) -> Step:
    step = step_after(answer.status_code)
    passes = step is Step.STOP and Problem.of(answer).name in call.passing
    return Step.AGAIN if passes else step


def _refusal(call: Call, answer: httpx.Response) -> Refused:
    problem = Problem.of(answer)
    ended = problem.name == Gone.type and call.path.startswith("/upload/")
    return UploadEnded(call.what, problem) if ended else Refused(call.what, problem)
