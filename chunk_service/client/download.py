"""A file's bytes, from the service or by its link to the store; a broken line is taken up again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from chunk_service.client.calls import Call, Calls
from chunk_service.client.errors import NotTheFile, Refused
from chunk_service.client.files import FileFacts, path_of
from chunk_service.client.patience import Step, step_after
from chunk_service.client.problems import Problem
from chunk_service.client.progress import Advance
from chunk_service.client.sinks import Sink
from chunk_service.client.trials import Trial

_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Download:
    """`store` is a client without a token: the link is all that the store may see."""

    calls: Calls
    store: httpx.AsyncClient
    facts: FileFacts
    advance: Advance

    async def into(self, sink: Sink) -> None:
        """Raises ClientError."""
        self.advance(sink.received_bytes)
        trial = self.calls.trials.begin(self._what)
        while (had_bytes := sink.received_bytes) < self.facts.size_bytes:
            try:
                await self._go_on(sink, trial)
            except httpx.RequestError as error:
                if sink.received_bytes > had_bytes:
                    trial = self.calls.trials.begin(self._what)
                await trial.pause_without_answer(error)

    @property
    def _what(self) -> str:
        return f"GET {path_of(self.facts.key)}/content"

    async def _go_on(self, sink: Sink, trial: Trial) -> None:
        headers = {"Range": f"bytes={sink.received_bytes}-"} if sink.received_bytes else {}
        path = f"{path_of(self.facts.key)}/content"
        answer = await self.calls.ask(Call("GET", path, headers=headers, is_streamed=True))
        if answer.has_redirect_location:
            url = answer.url.join(answer.headers["location"])
            request = self.store.build_request("GET", url, headers=headers)
            answer = await self.store.send(request, stream=True)
        try:
            if await self._is_taken(answer, trial):
                await self._pour(answer, sink)
        finally:
            await answer.aclose()

    async def _is_taken(self, answer: httpx.Response, trial: Trial) -> bool:
        if answer.is_success:
            return True
        await answer.aread()
        if step_after(answer.status_code) is not Step.AGAIN:
            raise Refused("the link to the object store", Problem.of(answer))
        await trial.pause_after(answer)
        return False

    async def _pour(self, answer: httpx.Response, sink: Sink) -> None:
        async with aclosing(_behind(answer, sink.received_bytes)) as pieces:
            async for piece in pieces:
                await asyncio.to_thread(sink.put, piece)
                self.advance(len(piece))
        if sink.received_bytes < self.facts.size_bytes:
            raise NotTheFile(f"{self.facts.key} ended early")


async def _behind(answer: httpx.Response, had_bytes: int) -> AsyncGenerator[bytes, None]:
    """What follows the bytes one has: an answer of 200 begins with those."""
    skipped = had_bytes if answer.status_code == HTTPStatus.OK else 0
    async for piece in answer.aiter_bytes(_PIECE_BYTES):
        fresh = piece[skipped:]
        skipped -= len(piece) - len(fresh)
        if fresh:
            yield fresh
