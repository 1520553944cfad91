"""One call of the service, made until an answer decides: the only place that repeats.

A lost connection or a 5xx says nothing about what was done, and the same again is always safe.
Which answer is a success, a pause or the end is said in `patience.py`, how one waits in
`trials.py`.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from chunk_service.client.errors import GaveUp, OddAnswer, Refused, TokenRefused, UploadEnded
from chunk_service.client.patience import Patience, Step, step_after
from chunk_service.client.problems import Problem
from chunk_service.client.tokens import Tokens
from chunk_service.client.trials import Tell, Trial, Trials, untold
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

    def __init__(
        self, http: httpx.AsyncClient, tokens: Tokens, patience: Patience, tell: Tell = untold
    ) -> None:
        self.trials = Trials(patience, tell)
        self._http = http
        self._tokens = tokens

    async def ask(self, call: Call) -> httpx.Response:
        """The answer of a success or a redirection. Raises ClientError for all others."""
        trial = self.trials.begin(call.what)
        token = await self._tokens.current()
        while True:
            try:
                answer = await self._sent(call, token)
            except httpx.RequestError as error:
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

    async def _other_token(self, refused: str, trial: Trial, answer: httpx.Response) -> str:
        token = await self._tokens.current(refused=refused)
        if token == refused and not self._tokens.may_change:
            raise TokenRefused(trial.what, Problem.of(answer))
        try:
            await trial.pause_after(answer)
        except GaveUp:
            raise TokenRefused(trial.what, Problem.of(answer)) from None
        return token


def _step(call: Call, answer: httpx.Response) -> Step:
    step = step_after(answer.status_code)
    passes = step is Step.STOP and Problem.of(answer).name in call.passing
    return Step.AGAIN if passes else step


def _refusal(call: Call, answer: httpx.Response) -> Refused:
    problem = Problem.of(answer)
    ended = problem.name == Gone.type and call.path.startswith("/upload/")
    return UploadEnded(call.what, problem) if ended else Refused(call.what, problem)
