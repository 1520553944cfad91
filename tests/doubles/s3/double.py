"""The strict S3 double: an HTTP server in a thread of its own, and what a test may do to it.

Strict where real stores are lax: digests, part order and sizes, NoSuchUpload. It keeps count of
what was asked and created, and has faults by script. Signatures must be there and are not checked.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tests.doubles.listener import LOOPBACK
from tests.doubles.loop_thread import LoopThread
from tests.doubles.s3 import tampering
from tests.doubles.s3.blobs import Shelf, read_run
from tests.doubles.s3.faults import Fault, Rule
from tests.doubles.s3.ledger import Ledger
from tests.doubles.s3.records import Bucket, Holdings, Multipart
from tests.doubles.s3.server import Server


class S3Double:
    """Made by `start`; it has no bucket but those named."""

    def __init__(self, server: Server, thread: LoopThread) -> None:
        self._server = server
        self._thread = thread

    @classmethod
    def start(
        cls,
        *,
        buckets: Iterable[str] = (),
        folder: Path | None = None,
        keeps_bytes: bool = True,
        access_key: str | None = None,
        port: int = 0,
    ) -> Self:
        """Bytes go to `folder`, else into memory; `access_key` None takes any."""
        thread = LoopThread("s3-double")
        holdings = Holdings(Shelf(folder, keeps=keeps_bytes))
        holdings.buckets.update({name: Bucket() for name in buckets})
        server = thread.call(Server, holdings, access_key, port)
        thread.run(server.listener.open())
        return cls(server, thread)

    def stop(self) -> None:
        self._thread.stop(self._server.listener.close)

    @property
    def port(self) -> int:
        return self._server.listener.port

    @property
    def endpoint_url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def ledger(self) -> Ledger:
        return self._server.ledger

    def fail(
        self,
        operation: str,
        fault: Fault,
        *,
        key: str = "*",
        skip: int = 0,
        times: int | None = 1,
    ) -> Rule:
        """Spoil requests of the operation (a glob) for keys of the glob; see `faults.Rule`."""
        rule = Rule(fault, operation, key, skip, times)
        self._thread.call(self._server.rules.append, rule)
        return rule

    def heal(self) -> None:
        """No rule any more, and reachable."""
        self._thread.call(self._server.rules.clear)
        self._thread.run(self._server.come_back())

    def refuse_connections(self) -> None:
        self._thread.run(self._server.refuse())

    def fall_silent(self) -> None:
        self._thread.run(self._server.fall_silent())

    def land(self) -> int:
        """Carry out what was taken in to land late; the number of requests."""

        def land_all() -> int:
            late = list(self._server.late)
            self._server.late.clear()
            for apply in late:
                apply()
            return len(late)

        return self._thread.call(land_all)

    def add_bucket(self, name: str, *, least_part_bytes: int | None = None) -> None:
        """Parts in miniature where a least size other than that of S3 is given."""
        bucket = Bucket() if least_part_bytes is None else Bucket(least_part_bytes)
        self._thread.call(self._server.holdings.buckets.setdefault, name, bucket)

    def remove_bucket(self, name: str) -> None:
        """With all that is in it."""
        self._thread.call(self._server.holdings.buckets.pop, name)

    def content(self, bucket: str, key: str) -> bytes | None:
        """The object's bytes; None where there is none."""
        found = self._thread.call(self._bucket(bucket).objects.get, key)
        return None if found is None else b"".join(read_run(found.blobs, 0, found.size_bytes))

    def keys(self, bucket: str) -> list[str]:
        return self._thread.call(sorted, self._bucket(bucket).objects)

    def multiparts(self, bucket: str) -> list[Multipart]:
        return self._thread.call(list, self._bucket(bucket).multiparts.values())

    def forget_multiparts(self, bucket: str, key: str) -> int:
        return self._thread.call(tampering.forget_multiparts, self._server.holdings, bucket, key)

    def change_etag(self, multipart: Multipart, number: int) -> str:
        return self._thread.call(tampering.change_etag, multipart, number)

    def lose_part(self, multipart: Multipart, number: int) -> None:
        self._thread.call(tampering.lose_part, multipart, number)

    def flip_part(self, multipart: Multipart, number: int) -> None:
        self._thread.call(tampering.flip_part, multipart, number)

    def put_foreign(self, bucket: str, key: str, data: bytes) -> None:
        self._thread.call(tampering.put_foreign, self._server.holdings, bucket, key, data)

    def _bucket(self, name: str) -> Bucket:
        return self._server.holdings.bucket(name)
