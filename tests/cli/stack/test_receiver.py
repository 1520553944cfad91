"""The receiver keeps what is genuine, in order, and no more than it may."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks import Webhook

from chunk_service.cli.stack.ports import free_port
from chunk_service.cli.stack.receiver import Inbox, Notification, Receiver

_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver.start(webhook_secret=_SECRET, port=free_port())
    yield receiver
    receiver.stop()


def _post(receiver: Receiver, body: bytes, *, signed: bytes) -> int:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(_SECRET).sign("msg_1", now, signed.decode()),
    }
    answer = httpx.post(receiver.callback_url, content=body, headers=headers, trust_env=False)
    return answer.status_code


def _bodies(receiver: Receiver) -> list[str]:
    received = httpx.get(f"{receiver.url}/received", trust_env=False).json()
    assert all("webhook-id" in entry["headers"] for entry in received)
    return [entry["body"] for entry in received]


def test_what_is_genuine_is_shown_as_it_came_oldest_first(receiver: Receiver) -> None:
    sent = [json.dumps({"number": number, "name": "Ä"}) for number in range(3)]
    for body in sent:
        assert _post(receiver, body.encode(), signed=body.encode()) == 204
    assert _bodies(receiver) == sent


@pytest.mark.parametrize("body", [b'{"forged": true}', b"\xff\xfe", b"{"])
def test_what_is_not_genuine_is_refused_and_not_kept(receiver: Receiver, body: bytes) -> None:
    before = _bodies(receiver)
    assert _post(receiver, body, signed=b"{}") == 401
    assert _bodies(receiver) == before


def test_a_body_without_end_is_cut_off(receiver: Receiver) -> None:
    assert _post(receiver, bytes(1024**2), signed=b"{}") == 413


def test_the_oldest_go_when_the_memory_is_used_up() -> None:
    inbox = Inbox(limit_bytes=25)
    for number in range(4):
        inbox.add(Notification({"a": "b"}, f"{number:08d}"))
    assert [kept.body for kept in inbox.all()] == ["00000002", "00000003"]
