"""While a file is held nobody deletes it, whoever read it before; releasing undoes that."""

import pytest

from chunk_service.adapters.postgres.holding import HoldingRows
from tests.adapters.postgres.test_deleting import mark, stored
from tests.adapters.postgres.turns import in_file_turn
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.sql import text


async def test_a_held_file_cannot_be_marked_deleted_until_it_is_released(rows: Rows) -> None:
    holding = HoldingRows(rows.database)
    file = await stored(rows)
    held = await holding.hold(file.key)
    assert held is not None
    assert held.legal_hold
    assert not await mark(rows, held)
    assert not await mark(rows, file)
    released = await holding.release(file.key)
    assert released is not None
    assert not released.legal_hold
    assert await mark(rows, released)


async def test_a_hold_ends_what_retention_had_begun(rows: Rows) -> None:
    file = await stored(rows)
    await rows.database.run(text("UPDATE files SET deletion_due_at = service_now()"))
    held = await HoldingRows(rows.database).hold(file.key)
    assert held is not None
    assert held.deletion_due_at is None


async def test_what_is_deleted_or_never_was_is_not_held(rows: Rows) -> None:
    holding = HoldingRows(rows.database)
    file = await stored(rows)
    assert await mark(rows, file)
    for key in (file.key, "uploads/other"):
        assert await holding.hold(key) is None
        assert await holding.release(key) is None


@pytest.mark.parametrize("is_held_first", [True, False])
@pytest.mark.survives(
    "A file is deleted while an operator holds it", "Whoever comes first: held and there, or gone"
)
async def test_of_a_hold_and_a_deletion_at_once_the_first_wins(
    rows: Rows, is_held_first: bool
) -> None:
    holding = HoldingRows(rows.database)
    file = await stored(rows)
    calls = [holding.hold(file.key), mark(rows, file)]
    await in_file_turn(rows, file, *(calls if is_held_first else reversed(calls)))
    found = await rows.files.find(ALICE, file.key)
    assert (found is not None and found.legal_hold) is is_held_first
