"""Where a download goes: a file that gets its name when it is whole, or a pipe. It all blocks."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chunk_service.client.digests import RunningChecksum
from chunk_service.client.errors import NotTheFile, Unreadable
from chunk_service.client.files import FileFacts
from chunk_service.domain.checksums import Algorithm

_PIECE_BYTES = 1024 * 1024


class Sink:
    """Takes a file's bytes in order, and says at the end whether they are the file."""

    def __init__(self, output: IO[bytes], facts: FileFacts) -> None:
        self.received_bytes = 0
        self._output = output
        self._facts = facts
        checksum = facts.checksum
        self._running = RunningChecksum(checksum.algorithm if checksum else Algorithm.CRC64NVME)

    def put(self, piece: bytes) -> None:
        self._note(piece)
        try:
            self._output.write(piece)
        except OSError as error:
            raise Unreadable(f"{self._facts.name} cannot be written: {error.strerror}") from error

    def take_up(self, existing: IO[bytes]) -> None:
        """What an earlier download left."""
        while piece := existing.read(_PIECE_BYTES):
            self._note(piece)

    def check(self) -> None:
        """Raises NotTheFile."""
        self._output.flush()
        if self.received_bytes != self._facts.size_bytes:
            raise NotTheFile(
                f"{self._facts.key} has {self._facts.size_bytes} bytes, not {self.received_bytes}"
            )
        if self._facts.checksum not in (None, self._running.checksum):
            raise NotTheFile(f"what arrived of {self._facts.key} does not have its checksum")

    def _note(self, piece: bytes) -> None:
        self._running.update(piece)
        self.received_bytes += len(piece)


@dataclass(frozen=True, slots=True)
class Target:
    """`may_replace`: an existing file of that name."""

    path: Path
    may_replace: bool = False

    @contextlib.contextmanager
    def filled(self, facts: FileFacts) -> Iterator[Sink]:
        """A sink whose file has the target's name once it is whole. Raises ClientError."""
        if self.path.exists() and not self.may_replace:
            raise Unreadable(f"{self.path} exists already")
        if self.path.exists() and not self.path.is_file():
            raise Unreadable(f"{self.path} is not a file, and is not replaced")
        part = _part_of(self.path, facts.key)
        try:
            with part.open("a+b") as output:
                sink = Sink(output, facts)
                output.seek(0)
                sink.take_up(output)
                yield sink
                sink.check()
                os.fsync(output.fileno())
            part.replace(self.path)
        except NotTheFile:
            part.unlink(missing_ok=True)
            raise
        except OSError as error:
            raise Unreadable(f"{self.path} cannot be written: {error.strerror}") from error


@contextlib.contextmanager
def piped(output: IO[bytes], facts: FileFacts) -> Iterator[Sink]:
    sink = Sink(output, facts)
    yield sink
    sink.check()


def _part_of(path: Path, key: str) -> Path:
    """Of this file only: another one's bytes must never be gone on with."""
    return path.with_name(f"{path.name}.{hashlib.sha256(key.encode()).hexdigest()[:8]}.part")
