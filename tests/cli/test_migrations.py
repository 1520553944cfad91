"""The schema goes up and down, by whatever way it is asked, and one runner at a time."""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from chunk_service.cli.main import app
from chunk_service.cli.migrations import (
    DatabaseUnreachableError,
    downgrade,
    schema_version,
    upgrade,
)
from chunk_service.cli.stack.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
REFUSE_THE_SECOND_REVISION = """
    CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON alembic_version EXECUTE FUNCTION refuse();
"""
# With one attempt to tell of it, and a deletion, of which there is one.
SHARED_TWICE = """
    INSERT INTO events (id, type, upload_id, payload) SELECT 'msg_' || kind, type, file, ''
    FROM (VALUES ('1', 'file.shared'), ('2', 'file.shared'), ('3', 'file.deleted'))
        AS told (kind, type), gen_random_uuid() AS file;
    INSERT INTO deliveries (event_id, endpoint) VALUES ('msg_1', 'main'), ('msg_3', 'main');
    INSERT INTO delivery_attempts SELECT id, 1, now(), 1 FROM deliveries
"""


@pytest.fixture
async def empty_database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    name = f"empty_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgres_server.url())
    await connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


def migrate(url: str, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["migrate", *arguments], env={"DATABASE_URL": url})
    return result.exit_code, result.output


# Most are no coroutines: migrating runs an event loop of its own.
def test_up_down_and_up_again_leaves_the_newest_schema(empty_database_url: str) -> None:
    version = schema_version(empty_database_url)
    assert (version.current, version.is_behind) == (None, True)
    upgrade(empty_database_url)
    version = schema_version(empty_database_url)
    assert (version.is_newest, version.is_behind) == (True, False)
    downgrade(empty_database_url, "base")
    assert schema_version(empty_database_url).current is None
    upgrade(empty_database_url)
    assert schema_version(empty_database_url).is_newest


async def _share_twice(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(SHARED_TWICE)
    await connection.close()


def test_a_schema_goes_down_also_where_a_file_was_shared_twice(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    asyncio.run(_share_twice(empty_database_url))
    downgrade(empty_database_url, "0007")
    assert schema_version(empty_database_url).current == "0007"


async def _mark(url: str, revision: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    await connection.close()


def test_a_database_of_a_newer_release_is_not_behind(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    asyncio.run(_mark(empty_database_url, "9999"))
    assert not schema_version(empty_database_url).is_behind


def test_several_runners_at_once_are_safe(empty_database_url: str) -> None:
    runners = [
        subprocess.Popen(
            [sys.executable, "-m", "chunk_service", "migrate", "up"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": empty_database_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(3)
    ]
    outputs = [runner.communicate()[0] for runner in runners]
    assert [runner.returncode for runner in runners] == [0, 0, 0], outputs
    assert schema_version(empty_database_url).is_newest


async def test_a_migration_that_fails_leaves_nothing_of_itself(empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute(REFUSE_THE_SECOND_REVISION)
    with pytest.raises(DBAPIError, match="refused"):
        await asyncio.to_thread(upgrade, empty_database_url)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE tablename ~ 'pgqueuer'")
    await connection.close()
    assert tables == []


def test_the_commands_tell_where_the_database_is(empty_database_url: str) -> None:
    code, output = migrate(empty_database_url, "status")
    assert code == 1
    assert "nothing" in output
    code, output = migrate(empty_database_url, "up")
    assert (code, "went from nothing" in output) == (0, True)
    code, output = migrate(empty_database_url, "up")
    assert (code, "was already at" in output) == (0, True)
    assert migrate(empty_database_url, "status")[0] == 0
    assert migrate(empty_database_url, "down", "base", "--yes")[0] == 0
    assert migrate(empty_database_url, "status")[0] == 1


def test_an_unknown_revision_is_a_clear_message(empty_database_url: str) -> None:
    code, output = migrate(empty_database_url, "up", "9999")
    assert code == 1
    assert "9999" in output
    assert "Traceback" not in output


def test_going_down_asks_first(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    assert migrate(empty_database_url, "down", "base")[0] == 1
    assert schema_version(empty_database_url).is_newest


def test_a_database_out_of_reach_is_named_without_its_password() -> None:
    url = "postgresql://user:pa55word@127.0.0.1:1/chunks"
    with pytest.raises(DatabaseUnreachableError, match=r"'chunks' at 127.0.0.1:1 cannot"):
        schema_version(url)
    code, output = migrate(url, "up")
    assert code == 1
    assert "pa55word" not in output


def test_a_missing_address_is_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = migrate("", "up")
    assert code == 2
    assert "DATABASE_URL is missing" in output


def test_alembic_works_by_itself(empty_database_url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        check=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": empty_database_url},
        capture_output=True,
    )
    assert schema_version(empty_database_url).is_newest
