"""An answer that comes early is read by its client, and its connection is not used again."""

from starlette.applications import Starlette

from chunk_service.api.lingering import LINGER_BYTES
from tests.api.asgi import BEARER, HOST, Call, exchange, piece
from tests.api.stand_ins import UPLOAD_ID

PATH = f"/upload/{UPLOAD_ID}/chunks/0"
MIB = 1024 * 1024


async def test_the_answer_goes_out_before_the_rest_is_read(app: Starlette) -> None:
    call = Call("PUT", PATH, [HOST, (b"content-length", str(3 * MIB).encode())])
    body = [piece(b"x" * MIB), piece(b"x" * MIB), piece(b"x" * MIB, more=False)]
    found = await exchange(app, call, body)
    assert found.status == 401
    assert found.headers[b"connection"] == b"close"
    assert found.events == ["start", "more", "receive", "receive", "receive", "end"]


async def test_a_small_body_is_read_first_and_the_connection_stays(app: Starlette) -> None:
    call = Call("PUT", PATH, [HOST, (b"content-length", b"3")])
    found = await exchange(app, call, [piece(b"abc", more=False)])
    assert found.status == 401
    assert b"connection" not in found.headers
    assert found.events == ["receive", "start", "end"]


async def test_an_endless_body_is_not_read_for_ever(app: Starlette) -> None:
    call = Call("PUT", PATH, [HOST, (b"transfer-encoding", b"chunked")])
    body = b"x" * MIB
    found = await exchange(app, call, [piece(body) for _ in range(1000)])
    assert found.status == 401
    assert found.events.count("receive") == LINGER_BYTES // MIB


async def test_a_request_that_was_read_keeps_its_connection(app: Starlette) -> None:
    call = Call("PUT", PATH, [HOST, BEARER, (b"content-length", b"3")])
    found = await exchange(app, call, [piece(b"abc", more=False)])
    assert found.status == 200
    assert b"connection" not in found.headers
