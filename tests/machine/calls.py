"""What a client calls by itself, and what is let loose together, by their names."""

from collections.abc import Callable, Mapping, Sequence

from tests.machine.acts import Abort, Act, Complete, Look, SendChunk
from tests.machine.model import Known
from tests.machine.verdicts import Claiming, Sending

Calls = Callable[[Known, int, int], Sequence[Act]]


def all_chunks(known: Known, _index: int, at: int) -> Sequence[Act]:
    return [SendChunk(known, each, (at + each) % 2) for each in range(len(known.chunks))]


def _sending(sending: Sending) -> Calls:
    return lambda known, index, at: [SendChunk(known, index, at, sending)]


def _claiming(claiming: Claiming) -> Calls:
    return lambda known, _, at: [Complete(known, at, claiming)]


def _other_bytes(known: Known, index: int, at: int) -> Sequence[Act]:
    """Only of a chunk that is recorded: else they would be the first."""
    return [SendChunk(known, index, at, Sending.OTHER)] if index in known.acknowledged else []


SINGLES: Mapping[str, Calls] = {
    "send a chunk": _sending(Sending.RIGHT),
    "complete": _claiming(Claiming.RIGHT),
    "look": lambda known, _, at: [Look(known, at)],
    "abort": lambda known, _, at: [Abort(known, at)],
    "send other bytes": _other_bytes,
    "send half a chunk": _sending(Sending.TRUNCATED),
    "send by a wrong digest": _sending(Sending.MISNAMED),
    "complete with a chunk more": _claiming(Claiming.MORE),
    "complete with a byte more": _claiming(Claiming.LARGER),
    "complete by another checksum": _claiming(Claiming.DIFFERENT),
}
RACES: Mapping[str, Calls] = {
    "complete": lambda known, _, at: [Complete(known, at), Complete(known, 1 - at)],
    "complete and look": lambda known, _, at: [Complete(known, at), Look(known, 1 - at)],
    "send a chunk twice": lambda known, index, at: [
        SendChunk(known, index, at),
        SendChunk(known, index, 1 - at),
    ],
    "send a chunk and complete": lambda known, index, at: [
        SendChunk(known, index, at),
        Complete(known, 1 - at),
    ],
    "send all and abort": lambda known, index, at: [
        *all_chunks(known, index, at),
        Abort(known, 1 - at),
    ],
}
