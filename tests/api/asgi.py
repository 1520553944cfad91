"""Raw ASGI calls, for what an HTTP client library would never send."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message

HOST = (b"host", b"uploads.example.com")
BEARER = (b"authorization", b"Bearer good")


@dataclass
class Exchange:
    """What an application answered, and how many messages of the body it asked for."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    events: list[str] = field(default_factory=list)


@dataclass
class Call:
    method: str = "GET"
    path: str = "/health/live"
    headers: Sequence[tuple[bytes, bytes]] = (HOST,)
    http_version: str = "1.1"

    def scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": self.http_version,
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": list(self.headers),
        }


def piece(body: bytes = b"", *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


GONE: Message = {"type": "http.disconnect"}
SILENCE: Message = {"type": "silence"}


async def exchange(app: ASGIApp, call: Call, messages: Iterable[Message] = ()) -> Exchange:
    """Play `messages` to `app`; at SILENCE the client sends nothing more, ever."""
    script = list(messages) or [piece(more=False)]
    found = Exchange()

    async def receive() -> Message:
        message = script.pop(0) if script else GONE
        if message is SILENCE:
            script.insert(0, SILENCE)
            await asyncio.Event().wait()
        found.events.append("receive")
        return message

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            found.events.append("start")
            found.status = message["status"]
            found.headers = dict(message["headers"])
        else:
            found.events.append("more" if message.get("more_body") else "end")
            found.body += message.get("body", b"")

    await app(call.scope(), receive, send)
    return found
