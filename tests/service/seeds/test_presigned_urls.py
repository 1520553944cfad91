"""A client of the presigned URL API, written against its README, works here unchanged.

It never confirms what it sent: its next call finds the file.
"""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.service.caller import Caller, problem_of
from tests.service.deployment import Deployment
from tests.service.stores import on_one_store

CONTENT = b"%PDF-1.7 a document"
DOCUMENT = {"filename": "document.pdf", "content_type": "application/pdf"}
FILE_KEY = re.compile(r"uploads/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-document\.pdf")
APP = "https://app.example.com"


async def _uploaded(client: httpx.AsyncClient, anyone: httpx.AsyncClient) -> str:
    """The `file_key`, after the first two steps of the README."""
    upload_url = await client.post("/upload-url", json=DOCUMENT)
    assert upload_url.status_code == 200
    document = upload_url.json()
    assert document["expires_in"] == 600
    assert FILE_KEY.fullmatch(document["file_key"])
    sent = await anyone.put(
        document["presigned_url"], content=CONTENT, headers={"Content-Type": "application/pdf"}
    )
    assert sent.status_code == 200
    return str(document["file_key"])


async def _listed(client: httpx.AsyncClient) -> dict[str, dict[str, object]]:
    files = await client.get("/files")
    assert files.status_code == 200
    document = files.json()
    assert document["count"] == len(document["files"])
    return {each["key"]: each for each in document["files"]}


@on_one_store
async def test_upload_url_then_download_url_as_the_old_readme_says(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    file_key = await _uploaded(caller.client, anyone)
    download_url = await caller.client.post("/download-url", json={"file_key": file_key})
    assert download_url.status_code == 200
    document = download_url.json()
    assert (document["expires_in"], document["file_key"]) == (600, file_key)
    fetched = await anyone.get(document["presigned_url"])
    assert (fetched.status_code, fetched.content) == (200, CONTENT)
    assert fetched.headers["Content-Type"] == "application/pdf"


@on_one_store
async def test_upload_url_then_files_as_the_old_readme_says(
    caller: Caller, anyone: httpx.AsyncClient, deployment: Deployment
) -> None:
    file_key = await _uploaded(caller.client, anyone)
    file = (await _listed(caller.client))[file_key]
    assert (file["key"], file["size"]) == (file_key, len(CONTENT))
    age = datetime.now(UTC) - datetime.fromisoformat(str(file["last_modified"]))
    assert abs(age) < timedelta(minutes=1)
    assert file["etag"] == deployment.bucket.head(file_key)["ETag"]


@on_one_store
@pytest.mark.parametrize("slash", ["/", "%2F"])
async def test_upload_url_then_delete_as_the_old_readme_says(
    caller: Caller, anyone: httpx.AsyncClient, deployment: Deployment, slash: str
) -> None:
    file_key = await _uploaded(caller.client, anyone)
    assert file_key in await _listed(caller.client)
    deleted = await caller.client.delete(f"/files/{file_key.replace('/', slash)}")
    assert deleted.status_code == 200
    assert file_key not in await _listed(caller.client)
    assert file_key not in deployment.bucket.keys()  # noqa: SIM118 - not a dict


@on_one_store
async def test_a_count_of_files_starts_at_none(own: Deployment, anyone: httpx.AsyncClient) -> None:
    async with own.served() as served:
        client = served.caller.client
        nothing = (await client.get("/files")).json()
        assert (nothing["files"], nothing["count"]) == ([], 0)
        await _uploaded(client, anyone)
        assert (await client.get("/files")).json()["count"] == 1


@on_one_store
async def test_health_tells_of_the_service_and_of_s3(anyone: httpx.AsyncClient) -> None:
    health = await anyone.get("/health")
    assert health.status_code == 200
    assert (health.json()["status"], health.json()["storage"]) == ("ok", True)


@on_one_store
async def test_docs_are_a_page(anyone: httpx.AsyncClient) -> None:
    docs = await anyone.get("/docs")
    assert docs.status_code == 200
    assert docs.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "document",
    [
        {"filename": "program.exe", "content_type": "application/pdf"},
        {"filename": "document.pdf", "content_type": "text/html"},
        {"filename": "page.html", "content_type": "text/html"},
    ],
)
async def test_types_are_validated_whatever_the_client_claims(
    own: Deployment, document: dict[str, str]
) -> None:
    async with own.served(allowed_file_types=".pdf=application/pdf") as served:
        refused = await served.caller.client.post("/upload-url", json=document)
        assert problem_of(refused, 415) == "unsupported-media-type"
        assert (await served.caller.client.post("/upload-url", json=DOCUMENT)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/upload-url"),
        ("POST", "/download-url"),
        ("GET", "/files"),
        ("DELETE", "/files/uploads/some-document.pdf"),
    ],
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
    monkeypatch.setenv("S3_BUCKET_NAME", own.bucket.name)
    monkeypatch.setenv("PRESIGNED_URL_EXPIRATION", "300")
    monkeypatch.setenv("MAX_FILE_SIZE", "18")
    by_environment = dict.fromkeys(
        ("s3_access_key", "s3_secret_key", "s3_region_name", "s3_bucket_name", "max_file_size")
    )
    async with own.served(**by_environment) as served:
        client = served.caller.client
        for content, count in ((CONTENT, 0), (CONTENT[:18], 1)):
            told = (await client.post("/upload-url", json=DOCUMENT)).json()
            assert told["expires_in"] == 300
            assert "eu-central-1" in httpx.URL(told["presigned_url"]).params["X-Amz-Credential"]
            assert (await anyone.put(told["presigned_url"], content=content)).status_code == 200
            assert (await client.get("/files")).json()["count"] == count
