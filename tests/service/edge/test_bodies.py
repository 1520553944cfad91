"""Bodies that end wrongly, lie about themselves, or do not come: refused, and nothing is left.

Said byte by byte over a connection; after each attack spool and reservations are empty, and the
same chunk is taken from a client that behaves.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.service.caller import Caller, Session, data_of
from tests.service.deployment import Deployment
from tests.service.raw import connected, head
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import token
from tests.service.waiting import until

pytestmark = on_one_store

_CHUNKED = {"Transfer-Encoding": "chunked"}
_ENDLESS = 1 << 16
_POST = b"POST / HTTP/1.1\r\nHost: a\r\n"


@dataclass(frozen=True, slots=True)
class Attack:
    """`body` goes behind a PUT's head; `declared` is the size of the chunks of the upload."""

    headers: Mapping[str, str]
    body: bytes
    answer: tuple[int, str]
    declared: int | None = None


def _length(size_bytes: int | str) -> dict[str, str]:
    return {"Content-Length": str(size_bytes)}


_MALFORMED = (400, "malformed-request")
_TOO_LARGE = (413, "content-too-large")
_LATE = (408, "request-timeout")

_ATTACKS = {
    "no length": Attack(_length(""), b"", _MALFORMED),
    "a negative length": Attack(_length(-1), b"", _MALFORMED),
    "a signed length": Attack(_length("+3"), b"abc", _MALFORMED),
    "a length in hex": Attack(_length("0x3"), b"abc", _MALFORMED),
    "a length with a fraction": Attack(_length("3.0"), b"abc", _MALFORMED),
    "two lengths in one": Attack(_length("3, 3"), b"abc", _MALFORMED),
    "a huge length": Attack(_length(2**62), b"abc", _TOO_LARGE),
    "a length beyond all numbers": Attack(_length("9" * 40), b"abc", _MALFORMED),
    "a length beside chunks": Attack(
        {**_length(3), **_CHUNKED}, b"3\r\nabc\r\n0\r\n\r\n", _MALFORMED
    ),
    "chunks beside a length": Attack(
        {**_CHUNKED, **_length(3)}, b"3\r\nabc\r\n0\r\n\r\n", _MALFORMED
    ),
    "gzip, chunked": Attack(
        {"Transfer-Encoding": "gzip, chunked"}, b"3\r\nabc\r\n0\r\n\r\n", _MALFORMED
    ),
    "chunked, gzip": Attack(
        {"Transfer-Encoding": "chunked, gzip"}, b"3\r\nabc\r\n0\r\n\r\n", _MALFORMED
    ),
    "identity": Attack({"Transfer-Encoding": "identity"}, b"abc", _MALFORMED),
    "xchunked": Attack({"Transfer-Encoding": "xchunked"}, b"0\r\n\r\n", _MALFORMED),
    "gzip coding": Attack(
        {"Content-Encoding": "gzip", **_length(3)}, b"abc", (415, "unsupported-content-coding")
    ),
    "a chunk of no size": Attack(_CHUNKED, b"\r\nabc\r\n0\r\n\r\n", _MALFORMED),
    "a chunk of negative size": Attack(_CHUNKED, b"-3\r\nabc\r\n0\r\n\r\n", _MALFORMED),
    "a chunk beyond all sizes": Attack(_CHUNKED, b"f" * 20 + b"\r\nabc\r\n0\r\n\r\n", _MALFORMED),
    "a chunk longer than its size": Attack(_CHUNKED, b"3\r\nabcd\r\n0\r\n\r\n", _MALFORMED),
    "chunks by bare line feeds": Attack(_CHUNKED, b"3\nabc\n0\n\n", _MALFORMED),
    "chunk extensions without end": Attack(_CHUNKED, b"3;" + b"x" * 100_000, _MALFORMED),
    "more framing than body": Attack(
        _CHUNKED, (b"1;" + b"x" * 99 + b"\r\n.\r\n") * 999, _MALFORMED
    ),
    "an endless trailer": Attack(_CHUNKED, b"0\r\nX: " + b"x" * 100_000, _MALFORMED),
    "endless chunks": Attack(
        _CHUNKED, (b"%x\r\n" % _ENDLESS + b"x" * _ENDLESS + b"\r\n") * 64, _TOO_LARGE, 10 * _ENDLESS
    ),
    "silence": Attack(_length(3), b"", _LATE),
    "silence in mid-body": Attack(_length(3), b"ab", _LATE),
    "silence between chunks": Attack(_CHUNKED, b"3\r\nabc\r\n", _LATE),
    "silence within a chunk": Attack(_CHUNKED, b"3\r\na", _LATE),
}


async def _nothing_is_left(deployment: Deployment, session: Session) -> None:
    async def left() -> list[object]:
        (held,) = await deployment.fetch("SELECT count(*) AS held FROM reservations")
        return [*deployment.spooled_files(), *([held] if held["held"] else [])]

    await until(left, lambda found: not found)
    assert (await session.status())["received_chunks"] == []
    data_of(await session.put(0, b"abc"))


def _put(session: Session, headers: Mapping[str, str], body: bytes) -> bytes:
    authorized = {"Authorization": f"Bearer {token('alice')}", **headers}
    return head("PUT", f"/upload/{session.id}/chunks/0", authorized) + body


@pytest.mark.parametrize("attack", _ATTACKS.values(), ids=_ATTACKS)
@pytest.mark.survives(
    "Body: lying, ambiguous, endless, silent", "a problem document; spool and reservations clean"
)
async def test_a_body_that_is_not_right_is_refused_and_leaves_nothing(
    attack: Attack, hasty: RunningService, caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin(chunk_size=attack.declared)
    request = _put(session, attack.headers, attack.body)
    async with connected(hasty.port) as connection:
        await connection.say(request)
        answer = await connection.answer()
        assert (answer.status, answer.problem) == attack.answer
        assert answer.headers["connection"] == "close"
        assert await connection.end() == b""
    await _nothing_is_left(deployment, session)


@pytest.mark.survives("Body: trickling", "408 once it is slower than the least rate")
async def test_a_trickling_body_is_a_408(
    hasty: RunningService, caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    async with connected(hasty.port) as connection:
        await connection.say(_put(session, _length(1_000_000), b""))
        answering = asyncio.create_task(connection.answer())
        while not answering.done():
            connection.writer.write(b"x")
            await asyncio.wait([answering], timeout=0.05)
        answer = await answering
        assert (answer.status, answer.problem) == _LATE
    await _nothing_is_left(deployment, session)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (_length(3), b""),
        (_length(3), b"ab"),
        (_length(3_000_000), b"x" * 2_000_000),
        (_CHUNKED, b""),
        (_CHUNKED, b"3\r\nabc"),
        (_CHUNKED, b"3\r\nabc\r\n"),
        (_CHUNKED, b"3\r\nabc\r\n0\r\n"),
    ],
)
@pytest.mark.parametrize("ending", ["FIN", "RST"])
@pytest.mark.survives("Body: truncated by FIN or RST", "nothing recorded; spool clean")
async def test_a_truncated_body_leaves_nothing(
    headers: Mapping[str, str],
    body: bytes,
    ending: str,
    hasty: RunningService,
    caller: Caller,
    deployment: Deployment,
) -> None:
    session = await caller.begin()
    async with connected(hasty.port) as connection:
        await connection.say(_put(session, headers, body))
        if ending == "RST":
            connection.reset()
        else:
            connection.close_side()
            answer = await connection.answer()
            assert (answer.status, answer.problem) == _MALFORMED
            assert await connection.end() == b""
    await _nothing_is_left(deployment, session)


async def test_what_is_longer_than_its_length_is_not_taken_for_the_body(
    hasty: RunningService, caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    async with connected(hasty.port) as connection:
        await connection.say(_put(session, _length(3), b"abcdef\r\n\r\n"))
        assert (await connection.answer()).status == 200
        assert b"HTTP/1.1 200" not in await connection.end()
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == b"abc"


@pytest.mark.parametrize(
    ("headers", "body"), [(_length(3), b"abc"), (_CHUNKED, b"3\r\nabc\r\n0\r\n\r\n")]
)
async def test_an_offer_to_upgrade_does_not_cost_the_body(
    headers: Mapping[str, str],
    body: bytes,
    hasty: RunningService,
    caller: Caller,
    deployment: Deployment,
) -> None:
    """Java's HTTP client offers h2c with every first request."""
    session = await caller.begin()
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMA"}
    async with connected(hasty.port) as connection:
        for byte in _put(session, {**offer, **headers}, b""):
            await connection.say(bytes([byte]))
        await connection.say(body)
        assert (await connection.answer()).status == 200
        await connection.say(head("GET", "/health/live", {}))
        assert (await connection.answer()).status == 200
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == b"abc"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /health/live HTTP/1.1\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost:\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\n X: b\r\n\r\n",
        b"GET /health/live HTTP/1.1\nHost: a\n\n",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nX\xc3\xa9: 1\r\n\r\n",
        b"GET /health/\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /health/live HTTP/1.2\r\nHost: a\r\n\r\n",
        b"GET /health/live HTTP/9\r\nHost: a\r\n\r\n",
        b"GET /health/live\r\n\r\n",
        b"FROB /health/live HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        _POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        _POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        _POST + 2 * b"Transfer-Encoding: chunked\r\n" + b"\r\n0\r\n\r\n",
        _POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        _POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        _POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
@pytest.mark.survives("Edge: what is not HTTP, or ambiguous", "400, and closed")
async def test_what_is_not_a_plain_request_is_a_400(
    hasty: RunningService, request_bytes: bytes
) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(request_bytes)
        answer = await connection.answer()
        assert (answer.status, answer.problem) == _MALFORMED
