"""The service as a real process on a port of its own, which tests kill and start again."""

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.service import start_service
from tests.service import tokens
from tests.service.deployment import Deployment

MIB = 1024 * 1024
MAX_FILE_BYTES = 1024 * MIB


@dataclass(slots=True)
class Site:
    deployment: Deployment
    folder: Path
    port: int = field(default_factory=free_port)
    service: Child | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def page_for(self, owner: str, **claims: str | int) -> str:
        """The page's address with a token of that owner."""
        return f"{self.url}/app#token={tokens.token(owner, **claims)}"

    def start(self, **changes: str | None) -> None:
        values = self.deployment.values(
            **{
                "host": LOOPBACK,
                "port": str(self.port),
                "max_file_size": str(MAX_FILE_BYTES),
                **changes,
            }
        )
        settings = {name.upper(): text for name, text in values.items()}
        self.service = start_service(settings, folder=self.folder)

    def kill(self) -> None:
        """As a crash would end it."""
        assert self.service is not None
        self.service.kill()

    def stop(self) -> None:
        if self.service is not None:
            self.service.stop()

    def asked(self, owner: str, path: str) -> Any:
        """What the service answers that owner."""
        headers = {"Authorization": f"Bearer {tokens.token(owner)}"}
        return httpx.get(f"{self.url}{path}", headers=headers, trust_env=False).json()

    def received(self, owner: str, upload_ids: Collection[str]) -> set[int]:
        """The numbers of the chunks that the owner's one upload has."""
        (upload_id,) = upload_ids
        found: set[int] = set()
        for text in self.asked(owner, f"/upload/{upload_id}")["data"]["received_chunks"]:
            first, _, last = text.partition("-")
            found.update(range(int(first), int(last or first) + 1))
        return found

    def digests_of(self, owner: str) -> list[str]:
        """SHA-256 of every object that the owner has in the store."""
        keys = [file["key"] for file in self.asked(owner, "/files")["files"]]
        return [sha256(self.deployment.bucket.read(key)).hexdigest() for key in keys]


def digest_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
