"""The server's protocol for HTTP/1.1: uvicorn's, with the limits that it does not have itself on
connections, on the time and size of a request's head, and on what frames a body.

How a connection ends is in `connection_ends.py`. Bodies have their deadlines in `bodies.py`: only
whoever reads a body knows how long we waited for it.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.server import ServerState

from chunk_service.api import bare_answers
from chunk_service.api.arriving import ArrivingBody
from chunk_service.api.body_buffers import BUFFERS_KEY, BodyBuffers
from chunk_service.api.connection_ends import EndingProtocol
from chunk_service.api.connection_limits import FRAMING_PER_BODY_BYTE, MAX_HEADERS, MAX_PIPELINED
from chunk_service.api.filling import LEAST_FILLED_BYTES, Filling
from chunk_service.api.problems import Problem
from chunk_service.api.timer import Timer
from chunk_service.domain.uploads import Piece

_BODY_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class _Refused(Exception):
    pass


class ServerProtocol(EndingProtocol):
    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_timer = Timer(self.loop, self._end_late_head)
        self._arriving: ArrivingBody | None = None
        # What is left of a body whose end is known, so that the parser need not look for it.
        self._left_bytes = 0
        self._is_filling = False
        self._buffers: BodyBuffers = app_state[BUFFERS_KEY]
        self._fault: Problem | None = None
        self._in_head = False
        self._is_resuming = False
        self._framing_bytes = 0
        # Of the piece at hand: what belonged to heads and bodies, and whether a message ended.
        self._head_bytes = 0
        self._body_bytes = 0
        self._has_ended = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.max_connections:
            self.turn_away(bare_answers.TOO_MANY)
        else:
            self._head_timer.start(self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._head_timer.cancel()

    def data_received(self, data: Piece) -> None:
        if self.is_refused:
            return
        self._unset_keepalive_if_required()
        if self.working is None and not self._head_timer.is_running:
            self._head_timer.start(self.limits.head_seconds)
        if self._left_bytes:
            data = self._take_directly(data)
        if data:
            self._head_bytes, self._body_bytes, self._has_ended = 0, 0, False
            self._parse(data)
            self._count_framing(len(data))
        if self._left_bytes >= LEAST_FILLED_BYTES and not self._is_filling:
            self._fill()

    def _take_directly(self, data: Piece) -> Piece:
        """Hand on what belongs to the body; give what is behind it, for a parser that is new."""
        assert self._arriving is not None
        piece = data[: self._left_bytes]
        self._left_bytes -= len(piece)
        self._arriving.add(piece)
        if not self._left_bytes:
            self.parser = self._new_parser()
            super().on_message_complete()
        return data[len(piece) :]

    def _fill(self) -> None:
        self._is_filling = True
        self._read_by(Filling(self, self._left_bytes, buffers=self._buffers, loop=self.loop))

    def body_filled(self) -> None:
        self._is_filling = False
        self._read_by(self)

    def _read_by(self, protocol: asyncio.BaseProtocol) -> None:
        """A transport asks how its protocol wants to be called only where it begins to read."""
        self.transport.set_protocol(protocol)
        if not self.flow.read_paused:
            self.transport.pause_reading()
            self.transport.resume_reading()

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """A client may close its side behind its requests, and still gets its answers."""
        if not self.is_refused:
            if self._is_amid_request:
                self.refuse(bare_answers.CUT_OFF)
            else:
                self.end_after_last()
        return self.working is not None

    @property
    def _is_amid_request(self) -> bool:
        if self.working is None:
            return self._in_head or self._framing_bytes > 0
        return self.cycle.more_body

    def _parse(self, data: Piece) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._resume()
            self._parse(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._head_timer.cancel()
            self.refuse(self._fault or bare_answers.NOT_HTTP)

    def _resume(self) -> None:
        """We upgrade to nothing (RFC 9110, 7.8), but the parser leaves us behind the head of who
        asked: a fresh one is told what body follows, and goes on from there.
        """
        framing = [name + b": " + value for name, value in self.headers if name in _BODY_FRAMING]
        self.parser = self._new_parser()
        self._is_resuming = True
        self._parse(b"\r\n".join([b"POST / HTTP/1.1", *framing, b"", b""]))
        self._is_resuming = False

    def _new_parser(self) -> httptools.HttpRequestParser:
        parser = httptools.HttpRequestParser(self)
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return parser

    def _count_framing(self, size_bytes: int) -> None:
        """The parser holds what is not a body, or we pass it over: both are bounded."""
        earned = self._head_bytes + (1 + FRAMING_PER_BODY_BYTE) * self._body_bytes
        before = 0 if self._head_bytes else self._framing_bytes
        self._framing_bytes = 0 if self._has_ended else max(0, before + size_bytes - earned)
        if self._framing_bytes > self.limits.max_head_bytes and not self.is_refused:
            is_body = self.working is not None and not self._in_head
            self.refuse(bare_answers.OUT_OF_PROPORTION if is_body else bare_answers.LARGE_HEAD)

    def _end_late_head(self) -> None:
        if self._is_amid_request:
            self.refuse(bare_answers.LATE_HEAD)
        else:
            self.transport.close()

    def on_message_begin(self) -> None:
        if not self._is_resuming:
            super().on_message_begin()
            self._in_head = True

    def on_url(self, url: bytes) -> None:
        if self._in_head:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers would come after all checks, so nobody gets to see them."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._is_resuming:
            return
        self._in_head = False
        self._head_timer.cancel()
        self._check_head()
        super().on_headers_complete()
        self._arriving = ArrivingBody(self.cycle, self.flow)
        self._arriving.offer_in(cast("MutableMapping[str, Any]", self.scope))
        self._left_bytes = self._declared_bytes()

    def _check_head(self) -> None:
        size_bytes = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size_bytes > self.limits.max_head_bytes or len(self.headers) > MAX_HEADERS:
            self._fault = bare_answers.LARGE_HEAD
            raise _Refused
        self._head_bytes += size_bytes
        if len(self.pipeline) >= MAX_PIPELINED:
            raise _Refused

    def _declared_bytes(self) -> int:
        """0 where the parser must find the body's end."""
        framing = [(name, value) for name, value in self.headers if name in _BODY_FRAMING]
        return int(framing[0][1]) if [name for name, _ in framing] == [b"content-length"] else 0

    def on_body(self, body: bytes) -> None:
        assert self._arriving is not None
        self._body_bytes += len(body)
        self._left_bytes = max(0, self._left_bytes - len(body))
        self._arriving.add(body)

    def on_message_complete(self) -> None:
        self._has_ended = True
        if not self.parser.should_upgrade():
            super().on_message_complete()
