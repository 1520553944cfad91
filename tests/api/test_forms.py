"""Forms: read at any cut, refused whatever is odd, and ended only where they really end."""

from collections.abc import AsyncIterator, Iterable
from random import Random

import httpx
import pytest

from chunk_service.api.form_parts import MAX_FIELD_BYTES
from chunk_service.api.forms import MAX_OVERHEAD_BYTES, StreamedForm, boundary_of
from chunk_service.domain.errors import (
    ContentTooLarge,
    MalformedRequest,
    ServiceError,
    UnsupportedMediaType,
)
from chunk_service.domain.uploads import Piece
from tests.api.stand_ins import UPLOAD_ID, Service

BOUNDARY = "b0unDary"
DELIMITER = b"--b0unDary\r\n"
END = b"--b0unDary--\r\n"
CONTENT = b"\r\n--b0unDar\r\n--b0unDarX\r\r\n\r\n--" + bytes(range(256)) + b"\r\n--b0unDar"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: bytes, value: bytes, *headers: bytes) -> bytes:
    lines = [b'Content-Disposition: form-data; name="' + name + b'"', *headers]
    return DELIMITER + b"\r\n".join(lines) + b"\r\n\r\n" + value + b"\r\n"


FILE = part(b"file", CONTENT, b"Content-Type: application/octet-stream")


async def _pieces(pieces: Iterable[Piece]) -> AsyncIterator[Piece]:
    for each in pieces:
        yield each


def form_of(*pieces: Piece) -> StreamedForm:
    return StreamedForm(_pieces(pieces), boundary=BOUNDARY, file_field="file", names=("a", "b"))


async def read(*pieces: Piece) -> tuple[dict[str, str], bytes]:
    form = form_of(*pieces)
    await form.read_to_file()
    content = b"".join([piece async for piece in form.file_pieces()])
    return form.fields, content


@pytest.mark.parametrize(
    "whole",
    [
        part(b"a", b"1") + FILE + part(b"b", b"2") + END,
        FILE + part(b"a", b"1") + part(b"b", b"2") + END,
        b"\r\n" + part(b"b", b"2") + part(b"a", b"1") + FILE + END + b"epilogue",
        part(b"other", b"x") + part(b"a", b"1") + FILE + part(b"b", b"2") + END.strip(),
    ],
    ids=["between", "file first", "file last", "unknown fields"],
)
async def test_a_form_reads_the_same_wherever_it_is_cut(whole: bytes) -> None:
    expected = ({"a": "1", "b": "2"}, CONTENT)
    assert await read(whole) == expected
    assert await read(*[whole[index : index + 1] for index in range(len(whole))]) == expected
    for cut in range(1, len(whole)):
        assert await read(whole[:cut], whole[cut:]) == expected


async def test_fields_before_the_file_are_known_before_its_bytes_are_asked_for() -> None:
    form = form_of(part(b"a", b"1") + FILE[:-300], FILE[-300:] + part(b"b", b"2") + END)
    await form.read_to_file()
    assert form.fields == {"a": "1"}
    assert b"".join([piece async for piece in form.file_pieces()]) == CONTENT
    assert form.fields == {"a": "1", "b": "2"}


async def test_pieces_of_the_file_are_not_copied() -> None:
    body = memoryview(bytearray(b"x" * 100_000))
    form = form_of(FILE[: -len(CONTENT) - 2] + b"x" * 20, body, body, b"\r\n" + END)
    await form.read_to_file()
    pieces = [piece async for piece in form.file_pieces()]
    views = [piece for piece in pieces if isinstance(piece, memoryview)]
    assert sum(len(view) for view in views if view.obj is body.obj) == 2 * len(body)


DELIMITER_OF_LAST = b"\r\n--b0unDary"
LAST = b"\r\nContent-Disposition: form-data; name=b\r\n\r\n2"


@pytest.mark.parametrize("held", range(1, len(DELIMITER_OF_LAST + LAST)))
async def test_a_delimiter_is_found_across_three_pieces(held: int) -> None:
    """Of which the second has no other delimiter in it."""
    head = FILE[: -len(CONTENT) - 2] + b"x" * 20
    tail = DELIMITER_OF_LAST + LAST
    cut = await read(head + tail[:held], tail[held:], b"\r\n" + END)
    assert cut == ({"b": "2"}, b"x" * 20)


async def test_a_form_reads_the_same_from_buffers_that_are_used_again() -> None:
    whole = part(b"a", b"1") + FILE[:-2] + bytes(2000) + b"\r\n" + part(b"b", b"2") + END
    dice = Random(7)
    for _ in range(300):
        buffer = bytearray(DELIMITER * 20)
        pieces = []
        left = whole
        while left:
            size = min(len(left), dice.choice((1, 5, 13, 14, 15, 40, 200)))
            buffer[:size], left = left[:size], left[size:]
            pieces.append(memoryview(bytearray(buffer))[:size])
        assert await read(*pieces) == ({"a": "1", "b": "2"}, CONTENT + bytes(2000))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        FILE,
        FILE + END[:-3],
        FILE + END[:-4] + b"\r\n",
        FILE[:-5],
        DELIMITER + b'Content-Disposition: form-data; name="file"',
        part(b"a", b"1") + part(b"a", b"2") + FILE + END,
        FILE + FILE + END,
        part(b"x", b"1") * 17 + FILE + END,
        part(b"a", b"1") + END,
        FILE.replace(b"\r\n", b"\n") + END,
        DELIMITER[:-2] + b"\n" + FILE[len(DELIMITER) :] + END,
        FILE.replace(b'"\r\n', b'"\n', 1) + END,
        DELIMITER + b"\r\nx\r\n" + END,
        DELIMITER + b"X: y\r\n\r\nx\r\n" + END,
        DELIMITER + b"Content-Disposition: form-data\r\n\r\nx\r\n" + END,
        DELIMITER + b'Content-Disposition: attachment; name="file"\r\n\r\nx\r\n' + END,
        DELIMITER + b"Content-Disposition: form-data; name*=utf-8''file\r\n\r\nx\r\n" + END,
        DELIMITER + b'Content-Disposition: form-data; name=""\r\n\r\nx\r\n' + END,
        DELIMITER + b'Content-Disposition: form-data; name="\xff"\r\n\r\nx\r\n' + END,
        part(b"file", b"x", b'Content-Disposition: form-data; name="a"') + END,
        part(b"file", b"x", b"Content-Transfer-Encoding: base64") + END,
        part(b"file", b"x", b"Content-Length: 2") + END,
        part(b"file", b"x", b"no colon") + END,
        part(b"a", b"\xff") + FILE + END,
        part(b"file", b"x", b"X: " + b"y" * 9000) + END,
        part(b"file", b"x", *[b"X: " + b"y" * 2000] * 5) + END,
        part(b"file", b"x", *[b"X: y"] * 20) + END,
        DELIMITER + b"x" * 10_000,
        FILE[:-2] + b"\r\n--b0unDaryZ\r\n\r\n" + END,
    ],
    ids=lambda body: repr(body[-40:]),
)
async def test_what_is_not_a_well_formed_form_is_refused(body: bytes) -> None:
    for pieces in ([body], [body[index : index + 1] for index in range(len(body))]):
        with pytest.raises(MalformedRequest):
            await read(*pieces)


@pytest.mark.parametrize(
    "pieces",
    [
        [part(b"a", b"1" * (MAX_FIELD_BYTES + 1)) + FILE + END],
        [part(b"x", b"1" * (MAX_FIELD_BYTES + 1)) + FILE + END],
        [b"p" * MAX_OVERHEAD_BYTES, b"reamble\r\n" + FILE + END],
        [FILE + END, b"e" * MAX_OVERHEAD_BYTES, b"pilogue"],
    ],
    ids=["field", "unknown field", "preamble", "epilogue"],
)
async def test_all_that_is_not_the_file_is_bounded(pieces: list[bytes]) -> None:
    with pytest.raises(ContentTooLarge):
        await read(*pieces)


@pytest.mark.parametrize(
    ("content_type", "error"),
    [
        ("", UnsupportedMediaType),
        ("application/json", UnsupportedMediaType),
        ("multipart/mixed; boundary=x", UnsupportedMediaType),
        ("multipart/form-data", MalformedRequest),
        ("multipart/form-data; boundary=", MalformedRequest),
        ("multipart/form-data; boundary=" + "x" * 71, MalformedRequest),
        ('multipart/form-data; boundary="é"', MalformedRequest),
    ],
)
def test_a_boundary_must_be_declared(content_type: str, error: type[ServiceError]) -> None:
    with pytest.raises(error):
        boundary_of(content_type)


def test_a_boundary_may_be_quoted() -> None:
    assert boundary_of('Multipart/Form-Data; charset=utf-8; boundary="a b"') == "a b"


@pytest.mark.parametrize("lacking", ["upload_session_id", "chunk_index", "chunk"])
async def test_each_field_of_a_chunk_is_needed(
    client: httpx.AsyncClient, service: Service, lacking: str
) -> None:
    fields = {"upload_session_id": str(UPLOAD_ID), "chunk_index": "0", "chunk": "x"}
    del fields[lacking]
    body = b"".join(part(name.encode(), value.encode()) for name, value in fields.items()) + END
    answer = await client.post(
        "/upload/chunk", content=body, headers={"Content-Type": CONTENT_TYPE}
    )
    assert answer.status_code == (400 if lacking == "chunk" else 422)
    assert lacking in answer.json()["detail"]
    assert service.received == []


async def test_the_address_may_come_after_the_file(
    client: httpx.AsyncClient, service: Service
) -> None:
    body = (
        part(b"chunk", b"bytes")
        + part(b"chunk_index", b"4")
        + part(b"upload_session_id", str(UPLOAD_ID).encode())
        + END
    )
    answer = await client.post(
        "/upload/chunk", content=body, headers={"Content-Type": CONTENT_TYPE}
    )
    assert answer.json()["data"] == {"chunk_index": 4, "size": 5, "repeated": False}
    assert service.first_address is None
    assert service.received == [b"bytes"]
