"""`make storm EVENTS=1000`: a storm on parts of its own, in a folder that goes unless it fails."""

import argparse
import asyncio
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from chunk_service.cli import migrations
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from chunk_service.cli.stack.seaweedfs import EmbeddedSeaweedFS
from tests.events.storm import Plan, storm
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.deployment import Deployment
from tests.service.main_service import playing_main_service

_DOOMED_SHARE = 0.02
_KEY = "storm-storm-storm"


@contextmanager
def deployed(folder: Path) -> Iterator[Deployment]:
    postgres = EmbeddedPostgres.start(folder / "postgres")
    seaweedfs = EmbeddedSeaweedFS.start(folder / "seaweedfs", access_key=_KEY, secret_key=_KEY)
    try:
        migrations.upgrade(postgres.url())
        bucket = Bucket.made(StoreServer(seaweedfs.endpoint_url, _KEY, _KEY), "storm")
        with playing_main_service() as main_service:
            yield Deployment(postgres.url(), folder / "spool", bucket, main_service)
    finally:
        seaweedfs.kill()
        postgres.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="storm")
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    plan = Plan(options.events, doomed=round(options.events * _DOOMED_SHARE), seed=options.seed)
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="chunk-service-storm-"))
    console.print(f"{plan.completions} events by seed {plan.seed}, in {folder}")
    with deployed(folder) as deployment:
        figures = asyncio.run(storm(plan, deployment, folder))
    console.print(figures.table())
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
