"""A body ends as it was announced and in good time, or nothing comes of it."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.types import Message
from structlog.testing import capture_logs

from tests.api.asgi import BEARER, GONE, HOST, SILENCE, Call, exchange, piece
from tests.api.stand_ins import LIMITS, UPLOAD_ID, Service

PATH = f"/upload/{UPLOAD_ID}/chunks/0"
CHUNKED = (b"transfer-encoding", b"chunked")


def put(*headers: tuple[bytes, bytes]) -> Call:
    return Call("PUT", PATH, [HOST, BEARER, *headers])


def length(size_bytes: int) -> tuple[bytes, bytes]:
    return (b"content-length", str(size_bytes).encode())


async def test_pieces_are_handed_on_as_they_come(app: Starlette, service: Service) -> None:
    messages = [piece(b"ab"), piece(), piece(b"c"), piece(more=False)]
    found = await exchange(app, put(CHUNKED), messages)
    assert found.status == 200
    assert service.received == [b"abc"]


@pytest.mark.parametrize(
    ("declared", "messages"),
    [
        (4, [piece(b"abc", more=False)]),
        (2, [piece(b"abc", more=False)]),
        (2, [piece(b"ab"), piece(b"c"), piece(b"d"), piece(more=False)]),
    ],
)
async def test_a_length_that_lies_is_refused(
    app: Starlette, service: Service, declared: int, messages: list[Message]
) -> None:
    found = await exchange(app, put(length(declared)), messages)
    assert found.status == 400
    assert service.received == []


async def test_a_silent_client_is_given_up(app: Starlette, service: Service) -> None:
    limits = replace(LIMITS, body_idle_seconds=0.01)
    app.state.context = service.context(limits)
    found = await exchange(app, put(length(9)), [piece(b"abc"), SILENCE])
    assert found.status == 408
    assert found.headers[b"connection"] == b"close"
    assert b"/problems/request-timeout" in found.body
    assert service.received == []


async def test_a_trickling_client_is_given_up(app: Starlette, service: Service) -> None:
    limits = replace(LIMITS, body_grace_seconds=0.001, body_min_bytes_per_second=10**9)
    app.state.context = service.context(limits)
    trickle = [piece(b"x") for _ in range(100_000)]
    found = await exchange(app, put(CHUNKED), [*trickle, piece(more=False)])
    assert found.status == 408
    assert found.events.count("receive") < 100_000


@pytest.mark.filterwarnings("error")
async def test_a_client_that_goes_away_leaves_one_line_and_no_stack(
    app: Starlette, service: Service
) -> None:
    with capture_logs() as lines:
        found = await exchange(app, put(length(9)), [piece(b"abc"), GONE])
    assert found.events == ["receive", "receive"]
    assert service.received == []
    [line] = lines
    assert (line["status"], line["problem"]) == (499, "client-disconnected")


async def test_a_json_body_is_bounded_before_and_while_it_is_read(
    app: Starlette, service: Service
) -> None:
    app.state.context = service.context(replace(LIMITS, max_json_bytes=10))
    call = Call("POST", "/upload/init", [HOST, BEARER, length(11)])
    found = await exchange(app, call, [piece(b"x" * 11, more=False)])
    assert found.status == 413
    endless = [piece(b"x" * 6) for _ in range(50)]
    call = Call("POST", "/upload/init", [HOST, BEARER, CHUNKED])
    found = await exchange(app, call, endless)
    assert found.status == 413
