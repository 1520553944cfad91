"""Uvicorn's protocol with ends for its connections: refused ones, and those that are not read.

A refusal is a problem document wherever no other answer would be torn by it, and the client gets a
while to read it: closing on unread bytes would reset the connection (RFC 9112, 9.6). What makes a
request refused is decided in `server_protocol.py`.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from chunk_service.api.bare_answers import bare_answer
from chunk_service.api.connection_limits import (
    LEAST_READ_BYTES,
    LINGER_SECONDS,
    STATE_KEY,
    WATCH_KEY,
    ConnectionLimits,
    ConnectionWatch,
)
from chunk_service.api.cross_origin import cross_origin_headers
from chunk_service.api.joined_answer import JoinedAnswer
from chunk_service.api.problems import Problem
from chunk_service.api.timer import Timer


class EndingProtocol(HttpToolsProtocol):
    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.limits: ConnectionLimits = app_state[STATE_KEY]
        self.watch: ConnectionWatch = app_state[WATCH_KEY]
        self.timeout_keep_alive = self.limits.idle_seconds
        self.is_refused = False
        self._answered: RequestResponseCycle | None = None
        self._answer: JoinedAnswer | None = None
        self._unsent_bytes = 0
        self._send_timer = Timer(self.loop, self._end_unread)
        self._linger_timer = Timer(self.loop, self._close)

    @property
    def working(self) -> RequestResponseCycle | None:
        """The request that is being answered; later ones wait in the pipeline."""
        cycle = self._answered
        return None if cycle is None or cycle.response_complete or cycle.disconnected else cycle

    def refuse(self, problem: Problem) -> None:
        """Read no more requests. Those that came whole are answered first; else this is told."""
        self.is_refused = True
        self._unset_keepalive_if_required()
        working = self.working
        if working is None:
            self._tell(problem)
        elif working.more_body:
            self._give_up(working, problem)
        else:
            if self.cycle.more_body:
                self.pipeline.popleft()
            self.end_after_last()

    def end_after_last(self) -> None:
        last = self.pipeline[0][0] if self.pipeline else self.working
        if last is not None:
            last.keep_alive = False

    def turn_away(self, problem: Problem) -> None:
        """Tell it and close, without a wait for whoever still sends."""
        self.is_refused = True
        self._write(problem)
        self.transport.close()

    def _give_up(self, working: RequestResponseCycle, problem: Problem) -> None:
        """The body that is being read can't be read on; its reader is told that it ended."""
        working.disconnected = True
        working.message_event.set()
        if working.response_started:
            self._close()
        else:
            self._tell(problem)

    def _tell(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._write(problem)
        self.transport.write_eof()
        self._linger_timer.start(LINGER_SECONDS)

    def _write(self, problem: Problem) -> None:
        """What came of the request's head says who may read it; before a request there is none."""
        self.watch.refused(problem.status)
        readers = cross_origin_headers(self.limits.origins, self.headers or ())
        headers = [*self.server_state.default_headers, *readers]
        self.transport.write(bare_answer(problem, headers))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.watch.opened()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.watch.closed()
        self._unset_keepalive_if_required()
        self._send_timer.cancel()
        self._linger_timer.cancel()

    def on_response_complete(self) -> None:
        """Nothing is written before the head of an answer that has no body."""
        if self._answer is not None:
            self._answer.send_held()
        super().on_response_complete()
        if self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._watch_reading()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """Little is unsent; where the connection closes, somebody must still see to its end."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._send_timer.cancel()

    def _watch_reading(self) -> None:
        self._unsent_bytes = self.transport.get_write_buffer_size()
        self._send_timer.start(self.limits.send_seconds)

    def _end_unread(self) -> None:
        """Nothing is written meanwhile, so what is unsent only becomes less."""
        read_bytes = self._unsent_bytes - self.transport.get_write_buffer_size()
        if read_bytes < LEAST_READ_BYTES:
            self._abort()
        else:
            self._watch_reading()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        cycle.transport = self._answer = JoinedAnswer(self.transport, self.loop)
        super()._start_asgi_task(cycle, app)

    def _close(self) -> None:
        """What the client did not take by now it never gets."""
        if self.transport.get_write_buffer_size():
            self._abort()
        else:
            self.transport.close()

    def _abort(self) -> None:
        self.transport.abort()
