"""Uploads under way, remembered in the platform's folder for state, so that they can go on.

What the service has is asked of the service; here is only which upload belongs to which file, and
what the file looked like. Never a token, and never anything beside the user's files. Whatever
cannot be read is taken as not there: the upload begins anew.
"""

import contextlib
import dataclasses
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import platformdirs

from chunk_service.client.sources import Fingerprint

# The service ends an upload after six days, by default.
_KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class SavedUpload:
    """`upload_session_id` is None until the service has answered that it began."""

    path: str
    fingerprint: Fingerprint
    declared: dict[str, Any]
    idempotency_key: str
    upload_session_id: str | None = None

    def begun(self, upload_session_id: str) -> Self:
        return dataclasses.replace(self, upload_session_id=upload_session_id)


def default_folder() -> Path:
    return platformdirs.user_state_path("chunk-service", appauthor=False) / "uploads"


class Memory:
    """The uploads to one service. All of it blocks, for as long as a small file takes."""

    def __init__(self, folder: Path, service_url: str) -> None:
        self._folder = folder
        self._service_url = service_url

    def slot(self, path: Path, wish: object) -> "Slot":
        """Where the upload of that file is kept; what is wished otherwise is another upload."""
        named = json.dumps([self._service_url, str(path.resolve()), repr(wish)])
        return Slot(self._folder / f"{hashlib.sha256(named.encode()).hexdigest()}.json")

    def prune(self) -> None:
        """Forget what no service can know any more."""
        before = time.time() - _KEPT_SECONDS
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()


@dataclass(frozen=True, slots=True)
class Slot:
    file: Path

    def recall(self) -> SavedUpload | None:
        try:
            members = json.loads(self.file.read_bytes())
            fingerprint = Fingerprint(**members.pop("fingerprint"))
            return SavedUpload(fingerprint=fingerprint, **members)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def keep(self, saved: SavedUpload) -> None:
        """On the disk when it returns, whole, and only for this user to read."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(json.dumps(dataclasses.asdict(saved)).encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.file)
        _sync(self.file.parent)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
