"""Presigned requests against limits of a deployment's own."""

from datetime import timedelta

import httpx
import pytest

from tests.service.caller import problem_of
from tests.service.deployment import Deployment
from tests.service.presigned.one_file import (
    asked,
    confirmed,
    keys_of,
    pending_keys,
    put,
)
from tests.service.waiting import until


@pytest.mark.survives("Access: more sent by a presigned URL than is allowed", "413; deleted")
async def test_more_than_may_be_is_deleted(outside: httpx.AsyncClient, own: Deployment) -> None:
    async with own.served(max_file_size="10") as served:
        told = await asked(served.caller)
        assert told["max_size"] == 10
        await put(outside, told, b"12345678901")
        refused = await confirmed(served.caller, told["file_key"])
        assert problem_of(refused, 413) == "content-too-large"
        assert problem_of(await confirmed(served.caller, told["file_key"]), 410) == "gone"
        (notification,) = await own.main_service.told_of(told["upload_session_id"])
        assert notification.verified()["type"] == "upload.failed"
        await until(lambda: pending_keys(own), lambda keys: not keys)
        assert told["file_key"] not in keys_of(own)


async def test_unset_the_limit_is_50_mib_here_and_none_elsewhere(own: Deployment) -> None:
    async with own.served(max_file_size=None) as served:
        assert (await asked(served.caller))["max_size"] == 52428800
        document = {"filename": "large.bin", "size": 52428801}
        refused = await served.caller.client.post("/upload-url", json=document)
        assert problem_of(refused, 413) == "content-too-large"


async def test_a_quota_is_judged_when_the_size_is_known(
    outside: httpx.AsyncClient, own: Deployment
) -> None:
    async with own.served(quota_bytes_per_owner="1MiB") as served:
        told = await asked(served.caller)
        await put(outside, told, b"x" * (2**20 + 1))
        refused = await confirmed(served.caller, told["file_key"])
        assert problem_of(refused, 403) == "quota-exceeded"


@pytest.mark.survives(
    "Access: more sent by a presigned URL than the quota has room for, and left there",
    "it expires like what was never sent, and is deleted",
)
async def test_what_never_fits_the_quota_expires(
    outside: httpx.AsyncClient, own: Deployment
) -> None:
    async with own.served(quota_bytes_per_owner="1MiB") as served:
        told = await asked(served.caller)
        await put(outside, told, b"x" * (2**20 + 1))
        await own.pass_time(timedelta(hours=2))
        (notification,) = await own.main_service.told_of(told["upload_session_id"])
        assert notification.verified()["type"] == "upload.expired"
        await until(lambda: pending_keys(own), lambda keys: not keys)


@pytest.mark.survives("Input: a presigned upload that is not of its name's type", "415; deleted")
async def test_a_file_that_is_not_of_its_type_is_deleted(
    outside: httpx.AsyncClient, own: Deployment
) -> None:
    async with own.served(allowed_file_types="document") as served:
        named = {"filename": "page.html", "content_type": "application/pdf"}
        refused = await served.caller.client.post("/upload-url", json=named)
        assert problem_of(refused, 415) == "unsupported-media-type"
        told = await asked(served.caller)
        await put(outside, told, b"<html><script>" + b" " * 600)
        refused = await confirmed(served.caller, told["file_key"])
        assert problem_of(refused, 415) == "unsupported-media-type"
        await until(lambda: pending_keys(own), lambda keys: not keys)
        told = await asked(served.caller)
        await put(outside, told)
        assert (await confirmed(served.caller, told["file_key"])).status_code == 200


async def test_parts_that_are_not_of_their_type_are_no_file(
    outside: httpx.AsyncClient, own: Deployment
) -> None:
    async with own.served(allowed_file_types="document") as served:
        client = served.caller.client
        begun = await client.get("/initiate", params={"key": "document.pdf"})
        named = {"key": "document.pdf", "uploadId": begun.json()["uploadId"]}
        link = await client.get("/presigned", params={**named, "partNumber": "1"})
        sent = await outside.put(link.json()["uploadUrl"], content=b"MZ" + b"\0" * 600)
        part = {"PartNumber": 1, "ETag": sent.headers["etag"]}
        refused = await client.post("/complete", params=named, json={"parts": [part]})
        assert problem_of(refused, 410) == "gone"
        (notification,) = await own.main_service.told_of(named["uploadId"])
        assert notification.verified()["type"] == "upload.failed"

        async def keys() -> set[str]:
            return keys_of(own)

        await until(keys, lambda left: begun.json()["file_key"] not in left)


async def test_what_is_never_used_expires(own: Deployment) -> None:
    async with own.served(presigned_url_expiration="1s") as served:
        told = await asked(served.caller)
        await own.pass_time(timedelta(hours=2))
        (notification,) = await own.main_service.told_of(told["upload_session_id"])
        assert notification.verified()["type"] == "upload.expired"


async def test_no_link_outlives_its_upload(own: Deployment) -> None:
    changes = {"presigned_url_expiration": "7d", "upload_ttl": "1d", "upload_max_age": "6d"}
    async with own.served(**changes) as served:
        told = await asked(served.caller)
        assert told["expires_in"] < timedelta(days=6).total_seconds()


@pytest.mark.survives("S3: away when somebody asks for what a link may have written", "503, no 404")
async def test_what_may_be_there_is_not_absent(own: Deployment) -> None:
    async with own.served() as served:
        told = await asked(served.caller)
    nobody = "http://127.0.0.1:1"
    async with own.served(s3_endpoint_url=nobody, s3_connect_timeout="0.2s") as served:
        file = {"file_key": told["file_key"]}
        client = served.caller.client
        assert problem_of(await client.post("/download-url", json=file), 503)
        assert problem_of(await client.delete(f"/files/{told['file_key']}"), 503)
        assert (await client.get("/files")).json()["files"] == []
