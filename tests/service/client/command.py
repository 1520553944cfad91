"""`chunk-service` as users start it: a process of its own with a state folder of the test's own."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.service.tokens import token

# What a command prints is the same on both stores, and starting one takes its time.
ON_ONE_STORE = pytest.mark.parametrize("store_server", ["seaweedfs"], indirect=True)

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    stdout: bytes
    stderr: str

    @property
    def document(self) -> Any:
        return json.loads(self.stdout)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]


@dataclass(frozen=True, slots=True)
class Command:
    """`home` is where it works and keeps its state."""

    url: str
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    async def run(self, *arguments: object, given: bytes = b"") -> Ended:
        return await asyncio.to_thread(self._run, arguments, given)

    @contextmanager
    def started(
        self, *arguments: object, stdin: int = subprocess.DEVNULL, stderr: int | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Killed at the latest at the end."""
        with subprocess.Popen(
            self._words(arguments),
            env=self._environment,
            cwd=self.home,
            stdin=stdin,
            stderr=stderr,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _run(self, arguments: tuple[object, ...], given: bytes) -> Ended:
        result = subprocess.run(
            self._words(arguments),
            env=self._environment,
            cwd=self.home,
            input=given,
            capture_output=True,
            timeout=60,
            check=False,
        )
        stderr = result.stderr.decode()
        assert "Traceback" not in stderr, stderr
        return Ended(result.returncode, result.stdout, stderr)

    @staticmethod
    def _words(arguments: tuple[object, ...]) -> list[str]:
        return [sys.executable, "-m", "chunk_service", *map(str, arguments)]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "HOME": str(self.home),
            "CHUNK_SERVICE_URL": self.url,
            "CHUNK_SERVICE_TOKEN": token("alice"),
            **self.settings,
        }
