"""A client of the presigned multipart service, written against its README, works here unchanged.

`key` is the file's name; which key the object has is the service's to say, in its event.
"""

from datetime import UTC, datetime

import httpx
import pytest

from tests.service.caller import Caller
from tests.service.content import MIB, content_of, cut
from tests.service.deployment import Deployment
from tests.service.main_service import MainService
from tests.service.stores import on_one_store
from tests.service.waiting import until

KEY = "holiday video.mp4"
APP = "https://app.example.com"


@on_one_store
@pytest.mark.parametrize("quotes", ['"', ""], ids=["quoted etags", "bare etags"])
async def test_initiate_presigned_complete_as_the_old_readme_says(
    caller: Caller, anyone: httpx.AsyncClient, deployment: Deployment, quotes: str
) -> None:
    content = content_of(10 * MIB + 7)
    upload_id = await _initiated(caller.client)
    caller.session(upload_id)

    parts = []
    for number, piece in enumerate(cut(content, 5 * MIB), start=1):
        url = await _presigned(caller.client, upload_id, number)
        sent = await anyone.put(url, content=piece)
        assert sent.status_code == 200
        etag = sent.headers["ETag"].strip('"')
        parts.append({"PartNumber": number, "ETag": f"{quotes}{etag}{quotes}"})

    complete = await caller.client.post(
        "/complete", params={"key": KEY, "uploadId": upload_id}, json={"parts": parts}
    )
    assert complete.status_code == 200
    assert deployment.bucket.read(await _stored_key(deployment.main_service, upload_id)) == content


async def _initiated(client: httpx.AsyncClient) -> str:
    initiate = await client.get("/initiate", params={"key": KEY})
    assert initiate.status_code == 200
    upload_id = initiate.json()["uploadId"]
    assert isinstance(upload_id, str)
    return upload_id


async def _presigned(client: httpx.AsyncClient, upload_id: str, number: int) -> str:
    presigned = await client.get(
        "/presigned", params={"key": KEY, "uploadId": upload_id, "partNumber": number}
    )
    assert presigned.status_code == 200
    document = presigned.json()
    assert (document["uploadId"], document["partNumber"]) == (upload_id, number)
    assert datetime.fromisoformat(document["expiresAt"]) > datetime.now(UTC)
    return str(document["uploadUrl"])


async def _stored_key(main_service: MainService, upload_id: str) -> str:
    (notification,) = await main_service.told_of(upload_id)
    event = notification.verified()
    assert event["type"] == "upload.completed"
    assert event["data"]["original_file_name"] == KEY
    return str(event["data"]["key"])


@on_one_store
async def test_the_same_key_twice_is_two_files(
    caller: Caller, anyone: httpx.AsyncClient, deployment: Deployment
) -> None:
    for content in (b"first", b"second"):
        upload_id = await _initiated(caller.client)
        caller.session(upload_id)
        sent = await anyone.put(await _presigned(caller.client, upload_id, 1), content=content)
        complete = await caller.client.post(
            "/complete",
            params={"key": KEY, "uploadId": upload_id},
            json={"parts": [{"PartNumber": 1, "ETag": sent.headers["ETag"]}]},
        )
        assert complete.status_code == 200
        key = await _stored_key(deployment.main_service, upload_id)
        assert deployment.bucket.read(key) == content


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/initiate"), ("GET", "/presigned"), ("POST", "/complete")]
)
async def test_a_page_of_another_origin_may_make_these_calls(
    own: Deployment, method: str, path: str
) -> None:
    asked = {
        "Origin": APP,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    async with own.served(cors_origins=APP) as served:
        preflight = await served.caller.client.options(path, headers=asked)
        answer = await served.caller.client.request(method, path, headers={"Origin": APP})
    assert preflight.is_success
    assert method in preflight.headers["Access-Control-Allow-Methods"]
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"].lower()
    assert answer.headers["Access-Control-Allow-Origin"] == APP


@on_one_store
async def test_the_old_environment_starts_the_service(
    own: Deployment, anyone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", own.bucket.store.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", own.bucket.store.secret_key)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_BUCKET", own.bucket.name)
    monkeypatch.setenv("PORT", "8080")
    by_environment = dict.fromkeys(
        ("s3_access_key", "s3_secret_key", "s3_region_name", "s3_bucket_name")
    )
    assert own.settings(**by_environment).port == 8080
    async with own.served(**by_environment) as served:
        upload_id = await _initiated(served.caller.client)
        url = httpx.URL(await _presigned(served.caller.client, upload_id, 1))
        assert (await anyone.put(url, content=b"x")).status_code == 200
        await served.caller.client.delete(f"/upload/{upload_id}")
        await until(own.leftovers, lambda left: not left)
    assert "eu-central-1" in url.params["X-Amz-Credential"]
    assert url.path.startswith(f"/{own.bucket.name}/")
