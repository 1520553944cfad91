"""The folder of one development stack: who runs on it, and what it tells to scripts.

<root>/lock          held by the process that runs the stack
<root>/stack.json    addresses and keys, there only while everything answers
"""

import dataclasses
import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.facts import StackFacts
from chunk_service.cli.stack.secret_files import write_secret


@dataclasses.dataclass(frozen=True, slots=True)
class StackFolder:
    """`held` is its way in; paths of the parts hang below `root`."""

    root: Path

    @property
    def stack_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def _lock(self) -> Path:
        return self.root / "lock"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Alone on the folder. The kernel lets go of the lock of a process that died."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(self._already_running()) from None
            self.stack_file.unlink(missing_ok=True)
            yield

    @contextmanager
    def told(self, facts: StackFacts) -> Iterator[None]:
        """`stack.json` holds these facts inside the block, and is gone after it."""
        write_secret(self.stack_file, json.dumps(dataclasses.asdict(facts), indent=2) + "\n")
        try:
            yield
        finally:
            self.stack_file.unlink(missing_ok=True)

    def empty(self) -> None:
        """Remove everything but the lock; for who holds it."""
        for entry in self.root.iterdir():
            if entry == self._lock:
                continue
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _already_running(self) -> str:
        try:
            where = json.loads(self.stack_file.read_text())["base_url"]
        except (OSError, ValueError):
            return f"a stack is just starting or stopping on {self.root}"
        return f"a stack is already running on {self.root}: {where}"
