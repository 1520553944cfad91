"""Somebody without a token, who was given a link."""

from collections.abc import AsyncIterator

import httpx
import pytest


@pytest.fixture
async def outside() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client
