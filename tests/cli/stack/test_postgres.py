"""The embedded PostgreSQL starts whatever the last run left, and wherever its data lies."""

import os
from pathlib import Path

import asyncpg
import pytest

from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.cli.stack.postgres_cluster import SUPERUSER


async def _run(server: EmbeddedPostgres, statement: str) -> object:
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_data_survives_a_stop_and_a_crash(tmp_path: Path) -> None:
    server = EmbeddedPostgres.start(tmp_path, durable=False)
    await _run(server, "CREATE TABLE kept AS SELECT 1 AS number")
    server.stop()
    server = EmbeddedPostgres.start(tmp_path, durable=False)
    await _run(server, "CHECKPOINT")
    server.kill()
    server = EmbeddedPostgres.start(tmp_path, durable=False)
    try:
        assert await _run(server, "SELECT number FROM kept") == 1
    finally:
        server.stop()


async def test_a_parent_folder_closed_to_others_is_no_hindrance(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedPostgres.start(private / "below", durable=False)
    try:
        assert await _run(server, "SELECT 1") == 1
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


async def test_a_pid_file_that_names_a_living_stranger_is_not_believed(tmp_path: Path) -> None:
    server = EmbeddedPostgres.start(tmp_path, durable=False)
    server.stop()
    pid_file = tmp_path / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path / 'cluster'}\n1\n{server.port}\n\n\n\nready\n")
    server = EmbeddedPostgres.start(tmp_path, durable=False)
    try:
        assert await _run(server, "SELECT 1") == 1
    finally:
        server.stop()


async def test_an_initdb_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "cluster.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres.start(tmp_path, durable=False)
    try:
        assert await _run(server, "SELECT 1") == 1
        assert not unfinished.exists()
    finally:
        server.stop()


async def test_nobody_gets_in_without_the_password(postgres_server: EmbeddedPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host="127.0.0.1",
            port=postgres_server.port,
            user=SUPERUSER,
            password="a guess",
            database="postgres",
        )


async def test_it_sorts_and_folds_letters_beyond_ascii(postgres_server: EmbeddedPostgres) -> None:
    assert await _run(postgres_server, "SELECT lower('ÄÉ') = 'äé' AND 'Ä' ILIKE 'ä'") is True


def test_a_taken_port_is_a_clear_error(tmp_path: Path, postgres_server: EmbeddedPostgres) -> None:
    with pytest.raises(StackError, match="Address already in use"):
        EmbeddedPostgres.start(tmp_path, port=postgres_server.port, durable=False)
