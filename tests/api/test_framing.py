"""Requests that two readers could cut differently are refused before anything is done."""

import pytest
from starlette.applications import Starlette

from chunk_service.api.framing import check_framing
from chunk_service.domain.errors import MalformedRequest, UnsupportedContentCoding
from tests.api.asgi import BEARER, HOST, Call, exchange, piece
from tests.api.stand_ins import UPLOAD_ID, Service

LENGTH = (b"content-length", b"3")
CHUNKED = (b"transfer-encoding", b"chunked")


@pytest.mark.parametrize(
    ("headers", "has_body"),
    [
        ([HOST], False),
        ([(b"host", b"[::1]:8000")], False),
        ([(b"host", b"Uploads_1.example.com.:443")], False),
        ([HOST, LENGTH], True),
        ([HOST, (b"content-length", b"0")], False),
        ([HOST, CHUNKED], True),
        ([HOST, (b"transfer-encoding", b"Chunked")], True),
        ([HOST, LENGTH, (b"content-encoding", b"identity")], True),
    ],
)
def test_plain_framing_passes(headers: list[tuple[bytes, bytes]], has_body: bool) -> None:
    assert check_framing(headers, "1.1") is has_body


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"host", b"")],
        [(b"host", b"a b")],
        [(b"host", b"a/b")],
        [(b"host", b"user@a")],
        [(b"host", b"a\xe9")],
        [HOST, HOST],
        [HOST, LENGTH, CHUNKED],
        [HOST, LENGTH, LENGTH],
        [HOST, (b"content-length", b"3, 3")],
        [HOST, (b"content-length", b"+3")],
        [HOST, (b"content-length", b"-3")],
        [HOST, (b"content-length", "٣".encode())],
        [HOST, (b"content-length", b"")],
        [HOST, (b"content-length", b"1" * 20)],
        [HOST, (b"transfer-encoding", b"gzip, chunked")],
        [HOST, (b"transfer-encoding", b"chunked, chunked")],
        [HOST, (b"transfer-encoding", b"identity")],
        [HOST, (b"transfer-encoding", b"")],
        [HOST, CHUNKED, CHUNKED],
    ],
)
def test_ambiguous_framing_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(MalformedRequest):
        check_framing(headers, "1.1")


def test_http_1_0_knows_no_transfer_encoding() -> None:
    with pytest.raises(MalformedRequest):
        check_framing([HOST, CHUNKED], "1.0")


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"identity, gzip", b"x"])
def test_content_codings_are_refused_and_never_undone(coding: bytes) -> None:
    with pytest.raises(UnsupportedContentCoding):
        check_framing([HOST, (b"content-encoding", coding)], "1.1")


async def test_a_refused_request_is_not_worked_on_and_its_connection_ends(
    app: Starlette, service: Service
) -> None:
    call = Call("PUT", f"/upload/{UPLOAD_ID}/chunks/0", [HOST, BEARER, LENGTH, CHUNKED])
    found = await exchange(app, call, [piece(b"abc"), piece(more=False)])
    assert found.status == 400
    assert found.headers[b"connection"] == b"close"
    assert service.received == []


async def test_a_request_without_host_gets_a_problem_document(app: Starlette) -> None:
    found = await exchange(app, Call(headers=[]))
    assert found.status == 400
    assert found.headers[b"content-type"] == b"application/problem+json"
    assert b'"/problems/malformed-request"' in found.body
