"""A TCP proxy that does to its connections what networks do: for Postgres, S3 and HTTP alike.

It knows nothing of what it carries. As a process it takes its orders by a control port, as JSON:
`python -m tests.doubles.fault_proxy --to 127.0.0.1:5432`, then `curl -d '{"seconds": 1}'
http://127.0.0.1:<control>/delay`.
"""

import argparse
from typing import Self

from tests.doubles.control import Calls, run_as_process
from tests.doubles.listener import LOOPBACK
from tests.doubles.loop_thread import LoopThread
from tests.doubles.tcp_relay import Direction, Ending, Relay, Trap


class FaultProxy:
    """Made by `start`; in a thread of its own, and transparent until told otherwise."""

    def __init__(self, relay: Relay, thread: LoopThread) -> None:
        self._relay = relay
        self._thread = thread

    @classmethod
    def start(cls, host: str, port: int, *, listen_on: int = 0) -> Self:
        thread = LoopThread("fault-proxy")
        relay = thread.call(Relay, (host, port), port=listen_on)
        thread.run(relay.listener.open())
        return cls(relay, thread)

    def stop(self) -> None:
        self._thread.stop(self._relay.listener.close)

    @property
    def host(self) -> str:
        return LOOPBACK

    @property
    def port(self) -> int:
        return self._relay.listener.port

    @property
    def connections(self) -> int:
        return self._relay.listener.connections

    def carried_bytes(self, direction: Direction) -> int:
        return self._relay.carried_bytes[direction]

    def heal(self) -> None:
        """Transparent again, for old connections (as far as they live) and new ones."""
        self._thread.run(self._relay.heal())

    def delay(self, seconds: float) -> None:
        """Each run of bytes, in both directions."""

        def set_latency() -> None:
            self._relay.latency_seconds = seconds

        self._thread.call(set_latency)

    def black_hole(self) -> None:
        """Connections are accepted and stay; no byte goes either way, until healed."""
        self._thread.call(self._relay.flows.clear)

    def refuse(self) -> None:
        """Reset what is connected; new connections are refused by the kernel."""
        self._thread.run(self._relay.listener.close())

    def reset(self) -> None:
        """Reset what is connected; new connections are welcome."""
        self._thread.run(self._relay.listener.reset_all())

    def drop(self, direction: Direction) -> None:
        """Take the bytes of this direction and pass none on, until healed."""
        self._thread.call(self._relay.drops.add, direction)

    def trap(self, direction: Direction, *, after_bytes: int, ending: Ending) -> None:
        """Once, when that many more bytes have passed: reset, close, or flip a bit of the next."""
        self._thread.call(self._relay.traps.__setitem__, direction, Trap(after_bytes, ending))


def main() -> None:
    parser = argparse.ArgumentParser(prog="fault_proxy")
    parser.add_argument("--to", required=True, help="host:port of the server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    options = parser.parse_args()
    host, _, port = options.to.rpartition(":")
    proxy = FaultProxy.start(host, int(port), listen_on=options.port)
    calls: Calls = {
        "black_hole": proxy.black_hole,
        "delay": proxy.delay,
        "drop": lambda direction: proxy.drop(Direction(direction)),
        "heal": proxy.heal,
        "refuse": proxy.refuse,
        "reset": proxy.reset,
        "trap": lambda direction, after_bytes, ending: proxy.trap(
            Direction(direction), after_bytes=after_bytes, ending=Ending(ending)
        ),
    }
    run_as_process(calls, port=proxy.port, control_port=options.control_port)


if __name__ == "__main__":
    main()
