"""What a test can do to the double, and what the double keeps count of."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from tests.conformance.calls import FIRST, LAST, WHOLE, Client, complete, create, refused, send
from tests.conformance.conftest import client_for
from tests.doubles.s3 import faults
from tests.doubles.s3.double import S3Double
from tests.fixtures.stores import StoreServer

BUCKET = "bucket"
PLACE = {"Bucket": BUCKET, "Key": "folder/key"}


@pytest.fixture
def double(s3_double: S3Double) -> S3Double:
    s3_double.add_bucket(BUCKET)
    return s3_double


@pytest.fixture
def s3(double: S3Double) -> Iterator[Client]:
    client = client_for(StoreServer(double.endpoint_url))
    yield client
    client.close()


def put(s3: Client, data: bytes = b"data") -> None:
    s3.put_object(**PLACE, Body=data, IfNoneMatch="*")


def test_objects_are_counted_when_they_are_created(double: S3Double, s3: Client) -> None:
    put(s3)
    with pytest.raises(ClientError):
        put(s3)
    assert double.ledger.creations[BUCKET, PLACE["Key"]] == 1
    assert double.ledger.results("PutObject") == ["200", "412 PreconditionFailed"]


def test_a_rule_lets_pass_spoils_and_is_spent(double: S3Double, s3: Client) -> None:
    double.fail("HeadBucket", faults.answering("SlowDown"), skip=1, times=2)
    for _ in range(4):
        try:
            s3.head_bucket(Bucket=BUCKET)
        except ClientError:
            continue
    assert double.ledger.results("HeadBucket") == ["200", "503 SlowDown", "503 SlowDown", "200"]


def test_a_rule_is_for_its_keys_alone(double: S3Double, s3: Client) -> None:
    double.fail("*Object", faults.answering("SlowDown"), key="other/*")
    put(s3)
    with refused("SlowDown", 503):
        s3.put_object(Bucket=BUCKET, Key="other/key", Body=b"")


def test_a_lost_answer_was_given_for_something_done(double: S3Double, s3: Client) -> None:
    double.fail("PutObject", faults.lose_answer)
    with pytest.raises(ConnectionClosedError):
        put(s3)
    assert double.content(BUCKET, PLACE["Key"]) == b"data"
    assert double.ledger.results("PutObject") == ["200, answer lost"]


def test_a_reset_comes_before_anything_is_done(double: S3Double, s3: Client) -> None:
    double.fail("PutObject", faults.reset_before)
    with pytest.raises(ConnectionClosedError):
        put(s3)
    assert double.keys(BUCKET) == []


@pytest.mark.parametrize("done", [False, True])
def test_an_error_inside_a_success_was_done_or_not(
    double: S3Double, s3: Client, *, done: bool
) -> None:
    double.fail("CompleteMultipartUpload", faults.error_inside_success(done=done))
    upload_id = create(s3, PLACE)
    with pytest.raises(ClientError, match="InternalError"):
        complete(s3, PLACE, upload_id, send(s3, PLACE, upload_id, {1: LAST}))
    assert double.keys(BUCKET) == ([PLACE["Key"]] if done else [])


def test_what_lands_late_is_not_there_before(double: S3Double, s3: Client) -> None:
    double.fail("PutObject", faults.landing_late())
    with pytest.raises(ConnectionClosedError):
        put(s3, b"late")
    assert double.keys(BUCKET) == []
    assert double.land() == 1
    assert double.content(BUCKET, PLACE["Key"]) == b"late"
    assert double.land() == 0


def test_an_outage_ends_at_the_same_port(double: S3Double, s3: Client) -> None:
    double.refuse_connections()
    with pytest.raises(EndpointConnectionError):
        put(s3)
    double.heal()
    put(s3)


def test_multipart_uploads_are_forgotten_and_parts_lost(double: S3Double, s3: Client) -> None:
    upload_id = create(s3, PLACE)
    parts = send(s3, PLACE, upload_id, {1: FIRST, 2: LAST})
    (multipart,) = double.multiparts(BUCKET)
    double.lose_part(multipart, 2)
    with refused("InvalidPart", 400):
        complete(s3, PLACE, upload_id, parts)
    assert double.forget_multiparts(BUCKET, PLACE["Key"]) == 1
    with refused("NoSuchUpload", 404):
        complete(s3, PLACE, upload_id, parts)


def test_a_flipped_part_keeps_its_etag_and_no_checksum(double: S3Double, s3: Client) -> None:
    upload_id = create(s3, PLACE, ChecksumAlgorithm="CRC64NVME")
    double.fail("UploadPart", faults.flip_stored_byte)
    (sent,) = send(s3, PLACE, upload_id, {1: LAST})
    (listed,) = s3.list_parts(**PLACE, UploadId=upload_id)["Parts"]
    assert listed["ETag"] == sent["ETag"]
    complete(s3, PLACE, upload_id, [sent])
    assert double.content(BUCKET, PLACE["Key"]) not in (None, LAST)


def test_bytes_are_kept_in_files_and_removed_with_their_objects(tmp_path: Path) -> None:
    double = S3Double.start(buckets=[BUCKET], folder=tmp_path)
    s3 = client_for(StoreServer(double.endpoint_url))
    upload_id = create(s3, PLACE)
    complete(s3, PLACE, upload_id, send(s3, PLACE, upload_id, {1: FIRST, 2: LAST}))
    assert double.content(BUCKET, PLACE["Key"]) == WHOLE
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) == len(WHOLE)
    s3.delete_object(**PLACE)
    assert list(tmp_path.iterdir()) == []
    s3.close()
    double.stop()


def test_without_bytes_sizes_and_checksums_are_right(double: S3Double) -> None:
    forgetful = S3Double.start(buckets=[BUCKET], keeps_bytes=False)
    s3 = client_for(StoreServer(forgetful.endpoint_url))
    upload_id = create(s3, PLACE)
    complete(s3, PLACE, upload_id, send(s3, PLACE, upload_id, {1: FIRST, 2: LAST}))
    told = s3.head_object(**PLACE, ChecksumMode="ENABLED")
    s3.close()
    forgetful.stop()
    whole = client_for(StoreServer(double.endpoint_url))
    whole.put_object(**PLACE, Body=WHOLE)
    assert told["ContentLength"] == len(WHOLE)
    keeping = whole.head_object(**PLACE, ChecksumMode="ENABLED")
    assert told["ChecksumCRC64NVME"] == keeping["ChecksumCRC64NVME"]
    whole.close()


def test_a_request_without_a_signature_is_refused(double: S3Double) -> None:
    answer = httpx.put(f"{double.endpoint_url}/{BUCKET}/key", content=b"data", trust_env=False)
    assert answer.status_code == 403
    assert "AccessDenied" in answer.text
