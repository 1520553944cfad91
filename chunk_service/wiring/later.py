"""What happens later and needs no spool: expiry, retention, spools given up, deliveries, old rows.

Every worker does it, whether it has a spool or not; each due time is taken up by one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from uuid_utils.compat import uuid7

from chunk_service.adapters.metrics.uploads import UploadFigures
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.delivering import DeliveringRows
from chunk_service.adapters.postgres.ending import EndingRows
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.pruning import PruningRows
from chunk_service.adapters.postgres.repairing import RepairingRows
from chunk_service.adapters.postgres.spools import SpoolRows
from chunk_service.adapters.postgres.sweeping import SweepingRows
from chunk_service.adapters.postgres.waking import WakingRows
from chunk_service.domain.uploads import Upload
from chunk_service.settings.model import Settings
from chunk_service.usecases.end_upload import EndBell, EndUpload
from chunk_service.usecases.expire_uploads import ExpireUploads
from chunk_service.usecases.forget_spools import ForgetSpools
from chunk_service.usecases.retire_files import RetireFiles
from chunk_service.wiring.options import host_name
from chunk_service.wiring.receivers import addresses, mailing, subscriptions
from chunk_service.wiring.retention import retire_files
from chunk_service.worker.jobs import EVERY_HOUR, EVERY_MINUTE, Periodic

UPLOADS_KEPT_FOR = timedelta(days=30)
ENDED_SHARES_KEPT_FOR = timedelta(days=30)
MOST_PRUNED = 1000


class NobodyHere:
    """The bell of a process that cleans nothing up: those with a spool find it in the rows."""

    def ended(self, upload: Upload) -> None:
        pass


@dataclass(frozen=True, slots=True)
class LaterRows:
    sweeping: SweepingRows
    pruning: PruningRows
    waking: WakingRows
    delivering: DeliveringRows


@dataclass(frozen=True, slots=True)
class Deadlines:
    expire: ExpireUploads
    forget_spools: ForgetSpools
    retire: RetireFiles


def later_rows(settings: Settings, database: Database) -> LaterRows:
    return LaterRows(
        sweeping=SweepingRows(database, DatabaseIdentity(database)),
        pruning=PruningRows(database),
        waking=WakingRows(database, addresses(settings)),
        delivering=DeliveringRows(database),
    )


def deadlines_over(settings: Settings, database: Database, tally: UploadFigures) -> Deadlines:
    """The use cases of the clock, for a process without a spool."""
    sweeping = SweepingRows(database, DatabaseIdentity(database))
    ending = EndingRows(database, subscriptions(settings), mailing(settings))
    return Deadlines(
        expire=ExpireUploads(sweeping, end_upload(settings, ending, NobodyHere(), tally)),
        forget_spools=ForgetSpools(
            SpoolRows(database, host_name()),
            RepairingRows(database),
            settings.spool_lost_after,
            tally,
        ),
        retire=retire_files(settings, database),
    )


def end_upload(
    settings: Settings, rows: EndingRows, bell: EndBell, tally: UploadFigures
) -> EndUpload:
    return EndUpload(
        rows=rows,
        bell=bell,
        tally=tally,
        public_endpoint_url=settings.s3_public_endpoint_url,
        now=lambda: datetime.now(UTC),
        new_id=uuid7,
    )


def periodic(settings: Settings, rows: LaterRows, deadlines: Deadlines) -> Sequence[Periodic]:
    kept = settings.events_kept_for

    async def prune() -> None:
        while await rows.sweeping.prune(UPLOADS_KEPT_FOR, MOST_PRUNED):
            pass
        await rows.pruning.prune_events(kept)
        await rows.pruning.prune_shares(ENDED_SHARES_KEPT_FOR)
        await rows.pruning.prune_job_log(kept)

    wake = rows.waking
    return [
        Periodic("expire_uploads", EVERY_MINUTE, deadlines.expire, at_start=True),
        Periodic("forget_spools", EVERY_MINUTE, deadlines.forget_spools),
        Periodic("wake_due_deliveries", EVERY_MINUTE, wake.wake_due, at_start=True),
        Periodic("tell_unserved_deliveries", EVERY_HOUR, wake.tell_unserved, at_start=True),
        Periodic("retire_files", EVERY_HOUR, deadlines.retire),
        Periodic("prune", EVERY_HOUR, prune),
    ]
