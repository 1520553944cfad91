"""A copy of the project in which a patch is put on, tests are run, and the patch is taken off."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

ROOT = Path(__file__).parents[2]
COPIED = ("chunk_service", "migrations", "tests", "docs", "pyproject.toml", "alembic.ini")
_FAILED = 1
_WHERE = "import chunk_service; print(chunk_service.__file__)"


class NotItselfError(Exception):
    """The copy is not what is tested, or a patch is for an older text."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`caught_by`: the first test that failed; None where all passed."""

    caught_by: str | None


@dataclass(frozen=True, slots=True)
class Workshop:
    folder: Path

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        with TemporaryDirectory(prefix="chunk-service-mutants-") as name:
            workshop = cls(Path(name))
            workshop._copy()
            yield workshop

    def _copy(self) -> None:
        leave_out = shutil.ignore_patterns("__pycache__")
        for name in COPIED:
            source, target = ROOT / name, self.folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=leave_out)
            else:
                shutil.copy2(source, target)
        found = self._python("-c", _WHERE).stdout.strip()
        if not Path(found).is_relative_to(self.folder):
            raise NotItselfError(f"tests would be of {found}")

    @contextmanager
    def mutated(self, patch: Path) -> Iterator[None]:
        self._apply(patch)
        try:
            yield
        finally:
            self._apply(patch, "--reverse")

    def _apply(self, patch: Path, *options: str) -> None:
        """git as a better `patch`: it says which lines it misses, and changes all files or none."""
        done = subprocess.run(
            ["git", "apply", "--verbose", *options, str(patch)],
            cwd=self.folder,
            env={**os.environ, "GIT_CEILING_DIRECTORIES": str(self.folder.parent)},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise NotItselfError(f"{patch.name}: {done.stderr.strip()}")

    def compiles(self) -> bool:
        return self._python("-m", "compileall", "-q", "chunk_service").returncode == 0

    def test(self, tests: Sequence[str]) -> Outcome:
        """Until the first failure. A run that never came to a verdict is an error."""
        done = self._python("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests)
        if done.returncode not in (0, _FAILED):
            raise NotItselfError(done.stdout[-2000:] + done.stderr[-2000:])
        if done.returncode == 0:
            return Outcome(None)
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return Outcome(failed[-1].split(" - ")[0] if failed else "?")

    def _python(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
