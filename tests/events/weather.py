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


@dataclass
class Weather:
    """The first `most_doomed` events are refused, whatever the dice say, until `amnesty`."""

    dice: random.Random
    most_doomed: int
    doomed: set[str] = field(default_factory=set)
    amnesty: threading.Event = field(default_factory=threading.Event)

    def decide(self, request: Received) -> Reply:
        if len(self.doomed) < self.most_doomed:
            self.doomed.add(request.id)
        if request.id in self.doomed and not self.amnesty.is_set():
            return Answer(500, body=b"never")
        rolled = self.dice.randrange(100)
        for share, reply in _BAD:
            if rolled < share:
                return reply
            rolled -= share
        return OK
