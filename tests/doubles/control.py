"""The control port of a double that runs as a process: `POST /<name>` with JSON arguments.

What can be called is a table that the double hands in; the answer is JSON. For the crash loop and
for people with curl; tests in the same process call the methods themselves.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tests.doubles.http import Answer, Head, read_body, read_head, send
from tests.doubles.listener import Listener

Calls = Mapping[str, Callable[..., Any]]


def control_port_of(calls: Calls, *, port: int) -> Listener:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await read_head(reader)
            body = b"".join([piece async for piece in read_body(head, reader, writer)])
            await send(_answer(calls, head, body), head.method, writer)

    return Listener(serve, port=port)


def _answer(calls: Calls, head: Head, body: bytes) -> Answer:
    call = calls.get(head.path.strip("/"))
    if call is None:
        return _document(404, {"calls": sorted(calls)})
    try:
        return _document(200, call(**(json.loads(body) if body else {})))
    except (TypeError, ValueError, KeyError) as error:
        return _document(400, {"error": str(error)})


def _document(status: int, content: object) -> Answer:
    body = json.dumps(content, default=str).encode() + b"\n"
    return Answer(status, {"Content-Type": "application/json"}, body)


def run_as_process(calls: Calls, *, port: int, control_port: int) -> None:
    """Print both ports as one line of JSON, and take orders until killed."""

    async def work() -> None:
        control = control_port_of(calls, port=control_port)
        await control.open()
        sys.stdout.write(json.dumps({"port": port, "control_port": control.port}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work())
