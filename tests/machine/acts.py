"""What clients do, one class a call: ask an instance, judge the answer by what was so meanwhile.

Acts are values, so that two of them can be let loose together.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import httpx

from tests.machine.instance import answer_of
from tests.machine.model import Known, Shape
from tests.machine.steps import Held
from tests.machine.verdicts import (
    LATER,
    Claiming,
    Meanwhile,
    Sending,
    judge_abort,
    judge_chunk,
    judge_completion,
    judge_status,
    problem_of,
)
from tests.machine.world import World

FILE_ID = 7
KEY_LIFETIME = timedelta(hours=24)
_Request = asyncio.Task[httpx.Response]


class Act(Protocol):
    @property
    def at(self) -> int: ...
    def ask(self, world: World) -> _Request: ...
    def judge(self, answer: httpx.Response, while_: Meanwhile) -> None: ...


@dataclass(frozen=True)
class SendChunk:
    known: Known
    index: int
    at: int
    sending: Sending = Sending.RIGHT
    held: Held | None = None

    def ask(self, world: World) -> _Request:
        data = self.known.chunks[self.index]
        digest = hashlib.sha256(data).digest()
        if self.sending is Sending.MISNAMED:
            digest = bytes(32)
        if self.sending is Sending.OTHER:
            data = bytes(byte ^ 255 for byte in data)
            digest = hashlib.sha256(data).digest()
        headers = {
            "content-length": str(len(data)),
            "content-digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
        }
        if self.sending is Sending.TRUNCATED:
            data = data[: len(data) // 2]
        return world.at(self.at).asking(
            "PUT",
            f"/upload/{self.known.id}/chunks/{self.index}",
            content=_stream(data, self.held),
            headers=headers,
        )

    def judge(self, answer: httpx.Response, while_: Meanwhile) -> None:
        judge_chunk(self.known, self.index, self.sending, answer, while_)


@dataclass(frozen=True)
class Complete:
    known: Known
    at: int
    claiming: Claiming = Claiming.RIGHT

    def ask(self, world: World) -> _Request:
        claims: dict[Claiming, dict[str, object]] = {
            Claiming.RIGHT: {},
            Claiming.MORE: {"total_chunks": len(self.known.chunks) + 1},
            Claiming.LARGER: {"total_size": len(self.known.content) + 1},
            Claiming.DIFFERENT: {"checksum": "crc64nvme:" + base64.b64encode(bytes(8)).decode()},
        }
        document = {
            "upload_session_id": self.known.id,
            "main_service_file_id": FILE_ID,
            "total_chunks": len(self.known.chunks),
            **claims[self.claiming],
        }
        return world.at(self.at).asking("POST", "/upload/complete", json=document)

    def judge(self, answer: httpx.Response, while_: Meanwhile) -> None:
        judge_completion(self.known, self.claiming, answer, while_)


@dataclass(frozen=True)
class Abort:
    known: Known
    at: int

    def ask(self, world: World) -> _Request:
        return world.at(self.at).asking("DELETE", f"/upload/{self.known.id}")

    def judge(self, answer: httpx.Response, while_: Meanwhile) -> None:
        judge_abort(self.known, answer, while_)


@dataclass(frozen=True)
class Look:
    known: Known
    at: int

    def ask(self, world: World) -> _Request:
        return world.at(self.at).asking("GET", f"/upload/{self.known.id}")

    def judge(self, answer: httpx.Response, while_: Meanwhile) -> None:
        judge_status(self.known, answer, while_)


async def perform(world: World, acts: Sequence[Act]) -> list[httpx.Response | None]:
    """Let them loose together; None for a connection that broke."""
    before = await world.rows()
    requests = [act.ask(world) for act in acts]
    answers = [await answer_of(request) for request in requests]
    await world.bury()
    while_ = Meanwhile(before, await world.rows())
    for act, answer in zip(acts, answers, strict=True):
        if answer is not None:
            act.judge(answer, while_)
    return answers


async def asked(world: World, act: SendChunk) -> _Request:
    """Half of its body has gone in and the rest waits; or it was answered unread."""
    assert act.held is not None
    request = act.ask(world)
    reached = asyncio.create_task(act.held.reached.wait())
    await asyncio.wait([request, reached], return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    return request


async def finished(world: World, act: SendChunk, request: _Request) -> httpx.Response | None:
    """The rest of the body comes; None for a connection that broke."""
    assert act.held is not None
    before = await world.rows()
    act.held.let_go.set()
    answer = await answer_of(request)
    await world.bury()
    if answer is not None:
        act.judge(answer, Meanwhile(before, await world.rows()))
    return answer


async def begin(world: World, key: str, at: int) -> None:
    """Once, or once more for as long as the key lives: the same upload, whatever happened."""
    earlier = world.model.begun[key]
    if isinstance(earlier, Known) and world.age >= KEY_LIFETIME:
        return
    shape = earlier.shape if isinstance(earlier, Known) else earlier
    document = {"main_service_file_id": FILE_ID, "original_file_name": "a.bin", **shape.members}
    answer = await answer_of(
        world.at(at).asking("POST", "/upload/init", json=document, headers={"idempotency-key": key})
    )
    if answer is None:
        return
    if answer.status_code != 200:
        assert problem_of(answer) in LATER | {"quota-exceeded"}, answer.text
        assert problem_of(answer) in LATER or not isinstance(earlier, Known)
        return
    upload_id = answer.json()["data"]["upload_session_id"]
    if isinstance(earlier, Shape):
        number = len(world.model.begun)
        world.model.begun[key] = Known(id=upload_id, number=number, shape=earlier)
    else:
        assert upload_id == earlier.id, "one key, two uploads"


async def _stream(data: bytes, held: Held | None) -> AsyncIterator[bytes]:
    yield data[: len(data) // 2]
    if held is not None:
        held.reached.set()
        await held.let_go.wait()
    yield data[len(data) // 2 :]
