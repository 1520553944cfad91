"""An answer's head goes with what follows at once, and alone where nothing does."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from chunk_service.api.joined_answer import JoinedAnswer
from chunk_service.api.server_protocol import ServerProtocol
from tests.api.served import connected

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Line(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def answer(line: Line) -> JoinedAnswer:
    return JoinedAnswer(line, asyncio.get_running_loop())


async def turn() -> None:
    await asyncio.sleep(0)


async def test_head_and_body_are_one_write(line: Line, answer: JoinedAnswer) -> None:
    answer.write(HEAD)
    answer.write(b"ok")
    await turn()
    assert line.writes == [HEAD + b"ok"]


async def test_a_head_does_not_wait_for_a_late_body(line: Line, answer: JoinedAnswer) -> None:
    answer.write(HEAD)
    await turn()
    assert line.writes == [HEAD]
    answer.write(b"o")
    answer.write(b"k")
    assert line.writes == [HEAD, b"o", b"k"]


async def test_the_leave_to_go_on_is_told_by_itself(line: Line, answer: JoinedAnswer) -> None:
    answer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    await turn()
    answer.write(HEAD)
    answer.write(b"ok")
    assert line.writes == [b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"ok"]


async def test_closing_loses_nothing(line: Line, answer: JoinedAnswer) -> None:
    answer.write(HEAD)
    answer.close()
    await turn()
    assert line.writes == [HEAD]
    assert answer.is_closing()


async def test_a_connection_that_ended_is_told_nothing(line: Line, answer: JoinedAnswer) -> None:
    answer.write(HEAD)
    line.close()
    await turn()
    assert line.writes == []


async def test_a_refusal_comes_behind_the_answer_before_it() -> None:
    """Also where that has no body, and what is refused comes before the loop's next turn."""
    serving: list[ServerProtocol] = []

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})
        serving[0].data_received(b"no request at all\r\n\r\n")

    async with connected(app) as (reader, writer, protocol):
        serving.append(protocol)
        writer.write(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(10):
            answers = [await reader.readuntil(b"\r\n\r\n") for _ in range(2)]
    assert [answer.split()[1] for answer in answers] == [b"200", b"400"]
