"""docs/operations.md: its commands do what it says, on a deployment."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import Page
from tests.service.deployment import Deployment

PAGE = Page.read("docs/operations.md")
AFTER_RESTORE, LOST_DISK = PAGE.blocks("sh")

_FORGET_THE_DATABASE = "UPDATE database_identity SET timeline = timeline + 1 RETURNING timeline"
_IS_FAMILIAR = """
    SELECT timeline = (SELECT timeline_id FROM pg_control_checkpoint()) AS familiar
    FROM database_identity
"""


@pytest.mark.parametrize(
    "topic",
    ["Sizing", "Backup", "Upgrade", "S3 is gone", "PostgreSQL is gone", "disk is gone", "Rotating"],
)
def test_what_an_operator_looks_for_has_a_heading(topic: str) -> None:
    assert [line for line in PAGE.text.splitlines() if line.startswith("## ") and topic in line]


async def test_after_a_restore_the_database_is_trusted_again(own: Deployment) -> None:
    async with own.served():
        pass
    await own.fetch(_FORGET_THE_DATABASE)
    told = await _typed(AFTER_RESTORE, own)
    assert "adopted: 0 chunks, 0 objects" in told
    (row,) = await own.fetch(_IS_FAMILIAR)
    assert row["familiar"]


async def test_an_empty_folder_takes_the_place_of_a_lost_disk(own: Deployment) -> None:
    async with own.served(spool_lost_after="1h") as served:
        session = await served.caller.begin()
        assert (await session.put(0, b"x")).status_code == 200
    lost = (own.spool / "spool-id").read_text().strip()
    for path in own.spool.iterdir():
        path.unlink()
    told = await _typed(LOST_DISK, own)
    made = (own.spool / "spool-id").read_text().strip()
    assert lost[:8] in told
    assert f"is spool {made}" in told
    async with own.served() as served:
        assert (await served.caller.begin()).id


async def _typed(commands: str, deployment: Deployment) -> str:
    settings = {name.upper(): text for name, text in deployment.values().items()}
    ended = await asyncio.to_thread(
        subprocess.run,
        ["sh", "-eu"],
        input=commands,
        env={
            **os.environ,
            **settings,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
