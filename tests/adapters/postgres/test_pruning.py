"""What everybody was told is forgotten in time; what somebody is owed never is."""

from datetime import timedelta

from chunk_service.adapters.postgres.pruning import PruningRows
from tests.adapters.postgres.clock import Clock
from tests.adapters.postgres.test_deleting import mark, stored
from tests.fixtures.deliveries import Deliveries
from tests.fixtures.rows import ALICE, Rows
from tests.fixtures.shares import surely_shared
from tests.fixtures.sql import text

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


async def test_shares_that_ended_long_ago_go_and_no_others(rows: Rows, clock: Clock) -> None:
    file, deleted = await stored(rows), await stored(rows)
    soon = await rows.sharing.deadline(timedelta(days=1))
    late = await rows.sharing.deadline(timedelta(days=40))
    ended = [
        await surely_shared(rows, file, token="a" * 32),
        await surely_shared(rows, file, token="b" * 32, expires_at=soon),
        await surely_shared(rows, deleted, token="c" * 32),
    ]
    await rows.sharing.revoke(ALICE, file.key, ended[0].id)
    await mark(rows, deleted)
    kept = [
        await surely_shared(rows, file, token="d" * 32),
        await surely_shared(rows, file, token="e" * 32, expires_at=late),
    ]
    pruning = PruningRows(rows.database)
    await clock.advance(days=29)
    assert await pruning.prune_shares(KEPT) == 0
    await clock.advance(days=3)
    await rows.sharing.revoke(ALICE, file.key, kept[0].id)
    assert await pruning.prune_shares(KEPT) == len(ended)
    left = await rows.sharing.list(file.id, before=None, limit=10)
    assert {each.share.id for each in left} == {each.id for each in kept}
