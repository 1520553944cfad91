"""Values that no honest client sends, in every place that takes one: refused by name, never a 500.

The tables multiply: each odd text in each field that holds text, each odd number in each that holds
a number. JSON is written by hand where a library would not.
"""

import json
from collections.abc import Mapping

import httpx
import pytest

from tests.service.caller import Caller, Session, data_of, problem_of
from tests.service.content import MIB
from tests.service.deployment import Deployment
from tests.service.raw import head, speak
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import token

pytestmark = [
    on_one_store,
    pytest.mark.survives("Input: odd texts, numbers and JSON", "refused by name; nothing changed"),
]

_INIT = {
    "main_service_file_id": "1",
    "original_file_name": "a.mp3",
    "content_type": "audio/mpeg",
    "checksum": "crc64nvme:AAAAAAAAAAA=",
    "relay": "eager",
    "total_size": 8 * MIB,
    "chunk_size": 8 * MIB,
    "total_chunks": 1,
    "expires_in": 60,
}
_TEXTS = ("main_service_file_id", "original_file_name", "content_type", "checksum", "relay")
_NUMBERS = ("total_size", "chunk_size", "total_chunks", "expires_in")

# As the bytes between the quotes of a JSON string.
_ODD_TEXTS = {
    "NUL": rb"a\u0000b",
    "raw NUL": b"a\x00b",
    "lone surrogate": rb"a\ud800b",
    "lone low surrogate": rb"\udfff",
    "reversed surrogates": rb"\udc00\ud800",
    "surrogate in UTF-8": b"a\xed\xa0\x80b",
    "invalid UTF-8": b"a\xff\xfeb",
    "overlong UTF-8": b"\xc0\xaf",
    "truncated UTF-8": b"a\xe2\x82",
    "line feed": rb"a\nb",
    "raw line feed": b"a\nb",
    "escape": rb"\u001b[31m",
    "C1 control": rb"a\u0085b",
    "line separator": rb"a\u2028b",
    "nothing": b"",
    "endless": b"x" * 70_000,
    "unknown escape": rb"\x41",
}
_ODD_NUMBERS = {
    "negative": b"-1",
    "negative zero point": b"-0.5",
    "a fraction": b"1.5",
    "a number of 64 bits": b"18446744073709551616",
    "beyond 64 bits": b"1" + b"0" * 40,
    "a thousand digits": b"9" * 1000,
    "ten thousand digits": b"9" * 10_000,
    "an exponent": b"1e3",
    "a great exponent": b"1e999",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "hex": b"0x10",
    "a leading zero": b"010",
    "a plus": b"+1",
    "true": b"true",
    "a text": b'"8388608"',
    "a list": b"[1]",
    "an object": b'{"a": 1}',
}


async def _post(caller: Caller, path: str, body: bytes, **headers: str) -> httpx.Response:
    sent = {"Content-Type": "application/json", **headers}
    return await caller.client.post(path, content=body, headers=sent)


def _init_with(name: str, value: bytes) -> bytes:
    members = {key: json.dumps(member).encode() for key, member in _INIT.items()}
    members[name] = value
    return b"{%s}" % b", ".join(b'"%s": %s' % (key.encode(), members[key]) for key in members)


def _refused(answer: httpx.Response) -> None:
    assert answer.status_code in {400, 413, 422}, answer.text
    expected = {400: "malformed-request", 413: "content-too-large", 422: "validation-failed"}
    assert problem_of(answer, answer.status_code) == expected[answer.status_code]


async def _nothing_began(deployment: Deployment) -> None:
    (row,) = await deployment.fetch("SELECT count(*) AS live FROM uploads WHERE state = 'open'")
    assert row["live"] == 0


@pytest.mark.parametrize("odd", _ODD_TEXTS.values(), ids=_ODD_TEXTS)
@pytest.mark.parametrize("name", _TEXTS)
async def test_an_odd_text_is_refused(
    caller: Caller, deployment: Deployment, name: str, odd: bytes
) -> None:
    _refused(await _post(caller, "/upload/init", _init_with(name, b'"' + odd + b'"')))
    await _nothing_began(deployment)


@pytest.mark.parametrize("odd", [text for name, text in _ODD_TEXTS.items() if name != "nothing"])
@pytest.mark.parametrize("form", [b'{"%s": "a"}', b'{"a": "%s"}'], ids=["key", "value"])
async def test_an_odd_text_in_metadata_is_refused(
    caller: Caller, deployment: Deployment, form: bytes, odd: bytes
) -> None:
    _refused(await _post(caller, "/upload/init", _init_with("metadata", form % odd)))
    await _nothing_began(deployment)


@pytest.mark.parametrize("odd", _ODD_NUMBERS.values(), ids=_ODD_NUMBERS)
@pytest.mark.parametrize("name", _NUMBERS)
async def test_an_odd_number_is_refused(
    caller: Caller, deployment: Deployment, name: str, odd: bytes
) -> None:
    _refused(await _post(caller, "/upload/init", _init_with(name, odd)))
    await _nothing_began(deployment)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 1} {"b": 2}',
        b'{"main_service_file_id": 1, "original_file_name": "a", "original_file_name": "b"}',
        b'{"main_service_file_id": 1, "original_file_name": "a", "metadata": {"k": "", "k": ""}}',
        b'{"main_service_file_id": 1, "original_file_name": "a", "x": {"k": 1, "k": 1}}',
        b'\xef\xbb\xbf{"main_service_file_id": 1, "original_file_name": "a"}',
        '{"main_service_file_id": 1, "original_file_name": "a"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"main_service_file_id": 1, "original_file_name": "a", "x": %s1%s}'
        % (b"[" * 50_000, b"]" * 50_000),
        b'{"a": "%s"}' % (b"x" * 300_000),
        b"{%s}" % b", ".join(b'"%d": 1' % number for number in range(40_000)),
    ],
    ids=lambda document: repr(document[:24]),
)
@pytest.mark.parametrize("path", ["/upload/init", "/upload/complete"])
async def test_a_document_that_is_not_the_one_is_refused(
    caller: Caller, path: str, document: bytes
) -> None:
    _refused(await _post(caller, path, document))


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/json2", "multipart/form-data; boundary=x", "x"],
)
async def test_another_kind_of_document_is_a_415(caller: Caller, content_type: str) -> None:
    answer = await _post(caller, "/upload/init", b"{}", **{"Content-Type": content_type})
    assert problem_of(answer, 415) == "unsupported-media-type"


def _spellings(session: Session) -> Mapping[str, str]:
    plain = session.id
    return {
        "upper case": plain.upper(),
        "braces": f"{{{plain}}}",
        "no hyphens": plain.replace("-", ""),
        "urn": f"urn:uuid:{plain}",
        "a space": f"{plain} ",
        "a line feed": f"{plain}\n",
        "a NUL": f"{plain}\0",
        "a dot": f"./{plain}",
        "full width": plain.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
        "too short": plain[:-1],
        "too long": f"{plain}0",
        "nothing": "",
        "parent": "..",
        "a quote": f"{plain}'--",
    }


_SPELLINGS = sorted(_spellings(Session("0" * 36, httpx.AsyncClient())))


@pytest.mark.parametrize("spelling", _SPELLINGS)
async def test_an_id_has_one_spelling(caller: Caller, spelling: str) -> None:
    session = await caller.begin()
    other = Session(_spellings(session)[spelling], caller.client)
    refused = await other.form(0, b"x")
    assert problem_of(refused, 422) == "validation-failed"
    assert problem_of(await other.complete(1), 422) == "validation-failed"
    assert (await session.status())["received_chunks"] == []


@pytest.mark.parametrize("spelling", [name for name in _SPELLINGS if name != "nothing"])
async def test_an_id_in_a_path_has_one_spelling(
    caller: Caller, service: RunningService, spelling: str
) -> None:
    """Percent-encoded whole, so that no client library puts it right."""
    session = await caller.begin()
    other = "".join(f"%{byte:02X}" for byte in _spellings(session)[spelling].encode())
    authorized = {"Authorization": f"Bearer {token('alice')}"}
    for method in ("GET", "DELETE"):
        answer = await speak(service.port, head(method, f"/upload/{other}", authorized))
        assert (answer.status, answer.problem) == (404, "not-found")
    assert (await session.status())["state"] == "open"


async def test_the_same_id_in_other_bytes_is_the_same_upload(
    caller: Caller, service: RunningService
) -> None:
    session = await caller.begin()
    encoded = "".join(f"%{byte:02x}" for byte in session.id.encode())
    authorized = {"Authorization": f"Bearer {token('alice')}"}
    answer = await speak(service.port, head("GET", f"/upload/{encoded}", authorized))
    assert answer.status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/upload/../health",
        "/upload/%2e%2e/%2e%2e/etc/passwd",
        "/docs/../../etc/passwd",
        "/app/%2e%2e%2fapi%2fpage.py",
        "/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/docs/swagger-ui.css%00.js",
        "/docs/..%5c..%5cpyproject.toml",
        "//upload/init",
        "/upload/",
        "/upload/init/",
        "/%ff%fe",
        "/%00",
        "/upload/%0d%0aX-Evil:1",
        "/;/upload",
        "/upload/init%20",
    ],
)
async def test_a_path_that_leads_nowhere_is_a_404(service: RunningService, path: str) -> None:
    authorized = {"Authorization": f"Bearer {token('alice')}"}
    answer = await speak(service.port, head("GET", path, authorized))
    assert answer.status in {404, 405}
    assert answer.problem in {"not-found", "about:blank"}


@pytest.mark.parametrize(
    "key", ["", " ", "a b", "é", "x" * 256, "a\tb"], ids=["no", "blank", "two", "é", "long", "tab"]
)
async def test_an_odd_idempotency_key_is_refused(service: RunningService, key: str) -> None:
    body = json.dumps({"main_service_file_id": 1, "original_file_name": "a"})
    headers = {
        "Authorization": f"Bearer {token('alice')}",
        "Idempotency-Key": key,
        "Content-Length": str(len(body)),
    }
    answer = await speak(service.port, head("POST", "/upload/init", headers) + body.encode())
    assert (answer.status, answer.problem) == (400, "malformed-request")


@pytest.mark.parametrize(
    "digest",
    [
        "sha-256",
        "sha-256=abc",
        "sha-256=:AAAA:",
        "sha-256=:!!!:",
        "sha-256=1",
        "=",
        "sha-256=:" + "A" * 10_000 + "=:",
        "\xff",
    ],
)
async def test_an_odd_digest_is_refused(
    caller: Caller, service: RunningService, deployment: Deployment, digest: str
) -> None:
    session = await caller.begin()
    headers = {
        "Authorization": f"Bearer {token('alice')}",
        "Content-Digest": digest,
        "Content-Length": "1",
    }
    request = head("PUT", f"/upload/{session.id}/chunks/0", headers) + b"x"
    answer = await speak(service.port, request)
    assert (answer.status, answer.problem) == (400, "malformed-request")
    assert deployment.spooled_files() == []
    data_of(await session.put(0, b"x"))
