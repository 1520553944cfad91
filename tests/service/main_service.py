"""The main service, played: it takes notifications, keeps them all, and refuses when told to."""

import base64
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from chunk_service.cli.stack.ports import LOOPBACK
from tests.service.waiting import until

SECRET = "whsec_" + base64.b64encode(b"a secret of two parties, 32 byte").decode()


@dataclass(frozen=True, slots=True)
class Notification:
    """`fault` is what the signature was found to be, when it came."""

    headers: dict[str, str]
    body: bytes
    answered: int
    fault: str | None

    def verified(self) -> dict[str, Any]:
        """The document, whose signature must have been right."""
        assert self.fault is None, self.fault
        return dict(json.loads(self.body))


class MainService:
    """`refusals` are the statuses of the next answers; when they are used up it is 204."""

    def __init__(self) -> None:
        self.got: list[Notification] = []
        self.refusals: deque[int] = deque()
        self.url = ""

    def of(self, upload_session_id: str) -> list[Notification]:
        wanted = upload_session_id.encode()
        return [each for each in self.got if wanted in each.body]

    async def told_of(self, upload_session_id: str, times: int = 1) -> list[Notification]:
        """Waits until there are that many notifications of the upload."""

        async def got() -> list[Notification]:
            return self.of(upload_session_id)

        return await until(got, lambda notifications: len(notifications) >= times)

    async def told(self, event_type: str, upload_session_id: str) -> Notification:
        """Waits for the first of this type; events of one file come in any order."""

        async def got() -> list[Notification]:
            return [
                each
                for each in self.of(upload_session_id)
                if json.loads(each.body)["type"] == event_type
            ]

        return (await until(got, len))[0]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        status = self.refusals.popleft() if self.refusals else 204
        self.got.append(Notification(headers, body, status, fault_of(headers, body)))
        return status


def fault_of(headers: dict[str, str], body: bytes) -> str | None:
    try:
        Webhook(SECRET).verify(body, headers)
    except WebhookVerificationError as error:
        return str(error)
    return None


@contextmanager
def playing_main_service() -> Iterator[MainService]:
    main_service = MainService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(main_service.take(headers, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        main_service.url = f"http://{LOOPBACK}:{server.server_port}/events"
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield main_service
        server.shutdown()
        serving.join()
