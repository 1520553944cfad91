"""Every family of statements over one database."""

from dataclasses import dataclass

from chunk_service.adapters.postgres.beginning import BeginningRows
from chunk_service.adapters.postgres.cleaning import CleaningRows
from chunk_service.adapters.postgres.closing import ClosingRows
from chunk_service.adapters.postgres.deleting import DeletingRows
from chunk_service.adapters.postgres.ending import EndingRows
from chunk_service.adapters.postgres.files import FileRows
from chunk_service.adapters.postgres.granting import GrantingRows
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.placing import PlacingRows
from chunk_service.adapters.postgres.presigned import PresignedRows
from chunk_service.adapters.postgres.reading import ReadingRows
from chunk_service.adapters.postgres.receiving import ReceivingRows
from chunk_service.adapters.postgres.relaying import RelayingRows
from chunk_service.adapters.postgres.repairing import RepairingRows
from chunk_service.adapters.postgres.sharing import SharingRows
from chunk_service.adapters.postgres.spools import SpoolRows
from chunk_service.adapters.postgres.sweeping import SweepingRows
from chunk_service.wiring.opening import Opened
from chunk_service.wiring.options import (
    admission_limits,
    host_name,
)
from chunk_service.wiring.receivers import mailing, subscriptions
from chunk_service.wiring.sharing import share_link_lasts


@dataclass(frozen=True, slots=True)
class Rows:
    """Every family of statements, each by the use cases that it serves."""

    beginning: BeginningRows
    receiving: ReceivingRows
    placing: PlacingRows
    relaying: RelayingRows
    repairing: RepairingRows
    reading: ReadingRows
    closing: ClosingRows
    ending: EndingRows
    presigned: PresignedRows
    cleaning: CleaningRows
    sweeping: SweepingRows
    spools: SpoolRows
    files: FileRows
    deleting: DeletingRows
    sharing: SharingRows
    granting: GrantingRows


def rows_over(opened: Opened) -> Rows:
    settings, database, around = opened.settings, opened.database, opened.surround
    limits = admission_limits(settings)
    beginning = BeginningRows(
        database, opened.spool.id, limits, open_limit=settings.max_open_uploads_per_owner
    )
    deleting = DeletingRows(database, DatabaseIdentity(database), subscriptions(settings))
    return Rows(
        beginning=around("beginning", beginning),
        receiving=around("receiving", ReceivingRows(database, limits)),
        placing=around("placing", PlacingRows(database)),
        relaying=around("relaying", RelayingRows(database)),
        repairing=around("repairing", RepairingRows(database)),
        reading=around("reading", ReadingRows(database)),
        closing=around("closing", ClosingRows(database)),
        ending=around("ending", EndingRows(database, subscriptions(settings), mailing(settings))),
        presigned=around("presigned", PresignedRows(database, opened.spool.id, limits)),
        cleaning=around("cleaning", CleaningRows(database)),
        sweeping=around("sweeping", SweepingRows(database, DatabaseIdentity(database))),
        spools=around("spools", SpoolRows(database, host_name())),
        files=around("files", FileRows(database)),
        deleting=around("deleting", deleting),
        sharing=around("sharing", SharingRows(database, subscriptions(settings))),
        granting=around("granting", GrantingRows(database, share_link_lasts(settings))),
    )
