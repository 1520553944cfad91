"""What a receiver does to what it is sent: three of ten requests go wrong, in all its ways."""

import random
import threading
from dataclasses import dataclass, field

from tests.doubles.http import Answer
from tests.doubles.receiver import OK, Fault, Received, Reply

# Of a hundred requests; what is left is answered well.
_BAD: tuple[tuple[int, Reply], ...] = (
    (8, Answer(500, body=b"sorry")),
    (8, Answer(503, {"retry-after": "1"})),
    (5, Fault.RESET),
    (4, Fault.LOST),
    (5, Fault.HANG),
)
FAILS_OF_A_HUNDRED = sum(share for share, _ in _BAD)


@dataclass
class Weather:
    """`doomed` events are refused, whatever the dice say, until `amnesty`."""

    seed: int
    doomed: set[str]
    amnesty: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def decide(self, request: Received) -> Reply:
        if request.id in self.doomed and not self.amnesty.is_set():
            return Answer(500, body=b"never")
        rolled = self._dice.randrange(100)
        for share, reply in _BAD:
            if rolled < share:
                return reply
            rolled -= share
        return OK
