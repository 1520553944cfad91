"""`python -m tests.crash.server serve|worker`: the real command, with failpoints in its wiring.

Nothing else differs, but that sweeps come sooner: a crash loop has no minute to spare for each.
CRASH_FOLDER and CRASH_PROCESS say where orders lie, and for whom.
"""

import os
from functools import partial
from pathlib import Path

from chunk_service import __main__, app
from chunk_service.wiring import processes
from chunk_service.worker import engine
from tests.crash.failpoints import Failpoints

FOLDER = "CRASH_FOLDER"
PROCESS = "CRASH_PROCESS"

_SWEEP_SECONDS = 5.0


def main() -> None:
    failpoints = Failpoints(Path(os.environ[FOLDER]), os.environ[PROCESS])
    opened = partial(processes.open_service, surround=failpoints.surround)
    for module in (app, processes):
        vars(module)["open_service"] = opened
    engine.SWEEP_SECONDS = _SWEEP_SECONDS
    __main__.main()


if __name__ == "__main__":
    main()
