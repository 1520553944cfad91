"""`doctor` finds nothing wrong where nothing is, and names what was broken on purpose.

The store and the spool have tests of their own beside this file.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from chunk_service.cli import migrations
from chunk_service.cli.stack.ports import LOOPBACK
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.wiring.doctor.database import TABLES
from tests.cli.operator import SECRET, Operator
from tests.cli.site import Site
from tests.doubles.mail import MailDouble, taking_mail

NOWHERE = f"{LOOPBACK}:9"


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
    assert sound >= {"database.rights", "database.identity"}
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


def test_a_role_that_may_not_use_a_table_is_named(site: Site) -> None:
    role = f"second_{uuid4().hex}"
    site.run(f"""
        CREATE ROLE {role} LOGIN PASSWORD 'secret';
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role};
        REVOKE UPDATE ON shares FROM {role};
        REVOKE USAGE ON SEQUENCE pgqueuer_id_seq FROM {role};
    """)
    url = urlsplit(site.database_url)
    second = url._replace(netloc=f"{role}:secret@{url.netloc.rpartition('@')[2]}").geturl()
    verdict, said = replace(site, database_url=second).findings()["database.rights"]
    assert (verdict, said) == ("fault", "may not use pgqueuer_id_seq, shares")
    site.run(f"GRANT UPDATE ON shares TO {role}; GRANT USAGE ON SEQUENCE pgqueuer_id_seq TO {role}")
    assert "database.rights" not in replace(site, database_url=second).faults()
    site.run(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_the_rights_to_all_tables_are_asked_for(site: Site) -> None:
    site.run(f"""
        DO $$ BEGIN ASSERT (
            SELECT array_agg(relname ORDER BY relname) FROM pg_class
            WHERE relnamespace = CAST('public' AS regnamespace) AND relkind = 'r'
        ) = array{["alembic_version", *TABLES]!r}::name[]; END $$
    """)


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


def test_a_database_that_is_empty_is_named(site: Site) -> None:
    (site.spool / "spool-id").write_text(f"{uuid4()}\n")
    migrations.downgrade(site.database_url, "base")
    found = site.findings()
    assert found["database.schema"][0] == "fault"
    assert found["s3.bucket"][0] == found["events.main"][0] == "ok"


def test_a_database_that_is_not_there_is_named(site: Site) -> None:
    verdict, said = replace(site, database_url=f"{site.database_url}x").findings()["database.reach"]
    assert (verdict, "InvalidCatalogNameError" in said) == ("fault", True), said


def test_a_clock_of_the_database_that_runs_away_is_named(site: Site) -> None:
    site.run("""
        CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        AS 'SELECT pg_catalog.clock_timestamp() + interval ''5 minutes''';
        DO $$ BEGIN EXECUTE format(
            'ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()
        ); END $$
    """)
    assert "database.clock" in site.doubts()


def test_a_pool_beyond_the_servers_connections_is_named(site: Site) -> None:
    assert "database.connections" in site.doubts(DATABASE_POOL_SIZE="1000")


def test_another_receiver_out_of_reach_is_named(site: Site) -> None:
    endpoints = [{"name": "audit", "url": f"http://{NOWHERE}/", "secrets": [SECRET]}]
    assert site.faults(WEBHOOK_ENDPOINTS=json.dumps(endpoints)) == {"events.audit"}
