"""`doctor` finds nothing wrong where nothing is, and names what was broken on purpose."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from chunk_service.cli import migrations
from chunk_service.cli.stack.ports import LOOPBACK
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.cli.operator import Operator
from tests.doubles.mail import MailDouble, taking_mail
from tests.doubles.s3.double import S3Double
from tests.doubles.s3.faults import answering
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.main_service import playing_main_service

NOWHERE = f"{LOOPBACK}:9"
FORGETFUL = {"database.durability"}
ORIGIN = "https://app.example.com"


@dataclass(frozen=True, slots=True)
class Site:
    database_url: str
    spool: Path
    bucket: Bucket
    callback_url: str

    def findings(self, *, code: int = 1, **changes: str) -> dict[str, tuple[str, str]]:
        """Verdict and words of each check; where something is not well there is advice."""
        operator = Operator("doctor", self.database_url, **{**self.settings(), **changes})
        lines = operator.says("--json", code=code).splitlines()
        documents = [json.loads(line) for line in lines]
        assert all(bool(each["advice"]) is (each["verdict"] != "ok") for each in documents)
        return {each["check"]: (each["verdict"], each["said"]) for each in documents}

    def faults(self, **changes: str) -> set[str]:
        """What is at fault, besides the tests' database: it keeps nothing through a power cut."""
        found = self.findings(code=1, **changes)
        return {check for check, (verdict, _) in found.items() if verdict == "fault"} - FORGETFUL

    def doubts(self, **changes: str) -> set[str]:
        found = self.findings(code=1, **changes)
        return {check for check, (verdict, _) in found.items() if verdict == "warning"}

    def run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.database_url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())

    def settings(self) -> dict[str, str]:
        store = self.bucket.store
        return {
            "LOCAL_TEMP_CHUNK_PATH": str(self.spool),
            "SPOOL_MAX_BYTES": "128MiB",
            "S3_ACCESS_KEY": store.access_key,
            "S3_SECRET_KEY": store.secret_key,
            "S3_BUCKET_NAME": self.bucket.name,
            "S3_ENDPOINT_URL": store.endpoint_url,
            "S3_REGION_NAME": store.region,
            "MAIN_SERVICE_CALLBACK_URL": self.callback_url,
        }


@pytest.fixture
def site(
    database_url: str, seaweedfs: StoreServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    spool = tmp_path / "spool"
    spool.mkdir()
    bucket = Bucket.made(seaweedfs, f"doctor-{uuid4()}")
    with playing_main_service() as main_service:
        yield Site(database_url, spool, bucket, main_service.url)


@pytest.fixture
def durable_database(tmp_path: Path) -> Iterator[str]:
    server = EmbeddedPostgres.start(tmp_path / "postgres")
    migrations.upgrade(server.url())
    yield server.url()
    server.stop()


def test_a_sound_deployment_has_no_fault_and_nothing_is_left_of_the_examination(
    site: Site, durable_database: str
) -> None:
    found = replace(site, database_url=durable_database).findings(code=0)
    assert {verdict for verdict, _ in found.values()} <= {"ok", "warning"}
    sound = {check for check, (verdict, _) in found.items() if verdict == "ok"}
    assert sound >= {"database.schema", "database.durability", "database.extensions", "spool.room"}
    assert sound >= {"s3.bucket", "s3.objects", "s3.multiparts", "s3.conditions", "s3.checksums"}
    assert sound >= {"s3.missing-keys", "s3.clock", "s3.public", "tokens.key", "events.main"}
    assert site.bucket.keys() == set()
    assert site.bucket.open_multiparts() == []
    assert list(site.spool.iterdir()) == []


def test_it_reads_like_a_list_for_people(site: Site) -> None:
    told = Operator("doctor", site.database_url, **site.settings()).says(code=1)
    assert "ok      s3.bucket" in told
    assert "fault   database.durability" in told


def test_settings_that_are_wrong_are_all_told(site: Site) -> None:
    operator = Operator("doctor", site.database_url, EXPECTED_JWT_ISSUER="", PORT="x")
    told = operator.says(code=2)
    assert "EXPECTED_JWT_ISSUER" in told
    assert "PORT" in told


def test_a_setting_that_is_misspelt_is_named(site: Site) -> None:
    assert "settings" in site.doubts(WEBHOOK_TIMOUT="1s")


def test_a_database_out_of_reach_is_named(site: Site) -> None:
    away = replace(site, database_url=f"postgresql://chunks:secret@{NOWHERE}/chunks")
    found = away.findings()
    assert found["database.schema"][0] == found["database.reach"][0] == "fault"
    assert "secret" not in str(found)
    assert found["s3.bucket"][0] == "ok"


def test_an_old_schema_is_named(site: Site) -> None:
    migrations.downgrade(site.database_url, "-1")
    assert "database.schema" in site.faults()


def test_a_database_that_may_forget_is_named(site: Site) -> None:
    verdict, said = site.findings()["database.durability"]
    assert verdict == "fault"
    assert "fsync=off" in said


def test_an_extension_that_is_gone_is_named(site: Site) -> None:
    site.run("DROP EXTENSION pg_trgm CASCADE")
    assert site.faults() == {"database.extensions"}


def test_the_spool_of_another_database_is_named(site: Site) -> None:
    (site.spool / "spool-id").write_text(f"{uuid4()}\n")
    assert site.faults() == {"spool.mark"}


def test_a_spool_that_does_not_sync_is_named(site: Site) -> None:
    assert site.faults(SPOOL_FSYNC="false") == {"spool.fsync"}


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this system has no folder in memory")
def test_a_spool_in_memory_is_named(site: Site) -> None:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        assert "spool.volume" in site.faults(LOCAL_TEMP_CHUNK_PATH=str(folder))
    finally:
        shutil.rmtree(folder)


def test_a_limit_beyond_the_disk_is_named(site: Site) -> None:
    assert "spool.room" in site.doubts(SPOOL_MAX_BYTES="1000TiB")


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
        ("ListParts", "s3.multiparts"),
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


def test_published_keys_out_of_reach_are_named(site: Site) -> None:
    assert site.faults(MAIN_SERVICE_JWKS_URL=f"http://{NOWHERE}/jwks.json") == {"tokens.jwks"}


@pytest.mark.parametrize("url", [f"http://{NOWHERE}/", "https://main.invalid/"])
def test_a_receiver_out_of_reach_is_named(site: Site, url: str) -> None:
    assert site.faults(MAIN_SERVICE_CALLBACK_URL=url) == {"events.main"}


def test_a_receiver_that_speaks_no_tls_is_named(site: Site) -> None:
    url = site.callback_url.replace("http://", "https://")
    assert site.faults(MAIN_SERVICE_CALLBACK_URL=url) == {"events.main"}


def test_a_mail_server_is_tried_without_a_mail(site: Site) -> None:
    with taking_mail(MailDouble()) as server:
        found = site.findings(
            SMTP_URL=f"smtp+plain://{LOOPBACK}:{server.port}", MAIL_FROM="uploads@example.com"
        )
        assert found["events.mail"][0] == "ok"
        assert server.mails == []
    faults = site.faults(SMTP_URL=f"smtp+plain://{NOWHERE}", MAIL_FROM="uploads@example.com")
    assert faults == {"events.mail"}
