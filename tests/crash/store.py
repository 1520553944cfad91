"""The strict S3 double as a process of its own, by its control port."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from chunk_service.cli.stack.child import Child
from tests.doubles.listener import LOOPBACK

BUCKET = "crash"


@dataclass(frozen=True, slots=True)
class Store:
    """Made by `start`, which blocks."""

    child: Child
    endpoint_url: str
    control: httpx.AsyncClient

    @classmethod
    def start(cls, folder: Path) -> Self:
        log = folder / "s3.log"
        program = [sys.executable, "-m", "tests.doubles.s3"]
        options = ["--bucket", BUCKET, "--folder", str(folder / "objects")]
        child = Child("the S3 double", [*program, *options], log=log, cwd=Path(__file__).parents[2])
        child.wait_until(lambda: log.read_text().endswith("}\n"))
        ports = json.loads(log.read_text())
        control = httpx.AsyncClient(
            base_url=f"http://{LOOPBACK}:{ports['control_port']}", timeout=120, trust_env=False
        )
        return cls(child, f"http://{LOOPBACK}:{ports['port']}", control)

    async def order(self, name: str, **arguments: object) -> Any:
        answer = await self.control.post(f"/{name}", json=arguments)
        return answer.raise_for_status().json()

    async def objects(self) -> dict[str, dict[str, Any]]:
        """By key: `sha256` of the bytes, and how often an object was `created` there."""
        return dict(await self.order("objects", bucket=BUCKET))

    async def open_multiparts(self) -> list[str]:
        """The keys that a multipart upload is open for."""
        return [key for key, _ in await self.order("multiparts", bucket=BUCKET)]

    async def close(self) -> None:
        await self.control.aclose()
