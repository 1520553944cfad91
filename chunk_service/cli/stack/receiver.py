"""A small receiver that plays the main service: takes notifications and shows what it got.

    POST /notifications   verified by Standard Webhooks, kept, answered 204; 401 if not genuine
    GET  /received        a JSON array of {"headers": {...}, "body": "<raw text>"}, oldest first

It keeps the newest notifications up to a fixed amount of memory.
"""

import collections
import dataclasses
import socket
import threading
import time
from typing import Self

import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.ports import LOOPBACK

_KEPT_BYTES = 64 * 1024**2
_BODY_BYTES = 256 * 1024
_START_SECONDS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Notification:
    """One that was genuine, as it came."""

    headers: dict[str, str]
    body: str

    @property
    def size_bytes(self) -> int:
        return len(self.body) + sum(len(name) + len(text) for name, text in self.headers.items())


class Inbox:
    """The newest notifications, oldest first."""

    def __init__(self, *, limit_bytes: int = _KEPT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._kept: collections.deque[Notification] = collections.deque()

    def add(self, notification: Notification) -> None:
        self._kept.append(notification)
        self._held_bytes += notification.size_bytes
        while self._held_bytes > self._limit_bytes:
            self._held_bytes -= self._kept.popleft().size_bytes

    def all(self) -> list[Notification]:
        return list(self._kept)


def receiver_app(webhook_secret: str) -> Starlette:
    """The two routes, on an empty inbox."""
    inbox = Inbox()
    webhook = Webhook(webhook_secret)

    async def take(request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > _BODY_BYTES:
                return Response(status_code=413)
        headers = dict(request.headers)
        try:
            webhook.verify(bytes(body), headers)
        except (WebhookVerificationError, ValueError) as refusal:
            return Response(str(refusal), status_code=401)
        inbox.add(Notification(headers, body.decode()))
        return Response(status_code=204)

    async def show(_: Request) -> Response:
        return JSONResponse([dataclasses.asdict(each) for each in inbox.all()])

    return Starlette(
        routes=[
            Route("/notifications", take, methods=["POST"]),
            Route("/received", show, methods=["GET"]),
        ]
    )


class Receiver:
    """The receiver, serving from a thread of this process; made by `start`."""

    def __init__(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        port: int = listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{port}"

    @classmethod
    def start(cls, *, webhook_secret: str, port: int) -> Self:
        """Returns once it answers."""
        listener = socket.create_server((LOOPBACK, port))
        config = uvicorn.Config(
            receiver_app(webhook_secret),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        receiver = cls(uvicorn.Server(config), listener)
        receiver._run()
        return receiver

    @property
    def callback_url(self) -> str:
        return f"{self.url}/notifications"

    def stop(self) -> None:
        """Ends the thread; what was received is gone."""
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise StackError("the receiver of notifications did not start")
            time.sleep(0.01)
