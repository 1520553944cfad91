"""A whole file in one request: a form or bare bytes, stored when it is answered."""

import asyncio
import base64
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import httpx
import pytest

from chunk_service.adapters.digests import digest_of
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.uploads import Recipe
from chunk_service.usecases.upload_small import SMALL_BYTES
from tests.service import tokens
from tests.service.caller import Caller, client_of, problem_of, sha256_hex
from tests.service.content import MIB, PART_BYTES, content_of
from tests.service.deployment import MAX_FILE_BYTES, Deployment
from tests.service.raw import connected, hang_up_after, head, speak
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.waiting import until

SIZES = [0, 1, 1000, SMALL_BYTES, SMALL_BYTES + 1]
SIZES += [PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 20 * MIB + 7]
NAME = "Résumé 1.pdf"
# More than is taken in to memory as a whole: its upload begins before all of it has come.
LARGE = content_of(300_000)
HALF = LARGE[:150_000]


async def _form(caller: Caller, content: bytes, **fields: str) -> httpx.Response:
    return await caller.client.post(
        "/upload", data=fields, files={"file": (NAME, content, "application/pdf")}
    )


def _data(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    document = dict(answer.json())
    assert answer.headers["location"] == f"/files/{document['file_key']}"
    return document


@pytest.mark.parametrize("size_bytes", SIZES)
async def test_a_form_is_a_file_when_it_is_answered(
    caller: Caller, deployment: Deployment, size_bytes: int
) -> None:
    content = content_of(size_bytes)
    data = _data(await _form(caller, content))
    assert (data["file_name"], data["file_size"]) == (NAME, size_bytes)
    assert deployment.bucket.read(data["file_key"]) == content
    file = (await caller.client.get(f"/files/{data['file_key']}")).json()
    assert (file["file_id"], file["content_type"]) == (data["file_id"], "application/pdf")
    (notification,) = await deployment.main_service.told_of(data["file_id"])
    told = notification.verified()["data"]
    assert (told["size"], told["main_service_file_id"]) == (size_bytes, None)


@pytest.mark.parametrize("size_bytes", SIZES)
@pytest.mark.parametrize("is_length_told", [True, False], ids=["length", "chunked"])
async def test_bare_bytes_are_a_file_under_the_name_in_the_path(
    caller: Caller, deployment: Deployment, size_bytes: int, is_length_told: bool
) -> None:
    content = content_of(size_bytes)
    body = content if is_length_told else _in_pieces(content)
    answer = await caller.client.put(
        "/files/R%C3%A9sum%C3%A9%201.pdf", content=body, headers={"Content-Type": "text/plain"}
    )
    data = _data(answer)
    assert (data["file_name"], data["file_size"]) == (NAME, size_bytes)
    assert deployment.bucket.read(data["file_key"]) == content


async def _in_pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 300_000):
        yield content[start : start + 300_000]


async def test_what_is_said_of_the_file_is_kept(caller: Caller) -> None:
    fields = {"main_service_file_id": "42", "metadata": '{"take": 2}'}
    by_form = _data(await _form(caller, b"x", **fields))
    by_put = _data(await caller.client.put("/files/x.bin", content=b"x", params=fields))
    for data in (by_form, by_put):
        file = (await caller.client.get(f"/files/{data['file_key']}")).json()
        assert (file["main_service_file_id"], file["metadata"]) == (42, {"take": "2"})


async def test_a_bound_token_gives_its_id_and_no_other(
    caller: Caller, service: RunningService
) -> None:
    async with client_of(service.url, tokens.token("alice", file_id=7)) as client:
        bound = Caller(client)
        assert _data(await _form(bound, b"x"))["main_service_file_id"] == 7
        assert problem_of(await _form(bound, b"x", main_service_file_id="8"), 404) == "not-found"


async def test_digests_are_verified_before_anything_is_stored(
    caller: Caller, deployment: Deployment
) -> None:
    content = content_of(PART_BYTES + 5)
    right = base64.b64encode(hashlib.sha256(content).digest()).decode()
    wrong = base64.b64encode(hashlib.sha256(b"x").digest()).decode()

    async def put(value: str) -> httpx.Response:
        headers = {"Content-Digest": f"sha-256=:{value}:"}
        return await caller.client.put("/files/digest.bin", content=content, headers=headers)

    crc32 = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()

    async def put_as_s3(**headers: str) -> httpx.Response:
        sent = {f"X-Amz-Checksum-{name}": value for name, value in headers.items()}
        return await caller.client.put("/files/digest.bin", content=content, headers=sent)

    before = deployment.bucket.keys()
    assert problem_of(await put(wrong), 422) == "digest-mismatch"
    assert problem_of(await put_as_s3(Crc32="AAAAAA=="), 422) == "digest-mismatch"
    two = await put_as_s3(Crc32=crc32, Sha256=right)
    assert problem_of(two, 422) == "validation-failed"
    refused = await _form(caller, content, checksum=f"sha256:{wrong}")
    assert problem_of(refused, 422) == "digest-mismatch"
    assert deployment.bucket.keys() == before
    assert _data(await put_as_s3(Crc32=crc32))["checksum"] == f"crc32:{crc32}"
    assert _data(await put(right))["checksum"] == f"sha256:{right}"
    assert _data(await _form(caller, content, checksum=f"sha256:{right}"))["file_size"]


class TestRepeats:
    """With an Idempotency-Key the same request is the same file."""

    async def test_the_same_key_answers_the_same(
        self, caller: Caller, deployment: Deployment
    ) -> None:
        key = {"Idempotency-Key": "one-file"}
        first = _data(await caller.client.put("/files/a.bin", content=b"x", headers=key))
        before = deployment.bucket.keys()
        again = _data(await caller.client.put("/files/a.bin", content=b"x", headers=key))
        assert again == first
        assert deployment.bucket.keys() == before
        other = await caller.client.put("/files/b.bin", content=b"x", headers=key)
        assert problem_of(other, 422) == "validation-failed"

    async def test_after_an_aborted_one_it_begins_anew(
        self, caller: Caller, service: RunningService, deployment: Deployment
    ) -> None:
        key = {"Idempotency-Key": "torn", "Authorization": caller.client.headers["authorization"]}
        torn = head("PUT", "/files/torn.bin", {**key, "Content-Length": str(len(LARGE))}) + HALF
        await hang_up_after(service.port, torn)
        await _ended(deployment, "torn.bin", "aborted")
        answer = await caller.client.put("/files/torn.bin", content=LARGE, headers=key)
        assert deployment.bucket.read(_data(answer)["file_key"]) == LARGE

    async def test_anew_there_may_be_no_room_any_more(self, own: Deployment) -> None:
        async with own.served(quota_bytes_per_owner=str(len(LARGE))) as served:
            client = served.caller.client
            key = {"Idempotency-Key": "torn", "Authorization": client.headers["authorization"]}
            torn = head("PUT", "/files/torn.bin", {**key, "Content-Length": str(len(LARGE))}) + HALF
            await hang_up_after(served.service.port, torn)
            await _ended(own, "torn.bin", "aborted")
            assert (await client.put("/files/other.bin", content=b"1")).status_code == 201
            again = await client.put("/files/torn.bin", content=LARGE, headers=key)
            assert problem_of(again, 403) == "quota-exceeded"

    async def test_while_the_first_is_at_work_the_second_is_told_so(
        self, caller: Caller, service: RunningService, deployment: Deployment
    ) -> None:
        key = {"Idempotency-Key": "slow", "Authorization": caller.client.headers["authorization"]}
        async with connected(service.port) as first:
            await first.say(
                head("PUT", "/files/slow.bin", {**key, "Content-Length": str(len(LARGE))}) + HALF
            )
            await until(lambda: _states(deployment, "slow.bin"), lambda states: states == ["open"])
            second = await caller.client.put("/files/slow.bin", content=LARGE, headers=key)
            assert problem_of(second, 409) == "state-conflict"
            await first.say(LARGE[len(HALF) :])
            assert (await first.answer()).status == 201


async def _states(deployment: Deployment, name: str) -> list[str]:
    query = "SELECT state FROM uploads WHERE original_file_name = $1 ORDER BY created_at"
    return [row["state"] for row in await deployment.fetch(query, name)]


async def _ended(deployment: Deployment, name: str, state: str) -> None:
    await until(lambda: _states(deployment, name), lambda states: states[-1:] == [state])


@on_one_store
class TestBrokenRequests:
    @pytest.mark.parametrize("how", ["fin", "reset"])
    @pytest.mark.survives(
        "Body: one request with a whole file, truncated (FIN, RST)", "aborted at once, told, gone"
    )
    async def test_a_truncated_body_aborts_the_upload(
        self, caller: Caller, service: RunningService, deployment: Deployment, how: str
    ) -> None:
        name = f"{how}.bin"
        headers = {"Authorization": caller.client.headers["authorization"]}
        request = head("PUT", f"/files/{name}", {**headers, "Content-Length": str(20 * MIB)})
        async with connected(service.port) as connection:
            await connection.say(request + content_of(10 * MIB))
            connection.reset() if how == "reset" else connection.close_side()
            await _ended(deployment, name, "aborted")
        query = "SELECT id FROM uploads WHERE original_file_name = $1"
        (row,) = await deployment.fetch(query, name)
        (notification,) = await deployment.main_service.told_of(str(row["id"]))
        assert notification.verified()["type"] == "upload.aborted"

    @pytest.mark.survives("Body: a form with a whole file and no closing boundary", "400, aborted")
    async def test_a_form_without_its_end_is_no_file(
        self, caller: Caller, service: RunningService, deployment: Deployment
    ) -> None:
        body = (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="open.bin"\r\n\r\n'
            + content_of(PART_BYTES + 10)
        )
        headers = {
            "Authorization": caller.client.headers["authorization"],
            "Content-Type": "multipart/form-data; boundary=b",
            "Content-Length": str(len(body)),
        }
        answer = await speak(service.port, head("POST", "/upload", headers) + body)
        assert (answer.status, answer.problem) == (400, "malformed-request")
        await _ended(deployment, "open.bin", "aborted")

    async def test_too_large_is_refused_unread_where_its_length_is_told(
        self, caller: Caller, service: RunningService, deployment: Deployment
    ) -> None:
        headers = {"Authorization": caller.client.headers["authorization"]}
        put = head("PUT", "/files/l.bin", {**headers, "Content-Length": str(MAX_FILE_BYTES + 1)})
        answer = await speak(service.port, put)
        assert (answer.status, answer.problem) == (413, "content-too-large")
        form = {
            **headers,
            "Content-Type": "multipart/form-data; boundary=b",
            "Content-Length": str(MAX_FILE_BYTES + MIB),
        }
        begun = b'--b\r\nContent-Disposition: form-data; name="file"; filename="l.bin"\r\n\r\nx'
        answer = await speak(service.port, head("POST", "/upload", form) + begun)
        assert (answer.status, answer.problem) == (413, "content-too-large")
        assert await _states(deployment, "l.bin") == []

    async def test_too_large_without_a_length_is_cut_at_the_limit(
        self, caller: Caller, deployment: Deployment
    ) -> None:
        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield content_of(MIB)

        try:
            answer = await caller.client.put("/files/endless.bin", content=endless())
        except httpx.TransportError:  # the answer may not outlive the connection
            pass
        else:
            assert problem_of(answer, 413) == "content-too-large"
        await _ended(deployment, "endless.bin", "aborted")

    async def test_fields_after_the_file_are_refused(
        self, caller: Caller, deployment: Deployment
    ) -> None:
        files = {"file": ("late.bin", LARGE), "metadata": (None, b"{}")}
        refused = await caller.client.post("/upload", files=files)
        assert problem_of(refused, 422) == "validation-failed"
        await _ended(deployment, "late.bin", "aborted")

    @pytest.mark.parametrize(
        "fields",
        [
            {"metadata": "[]"},
            {"metadata": "x"},
            {"checksum": "md5:x"},
            {"main_service_file_id": ""},
            {"main_service_file_id": "x" * 129},
        ],
    )
    async def test_what_cannot_be_true_is_refused_before_the_file(
        self, caller: Caller, fields: dict[str, str]
    ) -> None:
        assert problem_of(await _form(caller, b"x", **fields), 422) == "validation-failed"

    async def test_a_form_without_a_file_is_refused(self, caller: Caller) -> None:
        form = {"metadata": (None, "{}")}
        assert problem_of(await caller.client.post("/upload", files=form), 422)
        nameless = {"file": (None, "x")}
        assert problem_of(await caller.client.post("/upload", files=nameless), 422)

    async def test_nobody_else_sends_its_chunks_or_completes_it(
        self, caller: Caller, service: RunningService, deployment: Deployment
    ) -> None:
        headers = {"Authorization": caller.client.headers["authorization"]}
        async with connected(service.port) as first:
            whole = head("PUT", "/files/mine.bin", {**headers, "Content-Length": str(len(LARGE))})
            await first.say(whole + HALF)
            await until(lambda: _states(deployment, "mine.bin"), lambda states: states == ["open"])
            query = "SELECT id FROM uploads WHERE original_file_name = 'mine.bin'"
            (row,) = await deployment.fetch(query)
            session = caller.session(str(row["id"]))
            assert problem_of(await session.put(0, b"x"), 409) == "state-conflict"
            assert problem_of(await session.form(0, b"x"), 409) == "state-conflict"
            refused = await session.complete(1, main_service_file_id=0)
            assert problem_of(refused, 409) == "state-conflict"
            await first.say(LARGE[len(HALF) :])
            assert (await first.answer()).status == 201


async def test_only_allowed_types_are_taken(own: Deployment) -> None:
    async with own.served(allowed_file_types=".png") as served:
        client = served.caller.client
        for name, content in (("a.exe", b"MZ"), ("a.png", b"<html>" + b" " * 600)):
            refused = await client.put(f"/files/{name}", content=content)
            assert problem_of(refused, 415) == "unsupported-media-type"
        assert await own.fetch("SELECT FROM files") == []


async def test_many_at_once_are_as_many_files(caller: Caller, deployment: Deployment) -> None:
    contents = [content_of(65536)[n:] for n in range(24)]
    answers = await asyncio.gather(*(_form(caller, each) for each in contents))
    for answer, content in zip(answers, contents, strict=True):
        stored = deployment.bucket.read(_data(answer)["file_key"])
        assert sha256_hex(stored) == sha256_hex(content)


def _checksum(content: bytes, algorithm: Algorithm) -> Checksum:
    recipe = Recipe(part_size=PART_BYTES, algorithms=frozenset(), offset=0)
    checksum = digest_of(content, recipe.also([Algorithm.CRC64NVME, algorithm])).checksum(algorithm)
    assert checksum is not None
    return checksum


class TestSmall:
    """What is in memory as a whole before its upload begins."""

    async def test_one_that_breaks_off_never_began(
        self, caller: Caller, service: RunningService, deployment: Deployment
    ) -> None:
        headers = {"Authorization": caller.client.headers["authorization"], "Content-Length": "10"}
        await hang_up_after(service.port, head("PUT", "/files/half.bin", headers) + b"12345")
        late = {"file": ("half.bin", b"x"), "metadata": (None, b"{}")}
        refused = await caller.client.post("/upload", files=late)
        assert problem_of(refused, 422) == "validation-failed"
        assert await _states(deployment, "half.bin") == []

    @pytest.mark.parametrize("algorithm", ["crc64nvme", "crc32", "sha256"])
    async def test_a_declared_checksum_is_verified(
        self, caller: Caller, deployment: Deployment, algorithm: str
    ) -> None:
        content = content_of(5000)
        right, wrong = (_checksum(each, Algorithm(algorithm)) for each in (content, b"x"))
        refused = await _form(caller, content, checksum=str(wrong))
        assert problem_of(refused, 422) == "digest-mismatch"
        data = _data(await _form(caller, content, checksum=str(right)))
        assert data["checksum"] == str(right)
        assert deployment.bucket.read(data["file_key"]) == content

    async def test_it_is_told_of_as_of_any_other(self, caller: Caller) -> None:
        data = _data(await caller.client.put("/files/told.bin", content=b"12345"))
        told = (await caller.client.get(f"/upload/{data['file_id']}")).json()["data"]
        told = (told["state"], told["received_chunks"], told["missing_chunks"])
        assert told == ("stored", ["0"], [])

    async def test_two_at_once_with_one_key_are_one_file(
        self, caller: Caller, deployment: Deployment
    ) -> None:
        def put() -> Awaitable[httpx.Response]:
            key = {"Idempotency-Key": "twice"}
            return caller.client.put("/files/twice.bin", content=b"12345", headers=key)

        answers = [_data(each) for each in await asyncio.gather(*(put() for _ in range(8)))]
        assert len({data["file_id"] for data in answers}) == 1
        assert await _states(deployment, "twice.bin") == ["stored"]

    async def test_it_takes_no_room_of_the_spool(self, own: Deployment) -> None:
        async with own.served() as served:
            await served.caller.client.put("/files/small.bin", content=b"12345")
            rows = await own.fetch("SELECT state, file_name FROM chunks")
            assert [(row["state"], row["file_name"]) for row in rows] == [("relayed", "")]
            assert await own.fetch("SELECT FROM reservations") == []
            assert await own.fetch("SELECT FROM parts") == []

    async def test_a_quota_is_held(self, own: Deployment) -> None:
        async with own.served(quota_bytes_per_owner="10") as served:
            client = served.caller.client
            assert (await client.put("/files/a.bin", content=b"1234567")).status_code == 201
            refused = await client.put("/files/b.bin", content=b"1234")
            assert problem_of(refused, 403) == "quota-exceeded"
