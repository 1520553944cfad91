"""What may go wrong in the next calls, as values: of process, database, power, store and disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hypothesis import strategies as st

from tests.doubles.s3 import faults
from tests.machine.steps import Ahead, Failing
from tests.machine.world import World

STORE_FAULTS: Mapping[str, faults.Fault] = {
    "done, answer lost": faults.lose_answer,
    "done, answer cut": faults.cut_answer,
    "not done, reset": faults.reset_before,
    "slow down": faults.answering("SlowDown"),
    "credentials refused": faults.answering("InvalidAccessKeyId"),
    "done, error inside a 200": faults.error_inside_success(done=True),
    "not done, error inside a 200": faults.error_inside_success(done=False),
    "reset, done later": faults.landing_late(),
}
OPERATIONS = (
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "PutObject",
    "HeadObject",
    "ListParts",
)


class Trouble(Protocol):
    def strike(self, world: World, at: int) -> None: ...


@dataclass(frozen=True, slots=True)
class OfAStep:
    """The instance fails at a step soon; a power cut takes the other one along."""

    failing: Failing
    steps: int
    is_power_cut: bool

    def strike(self, world: World, at: int) -> None:
        instance = world.at(at)
        instance.steps.ahead = Ahead(self.failing, self.steps)
        world.power_fails_too = self.is_power_cut and self.failing.is_death


@dataclass(frozen=True, slots=True)
class OfTheStore:
    operation: str
    fault: str

    def strike(self, world: World, at: int) -> None:
        world.double.fail(self.operation, STORE_FAULTS[self.fault])


@dataclass(frozen=True, slots=True)
class OfTheDisk:
    room_bytes: int | None
    fails_to_sync: bool

    def strike(self, world: World, at: int) -> None:
        world.disk.room_bytes = self.room_bytes
        world.disk.fails_to_sync = self.fails_to_sync


troubles = st.one_of(
    st.builds(OfAStep, st.sampled_from(Failing), st.integers(0, 12), st.booleans()),
    st.builds(OfTheStore, st.sampled_from(OPERATIONS), st.sampled_from(list(STORE_FAULTS))),
    st.builds(OfTheDisk, st.none() | st.integers(0, 40), st.booleans()),
)
