"""`deploy/aws`: the rights are those that the S3 adapter's calls need, and no other.

The calls are read from the adapter's code, so a new one fails here until its right is granted.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

import ast
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
import httpx
from botocore import xform_name

from chunk_service.domain.files import object_key, pending_key
from tests.deploy.service_numbers import DEPLOY, ROOT
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket

BUCKET = "arn:aws:s3:::uploads"
ORIGIN = "https://app.example.com"
# A missing key is 404 only to who may list the bucket; to others it is 403.
OBJECT_READING = frozenset({"s3:GetObject", "s3:ListBucket"})
RIGHTS_OF: dict[str, frozenset[str]] = {
    "abort_multipart_upload": frozenset({"s3:AbortMultipartUpload"}),
    "complete_multipart_upload": frozenset({"s3:PutObject"}),
    "copy_object": frozenset({"s3:GetObject", "s3:PutObject"}),
    "create_multipart_upload": frozenset({"s3:PutObject"}),
    "delete_object": frozenset({"s3:DeleteObject"}),
    "generate_presigned_post": frozenset({"s3:PutObject"}),
    "get_bucket_lifecycle_configuration": frozenset({"s3:GetLifecycleConfiguration"}),
    "get_object": OBJECT_READING,
    "get_object_acl": frozenset(),  # never sent: it only shows where a bucket lies
    "head_bucket": frozenset({"s3:ListBucket"}),
    "head_object": OBJECT_READING,
    "list_multipart_uploads": frozenset({"s3:ListBucketMultipartUploads"}),
    "list_parts": frozenset({"s3:ListMultipartUploadParts"}),
    "put_object": frozenset({"s3:PutObject"}),
    "upload_part": frozenset({"s3:PutObject"}),
    "upload_part_copy": frozenset({"s3:GetObject", "s3:PutObject"}),
}


def test_the_rights_are_those_that_the_calls_need() -> None:
    called = _calls()
    assert {"copy_object", "head_object", "list_parts", "upload_part"} <= called
    granted = {action for each in _statements() for action in each["Action"]}
    assert granted == {action for call in called for action in RIGHTS_OF[call]}


def test_the_rights_reach_the_keys_that_the_service_makes_and_no_others() -> None:
    patterns = [
        pattern
        for each in _statements()
        if "s3:PutObject" in each["Action"]
        for pattern in each["Resource"]
    ]
    keys = {f"{BUCKET}/{object_key(uuid4(), 'a.mp3')}", f"{BUCKET}/{pending_key(uuid4())}"}
    for pattern in patterns:
        assert [key for key in keys if fnmatchcase(key, pattern)], pattern
    for key in keys:
        assert [pattern for pattern in patterns if fnmatchcase(key, pattern)], key
    assert not [each for each in patterns if fnmatchcase(f"{BUCKET}/other/file", each)]


def test_each_action_is_granted_on_the_kind_of_resource_that_it_is_for() -> None:
    for each in _statements():
        on_bucket = {action for action in each["Action"] if _is_of_bucket(action)}
        assert on_bucket in (set(), set(each["Action"]))
        resources = each["Resource"]
        assert resources == BUCKET if on_bucket else all("/" in text for text in resources)


def test_a_store_takes_the_cors_rules_and_pages_read_the_etag(seaweedfs: StoreServer) -> None:
    bucket = Bucket.made(seaweedfs, "cors-rules")
    rules = json.loads((DEPLOY / "aws/bucket_cors_policy.json").read_text())
    bucket.client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration=rules)
    url = f"{seaweedfs.endpoint_url}/{bucket.name}/pending/x"
    for method in ("GET", "HEAD", "POST", "PUT"):
        asking = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
        answer = httpx.options(url, headers=asking, trust_env=False)
        assert answer.headers.get("Access-Control-Allow-Origin") == ORIGIN
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    asking["Origin"] = "https://elsewhere.example"
    refused = httpx.options(url, headers=asking, trust_env=False)
    assert "Access-Control-Allow-Origin" not in refused.headers


def _statements() -> list[dict[str, Any]]:
    policy = json.loads((DEPLOY / "aws/iam_policy.json").read_text())
    statements: list[dict[str, Any]] = policy["Statement"]
    assert {each["Effect"] for each in statements} == {"Allow"}
    return statements


def _is_of_bucket(action: str) -> bool:
    return action.startswith("s3:ListBucket") or action == "s3:GetLifecycleConfiguration"


def _calls() -> set[str]:
    """What the adapter calls, pages or presigns, as botocore names it."""
    model = botocore.session.get_session().get_service_model("s3")
    known = {xform_name(name) for name in model.operation_names} | {"generate_presigned_post"}
    sources = (ROOT / "chunk_service/adapters/s3").glob("*.py")
    return {name for source in sources for name in _named(source)} & known


def _named(source: Path) -> Iterator[str]:
    """Names of called methods, and texts: presigned and paged calls are named by a text."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
