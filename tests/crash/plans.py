"""What the clients upload, and how: files of every shape, each a function of its seed alone."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate, pairwise

KIB = 1024
MIB = 1024 * KIB
ABANDONED_SECONDS = 600
_WHOLES = 0.25


class Ending(StrEnum):
    """What the client does when its chunks are there. `race`: abort and complete at once."""

    COMPLETE = "complete"
    COMPLETE_TWICE = "complete twice"
    ABORT = "abort"
    RACE = "race"
    ABANDON = "abandon"


_ENDINGS = {
    Ending.COMPLETE: 10,
    Ending.COMPLETE_TWICE: 5,
    Ending.ABORT: 2,
    Ending.RACE: 1,
    Ending.ABANDON: 1,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """`sizes` of the chunks in bytes; `order` in which they are sent, `parallel` at a time.

    A whole file comes in one request, and is one chunk for us.
    """

    seed: str
    sizes: Sequence[int]
    order: Sequence[int]
    members: dict[str, object]
    parallel: int
    ending: Ending
    is_whole: bool = False

    @property
    def name(self) -> str:
        return f"{self.seed}.bin"

    def content(self) -> bytes:
        return random.Random(self.seed).randbytes(sum(self.sizes))

    def chunks(self) -> list[bytes]:
        content = self.content()
        return [content[start:stop] for start, stop in pairwise(accumulate(self.sizes, initial=0))]

    def sha256(self) -> str:
        return sha256(self.content()).hexdigest()


def plan_of(seed: str) -> Plan:
    dice = random.Random(f"plan {seed}")
    if dice.random() < _WHOLES:
        return _whole(seed, dice)
    sizes, members = dice.choices((_tiny, _declared, _undeclared), (5, 4, 3))[0](dice)
    order = list(range(len(sizes)))
    if dice.random() < 0.6:
        dice.shuffle(order)
    if dice.random() < 0.5:
        members["total_size"] = sum(sizes)
    if dice.random() < 0.15:
        members["relay"] = "on_completion"
    ending = dice.choices(list(_ENDINGS), list(_ENDINGS.values()))[0]
    if ending is Ending.ABANDON:
        members["expires_in"] = ABANDONED_SECONDS
    return Plan(
        seed=seed,
        sizes=sizes,
        order=order,
        members=members,
        parallel=dice.choice((1, 2, 4)),
        ending=ending,
    )


def _whole(seed: str, dice: random.Random) -> Plan:
    """Small ones, which stay in memory, and some that do not."""
    size_bytes = 0
    if dice.random() > 0.1:
        size_bytes = dice.randint(1, dice.choice((40 * KIB, 40 * KIB, 600 * KIB)))
    return Plan(
        seed=seed,
        sizes=[size_bytes] if size_bytes else [],
        order=[],
        members={},
        parallel=1,
        ending=Ending.COMPLETE,
        is_whole=True,
    )


def _tiny(dice: random.Random) -> tuple[list[int], dict[str, object]]:
    """One PutObject; now and then an empty file."""
    if dice.random() < 0.1:
        return [0], {}
    return [dice.randint(1, 40 * KIB) for _ in range(dice.randint(1, 5))], {}


def _declared(dice: random.Random) -> tuple[list[int], dict[str, object]]:
    """Chunks that are parts, and chunks many of which make one."""
    chunk_size = dice.choice((5 * MIB, 5 * MIB, 8 * MIB, 1 * MIB + 1))
    total = dice.randint(1, 18 * MIB)
    full, rest = divmod(total, chunk_size)
    return [chunk_size] * full + [rest] * (rest > 0), {"chunk_size": chunk_size}


def _undeclared(dice: random.Random) -> tuple[list[int], dict[str, object]]:
    """Any lengths; where a chunk lies is known when all before it have come."""
    return [dice.randint(1, 3 * MIB) for _ in range(dice.randint(2, 9))], {}
