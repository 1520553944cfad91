"""Runs the state machine: a short search that is the same every time, or a long one on demand."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.doubles.s3.double import S3Double
from tests.fixtures.databases import clone_database
from tests.fixtures.quiet import quiet_logging
from tests.machine.machine import Machine, Stage
from tests.machine.pieces import stored_as_they_come
from tests.machine.site import open_site

# Each is the life of a deployment: so many steps, then a healing.
_EXAMPLES = int(os.environ.get("EXAMPLES") or 25)
_STEPS = 30


@pytest.fixture
def stage(
    postgres_server: EmbeddedPostgres, migrated_template: str, s3_double: S3Double
) -> Iterator[Stage]:
    """Quiet: what fails here is what was provoked."""
    with quiet_logging(), stored_as_they_come(), asyncio.Runner() as runner:
        opening = AsyncExitStack()
        url = runner.run(clone_database(postgres_server, migrated_template))
        site = runner.run(opening.enter_async_context(open_site(url, s3_double)))
        yield Stage(site, runner)
        runner.run(opening.aclose())


@pytest.mark.timeout(3600)
def test_nothing_is_lost_and_nothing_invented(stage: Stage) -> None:
    class Staged(Machine):
        def __init__(self) -> None:
            super().__init__(stage)

    run_state_machine_as_test(
        Staged,
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=_STEPS,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            print_blob=False,
        ),
    )
