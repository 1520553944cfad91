"""`make crash KILLS=200`: a run of the crash loop on a folder that goes, unless something broke."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.crash.loop import crash


def main() -> None:
    parser = argparse.ArgumentParser(prog="crash")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="chunk-service-crash-"))
    console.print(f"{options.kills} faults by seed {options.seed}, in {folder}")
    report = asyncio.run(crash(folder, kills=options.kills, seed=options.seed))
    report.show(console)
    if report.findings:
        console.print(f"Logs and data are kept in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
