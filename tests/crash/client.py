"""One client: uploads file after file by its plans, and holds the service to its answers."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.crash.asking import Asker, BrokenOff, slug_of
from tests.crash.knowledge import Knowledge, Known
from tests.crash.plans import Ending, plan_of
from tests.service.tokens import token

OWNER = "alice"
FILE_ID = 7
_PAST = frozenset({"state-conflict", "gone"})
_MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Client:
    asker: Asker
    dice: random.Random
    knowledge: Knowledge

    async def upload_until(self, is_over: Callable[[], bool], name: str) -> None:
        number = 0
        while not is_over():
            number += 1
            await self._upload(Known(plan_of(f"{name}.{number}")))
            await asyncio.sleep(self.dice.uniform(0, 0.5))

    async def _upload(self, known: Known) -> None:
        sending = Sending(self.asker, self.dice, self.knowledge, known, token(OWNER))
        self.knowledge.uploads.append(known)
        if known.plan.is_whole:
            await sending.send_whole()
            return
        await sending.begin()
        order, ending = known.plan.order, known.plan.ending
        if ending in (Ending.ABANDON, Ending.ABORT):
            order = order[: len(order) // 2]
        await sending.send(order)
        match ending:
            case Ending.ABORT:
                await sending.abort()
            case Ending.RACE:
                await asyncio.gather(sending.complete(), sending.abort())
            case Ending.COMPLETE_TWICE:
                await asyncio.gather(sending.complete(), sending.complete())
                await sending.complete()
            case Ending.COMPLETE:
                await sending.complete()


class Sending:
    """One upload on its way."""

    def __init__(
        self, asker: Asker, dice: random.Random, knowledge: Knowledge, known: Known, token: str
    ) -> None:
        self._asker = asker
        self._dice = dice
        self._knowledge = knowledge
        self._known = known
        self._token = token
        self._chunks = known.plan.chunks()
        self._free = asyncio.Semaphore(known.plan.parallel)

    async def begin(self) -> None:
        plan = self._known.plan
        document = {
            "main_service_file_id": FILE_ID,
            "original_file_name": plan.name,
            **plan.members,
        }
        parts = {"json": document, "headers": {"Idempotency-Key": plan.seed}}
        answer = await self._ask("POST", "/upload/init", lambda: parts)
        if not self._is_taken(answer, "init"):
            raise AssertionError(self._knowledge.findings[-1])
        self._known.id = answer.json()["data"]["upload_session_id"]

    async def send_whole(self) -> None:
        """Until it is stored; given up where an earlier try stays at work for too long."""
        plan = self._known.plan
        parts = {
            "content": plan.content(),
            "params": {"main_service_file_id": FILE_ID},
            "headers": {"Idempotency-Key": plan.seed},
        }
        for _ in range(_MOST_ROUNDS):
            answer = await self._ask("PUT", f"/files/{plan.name}", lambda: parts)
            if slug_of(answer) != "state-conflict":
                break
            await asyncio.sleep(self._dice.uniform(0, 1))
        else:
            return
        if self._is_taken(answer, "whole file"):
            document = answer.json()
            self._known.id = document["file_id"]
            self._known.result = {"key": document["file_key"]}

    async def send(self, indices: Any) -> None:
        """Return when all of them are acknowledged, or the upload is past that."""
        await asyncio.gather(*(self._send_chunk(index) for index in indices))
        if self._dice.random() < 0.3:
            await self._look()

    async def complete(self) -> None:
        """Until it is stored, or aborted by ourselves."""
        document = {
            "upload_session_id": self._known.id,
            "total_chunks": len(self._chunks),
            "main_service_file_id": FILE_ID,
        }
        for _ in range(_MOST_ROUNDS):
            before = set(self._known.acknowledged)
            answer = await self._ask("POST", "/upload/complete", lambda: {"json": document})
            if slug_of(answer) != "upload-incomplete":
                break
            missing = _indices(answer.json()["missing"])
            if lost := before & missing:
                self._knowledge.lose(self._known, lost, answer.text)
            await self.send(sorted(missing))
        if self._is_taken(answer, "complete"):
            self._is_stored(answer.json()["data"])

    async def abort(self) -> None:
        self._known.is_asked_to_end = True
        answer = await self._ask("DELETE", f"/upload/{self._known.id}")
        if answer.is_success:
            self._known.is_aborted = True
        elif slug_of(answer) != "state-conflict" or self._known.plan.ending is not Ending.RACE:
            self._finding("abort", answer)

    async def _send_chunk(self, index: int) -> None:
        async with self._free:
            tries = [self._put_or_post(index)]
            if self._dice.random() < 0.1:
                tries.append(self._put_or_post(index))
            await asyncio.gather(*tries)
            if self._dice.random() < 0.05:
                await self._send_other_bytes(index)

    async def _put_or_post(self, index: int) -> None:
        chunk = self._chunks[index]
        send = self._form if self._dice.random() < 0.3 else self._put
        answer = await send(index, chunk, breaks_off=self._dice.random() < 0.05)
        if self._is_taken(answer, f"chunk {index}"):
            self._known.acknowledged.add(index)

    async def _send_other_bytes(self, index: int) -> None:
        """A chunk never changes, whoever asks."""
        other = bytes(byte ^ 1 for byte in self._chunks[index][:1000])
        if not other:
            return
        answer = await self._put(index, other, breaks_off=False)
        if slug_of(answer) not in {"chunk-conflict", *_PAST}:
            self._finding(f"other bytes for chunk {index}", answer)

    async def _put(self, index: int, chunk: bytes, *, breaks_off: bool) -> httpx.Response:
        halves = iter([breaks_off])

        def parts() -> dict[str, Any]:
            content = _half_of(chunk) if next(halves, False) else chunk
            return {"content": content, "headers": {"Content-Length": str(len(chunk))}}

        return await self._ask("PUT", f"/upload/{self._known.id}/chunks/{index}", parts)

    async def _form(self, index: int, chunk: bytes, *, breaks_off: bool) -> httpx.Response:
        del breaks_off
        fields = {"upload_session_id": self._known.id, "chunk_index": str(index)}
        parts = {"data": fields, "files": {"chunk": ("blob", chunk)}}
        return await self._ask("POST", "/upload/chunk", lambda: parts)

    async def _look(self) -> None:
        before = set(self._known.acknowledged)
        answer = await self._ask("GET", f"/upload/{self._known.id}")
        if not self._is_taken(answer, "status"):
            return
        data = answer.json()["data"]
        if data["state"] == "open" and (lost := before - _indices(data["received_chunks"])):
            self._knowledge.lose(self._known, lost, answer.text)

    def _is_stored(self, data: dict[str, Any]) -> None:
        if self._known.result not in (None, data):
            self._knowledge.finding(self._known, f"two results: {self._known.result} and {data}")
        self._known.result = data

    def _is_taken(self, answer: httpx.Response, what: str) -> bool:
        """True for a success. After our own abort it may be refused as past; nothing else may."""
        if not answer.is_success and not (self._known.is_asked_to_end and slug_of(answer) in _PAST):
            self._finding(what, answer)
        return answer.is_success

    def _finding(self, what: str, answer: httpx.Response) -> None:
        self._knowledge.finding(self._known, f"{what}: {answer.status_code} {answer.text}")

    async def _ask(
        self, method: str, path: str, parts: Callable[[], dict[str, Any]] = dict
    ) -> httpx.Response:
        return await self._asker.ask(method, path, self._token, parts)


async def _half_of(chunk: bytes) -> AsyncIterator[bytes]:
    yield chunk[: len(chunk) // 2]
    raise BrokenOff


def _indices(ranges: list[str]) -> set[int]:
    """As the service spells them: "3", "5-9"."""
    found: set[int] = set()
    for each in ranges:
        first, _, last = each.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found
