"""The mutants: one thing each that the service must not do, and the tests that see it done.

A patch lies beside, by its name. Its tests are those that see it soonest; others may see it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PATCHES = Path(__file__).with_name("patches")


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    does: str
    tests: Sequence[str]

    @property
    def patch(self) -> Path:
        return PATCHES / f"{self.name}.patch"


MUTANTS = (
    Mutant(
        "no_folder_sync",
        "acknowledges a chunk whose name in the folder is not on the disk",
        ["tests/adapters/spool/test_writer_faults.py"],
    ),
    Mutant(
        "acknowledge_before_commit",
        "answers while the row of the chunk is still on its way",
        ["tests/service/doubt/test_bad_lines.py"],
    ),
    Mutant(
        "completing_left_without_proof",
        "calls an upload stored, or failed, without a look at the object",
        ["tests/service/doubt/test_lost_answers.py", "tests/service/doubt/test_refusals.py"],
    ),
    Mutant(
        "parts_listed_by_the_store",
        "completes from what the store lists instead of from its own rows",
        ["tests/service/doubt/test_forgotten_parts.py"],
    ),
    Mutant(
        "event_after_the_commit",
        "writes the event in a transaction of its own, behind that of the change",
        ["tests/adapters/postgres/test_ending.py"],
    ),
    Mutant(
        "etag_of_another_multipart_upload",
        "commits an ETag for whatever multipart upload the row names by then",
        ["tests/adapters/postgres/test_relaying.py", "tests/adapters/postgres/test_in_turn.py"],
    ),
    Mutant(
        "insert_then_count",
        "counts what covers a window from the rows that a statement sees",
        ["tests/adapters/postgres/test_at_once.py"],
    ),
    Mutant(
        "unlinked_by_the_loser",
        "removes the file that the row names where another attempt was first",
        ["tests/service/test_repeats.py"],
    ),
)
