"""What the clients send: one prepared file that stands for files of any size, over and over.

It stays in the page cache, so sending costs one copy in the kernel; digests are known beforehand,
so that no contestant waits for its client to hash.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from chunk_service.client.digests import RunningChecksum
from chunk_service.domain.checksums import Algorithm, Checksum

DIGESTS = (Algorithm.CRC64NVME, Algorithm.SHA256)
PREPARED_BYTES = 64 * 1024**2
_PACED_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the file that is played."""

    offset: int
    size_bytes: int


class Progress:
    """How much was sent so far, by all connections."""

    def __init__(self) -> None:
        self.sent_bytes = 0
        self._adding = threading.Lock()

    def add(self, size_bytes: int) -> None:
        with self._adding:
            self.sent_bytes += size_bytes


@dataclass(frozen=True, slots=True)
class Source:
    fd: int
    progress: Progress = field(default_factory=Progress)

    def send(self, sock: socket.socket, span: Span, bytes_per_second: float = 0) -> None:
        """`bytes_per_second` 0: as fast as it goes."""
        began, sent = time.monotonic(), 0
        while sent < span.size_bytes:
            place = (span.offset + sent) % PREPARED_BYTES
            most = min(span.size_bytes - sent, PREPARED_BYTES - place)
            if bytes_per_second:
                most = min(most, _PACED_BYTES)
                time.sleep(max(0.0, began + sent / bytes_per_second - time.monotonic()))
            gone = os.sendfile(sock.fileno(), self.fd, place, most)
            self.progress.add(gone)
            sent += gone

    def checksum(self, span: Span, algorithm: Algorithm) -> Checksum:
        return _checksum(self.fd, span.offset % PREPARED_BYTES, span.size_bytes, algorithm)

    def prepare_checksums(self, *, size_bytes: int, chunk_bytes: int) -> None:
        for span in spans(size_bytes, chunk_bytes):
            for algorithm in DIGESTS:
                self.checksum(span, algorithm)


@cache
def _checksum(fd: int, place: int, size_bytes: int, algorithm: Algorithm) -> Checksum:
    running = RunningChecksum(algorithm)
    left = size_bytes
    while left:
        data = os.pread(fd, min(left, PREPARED_BYTES - place, 2**20), place)
        running.update(data)
        left, place = left - len(data), (place + len(data)) % PREPARED_BYTES
    return running.checksum


@contextmanager
def prepared(folder: Path) -> Iterator[Source]:
    path = folder / "prepared"
    path.write_bytes(os.urandom(PREPARED_BYTES))
    fd = os.open(path, os.O_RDONLY)
    try:
        yield Source(fd)
    finally:
        os.close(fd)
        path.unlink()


def spans(size_bytes: int, chunk_bytes: int) -> Iterator[Span]:
    for offset in range(0, size_bytes, chunk_bytes):
        yield Span(offset, min(chunk_bytes, size_bytes - offset))
