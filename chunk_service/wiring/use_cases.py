"""Use cases over opened parts: who calls whom, and nothing else."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy import text
from uuid_utils.compat import uuid7

from chunk_service.adapters.digests import CRCS, combine
from chunk_service.adapters.postgres.beginning import BeginningRows
from chunk_service.adapters.postgres.cleaning import CleaningRows
from chunk_service.adapters.postgres.closing import ClosingRows
from chunk_service.adapters.postgres.deleting import DeletingRows
from chunk_service.adapters.postgres.draining import DrainingRows
from chunk_service.adapters.postgres.ending import EndingRows
from chunk_service.adapters.postgres.file_search import FileSearchRows
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
from chunk_service.api.library import Downloads, Library
from chunk_service.api.presigned_doors import PresignedDoors
from chunk_service.api.sharing import Sharing
from chunk_service.domain.uploads import Way
from chunk_service.usecases.abort_upload import AbortUpload
from chunk_service.usecases.adopt_files import AdoptFiles
from chunk_service.usecases.await_end import AwaitEnd
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.change_file import ChangeFile
from chunk_service.usecases.check_health import CheckHealth
from chunk_service.usecases.check_stored import CheckStored
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.clean_up import CleanUp
from chunk_service.usecases.close_upload import CloseUpload
from chunk_service.usecases.complete_parts import CompleteParts
from chunk_service.usecases.complete_upload import CompleteUpload
from chunk_service.usecases.confirm_upload import ConfirmUpload
from chunk_service.usecases.confirmed_files import ConfirmedFiles, FindConfirmedFiles
from chunk_service.usecases.delete_file import DeleteFile, MarkDeleted
from chunk_service.usecases.expire_uploads import ExpireUploads
from chunk_service.usecases.fetch_file import FetchFile
from chunk_service.usecases.find_files import FindFiles
from chunk_service.usecases.forget_spools import ForgetSpools
from chunk_service.usecases.link_file import LinkFile
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.make_of_chunks import MakeOfChunks
from chunk_service.usecases.make_of_parts import MakeOfParts
from chunk_service.usecases.make_of_pending import MakeOfPending
from chunk_service.usecases.mend_parts import MendParts
from chunk_service.usecases.place_chunks import PlaceChunks
from chunk_service.usecases.presign_parts import PresignParts
from chunk_service.usecases.presign_upload import PresignUpload
from chunk_service.usecases.prove_object import ProveObject
from chunk_service.usecases.read_upload import ReadUpload
from chunk_service.usecases.receive_bytes import ReceiveBytes
from chunk_service.usecases.record_chunk import RecordChunk
from chunk_service.usecases.relay_parts import RelayParts
from chunk_service.usecases.remove_objects import RemoveObjects
from chunk_service.usecases.sweep_spool import SweepSpool
from chunk_service.usecases.tend_pending import TendPending
from chunk_service.usecases.upload_whole import HASH_SECONDS, UploadWhole
from chunk_service.usecases.verify_hash import VerifyHash
from chunk_service.wiring.later import end_upload
from chunk_service.wiring.opening import Opened
from chunk_service.wiring.options import (
    admission_limits,
    chunk_limits,
    host_name,
    presigned_defaults,
    type_check,
    upload_defaults,
)
from chunk_service.wiring.receivers import mailing, subscriptions
from chunk_service.wiring.sharing import share_link_lasts, sharing_over
from chunk_service.worker.engine import Engine, EngineParts

ATTEMPT_TTL = timedelta(hours=1)


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


@dataclass(frozen=True, slots=True)
class UseCases:
    begin: BeginUpload
    receive: ReceiveBytes
    complete: CompleteUpload
    abort: AbortUpload
    read: ReadUpload
    upload_whole: UploadWhole
    presigned: PresignedDoors
    expire: ExpireUploads
    forget_spools: ForgetSpools
    sweep: SweepSpool
    adopt: AdoptFiles
    library: Library
    types: TypeCheck
    sharing: Sharing
    engine: Engine


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


def use_cases_over(opened: Opened, rows: Rows) -> UseCases:
    settings, bells = opened.settings, opened.bells
    store, spool = opened.surround("store", opened.store), opened.surround("spool", opened.spool)
    limits, types = chunk_limits(settings), type_check(settings)
    tally = opened.metrics.uploads
    lose_chunks = LoseChunks(rows.repairing, spool, tally)
    place_chunks = PlaceChunks(rows.placing, spool, lose_chunks)
    end = end_upload(settings, rows.ending, bells, tally)
    begin_multipart = BeginMultipart(rows.relaying, store)
    relay = RelayParts(
        rows=rows.relaying,
        repairing=rows.repairing,
        store=store,
        spool=spool,
        begin_multipart=begin_multipart,
        lose_chunks=lose_chunks,
        combine=combine,
        new_id=uuid4,
    )
    check_stored = CheckStored(store, types)
    proof = ProveObject(rows.closing, store, end, opened.holder)
    of_chunks = MakeOfChunks(
        rows=rows.closing,
        reading=rows.reading,
        store=store,
        spool=spool,
        proof=proof,
        mend_parts=MendParts(rows.closing, rows.repairing, store),
        lose_chunks=lose_chunks,
        combine=combine,
    )
    of_pending = MakeOfPending(store, proof, begin_multipart, rows.repairing)
    close = CloseUpload(
        rows=rows.closing,
        reading=rows.reading,
        makers={
            Way.CHUNKS: of_chunks,
            Way.WHOLE: of_chunks,
            Way.PUT: of_pending,
            Way.POST: of_pending,
            Way.MULTIPART: MakeOfParts(
                rows.presigned, rows.reading, store, replace(proof, check=check_stored)
            ),
        },
        holder=opened.holder,
    )
    clean_up = CleanUp(
        rows.cleaning, rows.sweeping, store, spool, second_pass_after=settings.cleanup_grace
    )
    sweep = SweepSpool(rows.sweeping, spool, lose_chunks)
    remove_objects = RemoveObjects(rows.deleting, store)
    await_end = AwaitEnd(rows.reading, bells, settings.complete_wait.total_seconds())
    confirm = ConfirmUpload(rows.presigned, rows.reading, store, check_stored, end, await_end)
    engine_parts = EngineParts(
        relay=relay,
        place=place_chunks,
        close=close,
        clean_up=clean_up,
        sweep=sweep,
        remove_objects=remove_objects,
        tend_pending=TendPending(rows.presigned, rows.sweeping, confirm, end),
        relaying=rows.relaying,
        closing=rows.closing,
        cleaning=rows.cleaning,
        spool_id=spool.id,
    )
    begin = BeginUpload(rows.beginning, upload_defaults(settings), limits, types, uuid7)
    receive = ReceiveBytes(
        rows=rows.receiving,
        spool=spool,
        record=RecordChunk(rows.receiving, spool, bells, limits),
        lose_chunks=lose_chunks,
        types=types,
        limits=limits,
        attempt_ttl=ATTEMPT_TTL,
        new_id=uuid4,
    )
    complete = CompleteUpload(
        rows=rows.closing,
        reading=rows.reading,
        await_end=await_end,
        place_chunks=place_chunks,
        verify_hash=VerifyHash(rows.closing, spool, lose_chunks),
        types=types,
        combine=combine,
    )
    abort = AbortUpload(rows.reading, end)
    confirmed = ConfirmedFiles(rows.files, confirm)
    link = LinkFile(confirmed, opened.presigner, settings.presigned_url_expiration)
    return UseCases(
        begin=begin,
        receive=receive,
        complete=complete,
        abort=abort,
        read=ReadUpload(rows.reading),
        upload_whole=UploadWhole(
            begin=begin,
            receive=replace(receive, way=Way.WHOLE),
            complete=replace(complete, way=Way.WHOLE, hash_seconds=HASH_SECONDS),
            abort=abort,
            lease=rows.receiving,
            limits=limits,
        ),
        presigned=_presigned(opened, rows, begin, begin_multipart, confirm),
        expire=ExpireUploads(rows.sweeping, end),
        forget_spools=ForgetSpools(rows.spools, rows.repairing, settings.spool_lost_after, tally),
        sweep=sweep,
        adopt=AdoptFiles(
            rows=rows.receiving,
            reading=rows.reading,
            identity=DatabaseIdentity(opened.database),
            store=store,
            spool=spool,
            end=end,
            types=types,
            limits=limits,
        ),
        library=Library(
            find=FindConfirmedFiles(FindFiles(FileSearchRows(opened.database)), confirm),
            link=link,
            change=ChangeFile(rows.files, types),
            delete=DeleteFile(
                confirmed,
                rows.deleting,
                MarkDeleted(rows.deleting, now=_now, new_id=uuid7),
                remove_objects,
            ),
            downloads=downloads_of(opened),
        ),
        types=types,
        sharing=sharing_over(opened, rows.files, rows.sharing, rows.granting, link),
        engine=Engine(engine_parts, bells, slots=settings.relay_concurrency),
    )


def _presigned(
    opened: Opened,
    rows: Rows,
    begin: BeginUpload,
    begin_multipart: BeginMultipart,
    confirm: ConfirmUpload,
) -> PresignedDoors:
    settings = opened.settings
    store = opened.surround("store", opened.store)
    expires_in = settings.presigned_url_expiration
    parts = PresignParts(
        begin_upload=begin,
        begin_multipart=begin_multipart,
        reading=rows.reading,
        lease=rows.receiving,
        store=store,
        presigner=opened.presigner,
        expires_in=expires_in,
        now=_now,
    )
    complete = CompleteParts(
        presign=parts,
        rows=rows.presigned,
        reading=rows.reading,
        store=store,
        end=confirm.end,
        await_end=confirm.await_end,
    )
    bounded = replace(begin, defaults=presigned_defaults(settings))
    upload = PresignUpload(bounded, opened.presigner, expires_in, _now)
    return PresignedDoors(upload=upload, confirm=confirm, parts=parts, complete=complete)


def _now() -> datetime:
    return datetime.now(UTC)


def downloads_of(opened: Opened) -> Downloads | None:
    """One owner leaves a quarter of the room to the others."""
    if opened.reader is None:
        return None
    most = opened.settings.max_concurrent_downloads
    patience_seconds = opened.settings.complete_wait.total_seconds()
    downloads = Downloads(
        fetch=FetchFile(opened.reader, CRCS, patience_seconds, opened.metrics.uploads),
        most=most,
        most_per_owner=max(1, most * 3 // 4),
    )
    opened.metrics.levels.downloads(downloads.in_work, most=most)
    return downloads


def health_of(opened: Opened, stopping: asyncio.Event) -> CheckHealth:
    ping = text("SELECT 1")

    async def ask_database() -> None:
        await opened.database.rows(ping)

    async def ask_store() -> None:
        await opened.store.ping(opened.settings.s3_bucket_name)

    return CheckHealth(
        database=ask_database,
        spool=opened.spool.probe,
        storage=ask_store,
        is_stopping=stopping.is_set,
        is_draining=partial(DrainingRows(opened.database).is_draining, opened.spool.id),
    )
