"""What must be in the database server and the store before the service can start."""

import asyncio
import contextlib

import asyncpg
from botocore.exceptions import ClientError

from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.store_client import store_client

_THERE_ALREADY = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


def ensure_database(server_url: str, name: str) -> None:
    """Create the database unless it is there."""
    asyncio.run(_create_database(server_url, name))


def ensure_bucket(facts: StackFacts) -> None:
    """Create the bucket unless it is there."""
    asyncio.run(_create_bucket(facts))


async def _create_database(server_url: str, name: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        with contextlib.suppress(asyncpg.DuplicateDatabaseError):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def _create_bucket(facts: StackFacts) -> None:
    async with store_client(facts) as s3:
        try:
            await s3.create_bucket(Bucket=facts.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _THERE_ALREADY:
                raise
