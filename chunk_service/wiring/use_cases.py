"""Use cases over opened parts: who calls whom, and nothing else."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from uuid_utils.compat import uuid7

from chunk_service.adapters.digests import combine, digest_of
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.api.library import Library
from chunk_service.api.presigned_doors import PresignedDoors
from chunk_service.api.sharing import Sharing
from chunk_service.domain.uploads import Way
from chunk_service.usecases.abort_upload import AbortUpload
from chunk_service.usecases.adopt_files import AdoptFiles
from chunk_service.usecases.await_end import AwaitEnd
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.begin_upload import BeginUpload
from chunk_service.usecases.check_stored import CheckStored
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.clean_up import CleanUp
from chunk_service.usecases.close_upload import CloseUpload
from chunk_service.usecases.closing import Closer
from chunk_service.usecases.complete_upload import CompleteUpload
from chunk_service.usecases.confirm_upload import ConfirmUpload
from chunk_service.usecases.confirmed_files import ConfirmedFiles
from chunk_service.usecases.expire_uploads import ExpireUploads
from chunk_service.usecases.forget_spools import ForgetSpools
from chunk_service.usecases.link_file import LinkFile
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.make_of_chunks import MakeOfChunks
from chunk_service.usecases.make_of_parts import MakeOfParts
from chunk_service.usecases.make_of_pending import MakeOfPending
from chunk_service.usecases.mend_parts import MendParts
from chunk_service.usecases.note_parts import NoteParts
from chunk_service.usecases.place_chunks import PlaceChunks
from chunk_service.usecases.prove_object import ProveObject
from chunk_service.usecases.put_content import PutContent
from chunk_service.usecases.read_upload import ReadUpload
from chunk_service.usecases.receive_bytes import ReceiveBytes
from chunk_service.usecases.record_chunk import RecordChunk
from chunk_service.usecases.record_whole import RecordWhole
from chunk_service.usecases.record_window import RecordWindow
from chunk_service.usecases.relay_parts import RelayParts
from chunk_service.usecases.remove_objects import RemoveObjects
from chunk_service.usecases.sweep_spool import SweepSpool
from chunk_service.usecases.tend_pending import TendPending
from chunk_service.usecases.upload_small import Memory, UploadSmall
from chunk_service.usecases.upload_whole import HASH_SECONDS, UploadWhole
from chunk_service.usecases.verify_hash import VerifyHash
from chunk_service.wiring.later import end_upload
from chunk_service.wiring.library import library_over
from chunk_service.wiring.opening import Opened
from chunk_service.wiring.options import (
    chunk_limits,
    type_check,
    upload_defaults,
)
from chunk_service.wiring.presigned import presigned_over
from chunk_service.wiring.rows import Rows
from chunk_service.wiring.sharing import sharing_over
from chunk_service.worker.engine import DICE, Engine, EngineParts

ATTEMPT_TTL = timedelta(hours=1)


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


def use_cases_over(opened: Opened, rows: Rows) -> UseCases:
    settings, bells, traced = opened.settings, opened.bells, opened.tracing.around
    store, spool = opened.surround("store", opened.store), opened.surround("spool", opened.spool)
    limits, types = chunk_limits(settings), type_check(settings)
    tally = opened.metrics.uploads
    lose_chunks = LoseChunks(rows.repairing, spool, tally)
    place_chunks = PlaceChunks(rows.placing, spool, lose_chunks)
    end = end_upload(settings, rows.ending, bells, tally)
    begin_multipart = BeginMultipart(rows.relaying, store)
    note_parts = NoteParts(rows.relaying, spool)
    relay = RelayParts(
        rows=rows.relaying,
        repairing=rows.repairing,
        store=store,
        spool=spool,
        begin_multipart=begin_multipart,
        note_sent=note_parts,
        lose_chunks=lose_chunks,
        combine=combine,
        new_id=uuid4,
    )
    check_stored = CheckStored(store, types)
    proof = ProveObject(rows.closing, store, end, opened.holder)
    of_chunks = MakeOfChunks(
        rows=rows.closing,
        store=store,
        spool=spool,
        proof=proof,
        mend_parts=MendParts(rows.closing, rows.repairing, store),
        lose_chunks=lose_chunks,
        combine=combine,
    )
    of_pending = MakeOfPending(store, proof, begin_multipart, rows.repairing)
    closer = Closer(opened.holder, spool.id)
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
        of_chunks=of_chunks,
        of_content=PutContent(store, proof, DICE.random),
        closer=closer,
    )
    clean_up = CleanUp(
        rows.cleaning, rows.sweeping, store, spool, second_pass_after=settings.cleanup_grace
    )
    sweep = SweepSpool(rows.sweeping, spool, lose_chunks)
    remove_objects = RemoveObjects(rows.deleting, store)
    await_end = AwaitEnd(rows.reading, bells, settings.complete_wait.total_seconds())
    confirm = ConfirmUpload(rows.presigned, rows.reading, store, check_stored, end, await_end)
    engine_parts = EngineParts(
        relay=traced("relay", relay),
        note_parts=note_parts,
        place=place_chunks,
        close=traced("close", close),
        clean_up=traced("clean_up", clean_up),
        sweep=sweep,
        remove_objects=remove_objects,
        tend_pending=TendPending(rows.presigned, rows.sweeping, confirm, end),
        relaying=rows.relaying,
        closing=rows.closing,
        cleaning=rows.cleaning,
        spool_id=spool.id,
    )
    # One more than connections to the store: it waits claimed, and goes as soon as one is free.
    engine = Engine(engine_parts, bells, slots=settings.relay_concurrency + 1)
    begin = BeginUpload(rows.beginning, upload_defaults(settings), limits, types, uuid7)
    record_window = RecordWindow(rows.receiving, engine)
    record = RecordChunk(
        rows=rows.receiving,
        record_new=record_window,
        claims=rows.relaying,
        spool=spool,
        relay=bells,
        limits=limits,
    )
    record_whole = RecordWhole(rows.receiving, rows.closing, closer, bells, record_window)
    receive = ReceiveBytes(
        rows=rows.receiving,
        spool=spool,
        record=record,
        lose_chunks=lose_chunks,
        types=types,
        limits=limits,
        attempt_ttl=ATTEMPT_TTL,
        new_id=uuid4,
    )
    complete = CompleteUpload(
        rows=rows.closing,
        reading=rows.reading,
        closer=closer,
        await_end=await_end,
        place_chunks=place_chunks,
        verify_hash=VerifyHash(rows.closing, spool, lose_chunks),
        types=types,
        combine=combine,
    )
    receive_whole = replace(receive, record=replace(record, record_new=record_whole), way=Way.WHOLE)
    upload_small = UploadSmall(
        begin=begin,
        rows=rows.beginning,
        closing=rows.closing,
        closer=closer,
        pursuit=bells,
        types=types,
        digest=digest_of,
        memory=Memory(),
    )
    abort = AbortUpload(rows.reading, end)
    confirmed = ConfirmedFiles(rows.files, confirm)
    link = LinkFile(confirmed, opened.presigner, settings.presigned_url_expiration)
    return UseCases(
        begin=begin,
        receive=traced("receive", receive),
        complete=complete,
        abort=abort,
        read=ReadUpload(rows.reading),
        upload_whole=UploadWhole(
            begin=begin,
            receive=traced("receive", receive_whole),
            complete=replace(complete, way=Way.WHOLE, hash_seconds=HASH_SECONDS),
            abort=abort,
            lease=rows.receiving,
            small=upload_small,
            await_end=await_end,
            limits=limits,
        ),
        presigned=presigned_over(opened, rows, begin, begin_multipart, confirm),
        expire=ExpireUploads(rows.sweeping, end),
        forget_spools=ForgetSpools(rows.spools, rows.repairing, settings.spool_lost_after, tally),
        sweep=sweep,
        adopt=AdoptFiles(
            rows=rows.receiving,
            reading=rows.reading,
            identity=DatabaseIdentity(opened.database),
            store=store,
            spool=spool,
            check=check_stored,
            end=end,
            types=types,
            limits=limits,
        ),
        library=library_over(
            opened,
            rows,
            confirm=confirm,
            link=link,
            types=types,
            remove_objects=remove_objects,
        ),
        types=types,
        sharing=sharing_over(opened, rows.files, rows.sharing, rows.granting, link),
        engine=engine,
    )
