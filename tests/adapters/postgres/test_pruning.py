"""What everybody was told is forgotten in time; what somebody is owed never is."""

from datetime import timedelta

from sqlalchemy import text

from chunk_service.adapters.postgres.pruning import PruningRows
from tests.adapters.postgres.clock import Clock
from tests.fixtures.deliveries import Deliveries
from tests.fixtures.rows import Rows

KEPT = timedelta(days=30)


async def test_only_old_events_of_which_all_were_told_go(rows: Rows, clock: Clock) -> None:
    deliveries = Deliveries(rows)
    told, half_told, untold, dead = [await deliveries.new() for _ in range(4)]
    await deliveries.deliver(told)
    await deliveries.deliver(half_told, "main")
    await deliveries.kill(dead)
    pruning = PruningRows(rows.database)
    assert await pruning.prune_events(KEPT) == 0
    await clock.advance(days=31)
    late = await deliveries.new()
    await deliveries.deliver(late)
    assert await pruning.prune_events(KEPT) == 1
    left = await rows.database.rows(text("SELECT id FROM events"))
    assert {row["id"] for row in left} == {
        each.event_id for each in (half_told, untold, dead, late)
    }
    assert await deliveries.count("deliveries") == 8
    assert await deliveries.count("delivery_attempts") == 1 + 2 + 2


async def test_what_was_told_only_lately_is_kept(rows: Rows, clock: Clock) -> None:
    deliveries = Deliveries(rows)
    told = await deliveries.new()
    await clock.advance(days=31)
    await deliveries.deliver(told)
    assert await PruningRows(rows.database).prune_events(KEPT) == 0


async def test_the_queues_own_log_is_pruned_too(rows: Rows) -> None:
    await Deliveries(rows).new()
    pruning = PruningRows(rows.database)
    await pruning.prune_job_log(KEPT)
    assert await Deliveries(rows).count("pgqueuer_log") == 2
    await pruning.prune_job_log(timedelta(microseconds=1))
    assert await Deliveries(rows).count("pgqueuer_log") == 0
