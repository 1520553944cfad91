"""The null S3 itself: a thread for each connection, and what it counted, as JSON under /-/figures.

Threads rather than a loop: they sleep in the kernel while it throws a body away, which costs less
than being told of every piece of it.
"""

import json
import os
import socket
import threading
import time
from collections import Counter
from contextlib import suppress

from benchmarks.null_s3.answers import Answer, answer, name_of
from benchmarks.null_s3.distance import Distance
from benchmarks.null_s3.memory import Memory
from benchmarks.null_s3.requests import Connection, Request

_REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 404: "Not Found"}


def serve(port: int, distance: Distance) -> None:
    """Never returns."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    distance.prepare(listener)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    server = _Server(distance)
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=server.converse, args=(sock,), daemon=True).start()


class _Server:
    def __init__(self, distance: Distance) -> None:
        self._distance = distance
        self._memory = Memory()
        self._requests: Counter[str] = Counter()
        self._received_bytes = 0
        self._counting = threading.Lock()

    def converse(self, sock: socket.socket) -> None:
        connection = Connection(sock, self._distance)
        self._distance.wait()
        with sock, suppress(ConnectionError):
            for request in connection.requests():
                connection.answer(_rendered(request, self._answer(request)))

    def _answer(self, request: Request) -> Answer:
        if request.method == "GET" and request.key == "figures":
            return Answer(200, self._figures())
        with self._counting:
            self._requests[name_of(request)] += 1
            self._received_bytes += request.size_bytes
        return answer(self._memory, request)

    def _figures(self) -> bytes:
        times = os.times()
        figures = {
            "cpu_seconds": times.user + times.system,
            "monotonic": time.monotonic(),
            "received_bytes": self._received_bytes,
            "requests": dict(self._requests),
            "appearances": list(self._memory.appearances),
        }
        return json.dumps(figures).encode()


def _rendered(request: Request, answered: Answer) -> bytes:
    headers = {"Content-Length": str(len(answered.body)), **answered.headers}
    if answered.status == 204:
        del headers["Content-Length"]
    lines = [f"HTTP/1.1 {answered.status} {_REASONS.get(answered.status, 'Error')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head if request.method == "HEAD" else head + answered.body
