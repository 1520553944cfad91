"""`doctor` names what is wrong with the store: guards, rights, clock, and what pages see."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from chunk_service.cli.stack.ports import LOOPBACK
from tests.cli.site import Site
from tests.doubles.s3.double import S3Double
from tests.doubles.s3.exchange import Exchange
from tests.doubles.s3.faults import Fault, answering
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket

NOWHERE = f"{LOOPBACK}:9"
ORIGIN = "https://app.example.com"


def test_a_bucket_that_is_not_there_is_named(site: Site) -> None:
    assert site.faults(S3_BUCKET_NAME="absent") == {"s3.bucket"}


def test_keys_that_are_not_ours_are_named(site: Site) -> None:
    assert site.faults(S3_SECRET_KEY="another") == {"s3.bucket"}


def test_a_store_out_of_reach_is_named(site: Site) -> None:
    assert site.faults(S3_ENDPOINT_URL=f"http://{NOWHERE}") == {"s3.bucket"}


def test_a_public_address_that_leads_nowhere_is_named(site: Site) -> None:
    assert site.faults(S3_PUBLIC_ENDPOINT_URL=f"http://{NOWHERE}") == {"s3.public"}


def test_guards_that_are_there_and_not_used_are_named(site: Site) -> None:
    doubts = site.doubts(S3_CONDITIONAL_WRITES="false", S3_CHECKSUM="none")
    assert doubts >= {"s3.conditions", "s3.checksums"}


def test_a_bucket_that_aborts_too_early_is_named(site: Site) -> None:
    rule = {
        "ID": "abort",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    site.bucket.client.put_bucket_lifecycle_configuration(
        Bucket=site.bucket.name, LifecycleConfiguration={"Rules": [rule]}
    )
    assert site.faults() == {"s3.lifecycle"}


def test_pages_that_the_bucket_does_not_let_in_are_named(site: Site) -> None:
    rules = [{"AllowedOrigins": ["https://other.example.com"], "AllowedMethods": ["PUT"]}]
    site.bucket.client.put_bucket_cors(
        Bucket=site.bucket.name, CORSConfiguration={"CORSRules": rules}
    )
    assert "s3.cors" in site.doubts(CORS_ORIGINS=ORIGIN)
    rules[0]["AllowedOrigins"] = [ORIGIN]
    site.bucket.client.put_bucket_cors(
        Bucket=site.bucket.name, CORSConfiguration={"CORSRules": rules}
    )
    assert "s3.cors" not in site.doubts(CORS_ORIGINS=ORIGIN)


@pytest.mark.parametrize(
    ("operation", "check"),
    [
        ("PutObject", "s3.objects"),
        ("DeleteObject", "s3.objects"),
        ("GetObject", "s3.objects"),
        ("HeadObject", "s3.missing-keys"),
        ("CreateMultipartUpload", "s3.multiparts"),
        ("HeadBucket", "s3.bucket"),
        ("UploadPart", "s3.multiparts"),
        ("ListParts", "s3.multiparts"),
        ("CompleteMultipartUpload", "s3.multiparts"),
        ("CopyObject", "s3.multiparts"),
        ("UploadPartCopy", "s3.multiparts"),
        ("ListMultipartUploads", "s3.multiparts"),
        ("AbortMultipartUpload", "s3.multiparts"),
    ],
)
def test_a_call_that_the_policy_refuses_is_named(
    site: Site, s3_double: S3Double, operation: str, check: str
) -> None:
    bucket = Bucket.made(StoreServer(s3_double.endpoint_url), "refusing")
    s3_double.fail(operation, answering("AccessDenied"), times=None)
    assert check in replace(site, bucket=bucket).faults()


def without(*names: str) -> Fault:
    """As a store does that does not know these headers."""

    async def fault(exchange: Exchange) -> None:
        kept = {k: v for k, v in exchange.head.headers.items() if not k.startswith(names)}
        exchange.head = replace(exchange.head, headers=kept)
        await exchange.send(await exchange.serve())

    return fault


def dated(ahead: timedelta) -> Fault:
    """By a clock that goes wrong."""

    async def fault(exchange: Exchange) -> None:
        answer = await exchange.serve()
        date = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
        await exchange.send(replace(answer, headers={**answer.headers, "Date": date}))

    return fault


@pytest.fixture
def strange(site: Site, s3_double: S3Double) -> Site:
    """A site on a store that can be made to behave otherwise than S3."""
    return replace(site, bucket=Bucket.made(StoreServer(s3_double.endpoint_url), "strange"))


def test_a_strange_store_without_faults_has_none(strange: Site) -> None:
    assert strange.faults() == set()


def test_a_store_that_ignores_conditions_is_named(strange: Site, s3_double: S3Double) -> None:
    s3_double.fail("PutObject", without("if-none-match"), times=None)
    assert strange.faults() == {"s3.conditions"}
    assert "s3.conditions" not in strange.doubts(S3_CONDITIONAL_WRITES="false")


def test_a_store_that_ignores_checksums_is_named(strange: Site, s3_double: S3Double) -> None:
    s3_double.fail("PutObject", without("x-amz-checksum-"), times=None)
    assert "s3.checksums" in strange.doubts()


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_by_which_signatures_are_refused_is_named(
    strange: Site, s3_double: S3Double, minutes: int
) -> None:
    s3_double.fail("Unknown", dated(timedelta(minutes=minutes)), times=None)
    assert strange.faults() == {"s3.clock"}


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_that_runs_away_is_named(strange: Site, s3_double: S3Double, minutes: int) -> None:
    s3_double.fail("Unknown", dated(timedelta(minutes=minutes)), times=None)
    assert "s3.clock" in strange.doubts()


def test_rules_that_can_not_be_read_are_named(strange: Site, s3_double: S3Double) -> None:
    s3_double.fail("GetBucketLifecycleConfiguration", answering("AccessDenied"), times=None)
    assert "s3.lifecycle" in strange.doubts()


def test_a_public_address_of_something_else_is_named(site: Site) -> None:
    assert site.faults(S3_PUBLIC_ENDPOINT_URL=site.callback_url) == {"s3.public"}
