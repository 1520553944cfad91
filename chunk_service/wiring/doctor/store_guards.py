"""The guards of a store against what settings say of them: conditions, checksums, its own rules."""

from dataclasses import replace
from typing import Final

from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.domain.objects import (
    BytesSource,
    ObjectExists,
    ObjectRefused,
    StoreError,
    StoreRefused,
)
from chunk_service.settings.model import Settings
from chunk_service.wiring.doctor.probes import PROBE, Probed, checksum_of, new_target

OTHER: Final = PROBE[::-1]


async def of_conditions(settings: Settings, store: S3Store, probed: Probed) -> Finding:
    """`store` sends `If-None-Match: *`; the second write to a key must be refused."""
    target = probed.add(replace(new_target(settings), part_checksum=None))
    is_honoured = False
    try:
        await store.put_object(target, source=BytesSource(PROBE))
        await store.put_object(target, source=BytesSource(OTHER))
    except ObjectExists:
        is_honoured = True
    except StoreRefused:
        is_honoured = False
    except StoreError as error:
        return doubtful("s3.conditions", f"not known: {error}", "Ask again.")
    if is_honoured == settings.s3_conditional_writes:
        said = "honours" if is_honoured else "does not honour"
        return sound("s3.conditions", f"{said} If-None-Match, as S3_CONDITIONAL_WRITES says")
    if is_honoured:
        advice = "Set S3_CONDITIONAL_WRITES=true: no object is ever overwritten then."
        return doubtful("s3.conditions", "honours If-None-Match, which is not used", advice)
    advice = "Set S3_CONDITIONAL_WRITES=false."
    return faulty("s3.conditions", "does not honour If-None-Match", advice)


async def of_checksums(settings: Settings, store: S3Store, probed: Probed) -> Finding:
    if settings.s3_checksum == "none":
        return await _of_unused(settings, store, probed)
    algorithm = Algorithm(settings.s3_checksum)
    try:
        is_checked = await _refuses_wrong(settings, store, probed, algorithm)
    except StoreError as error:
        advice = "Set S3_CHECKSUM to crc32, or to none where that is refused too."
        return faulty("s3.checksums", f"takes no {algorithm}: {error}", advice)
    if is_checked:
        return sound("s3.checksums", f"checks {algorithm}")
    advice = "Bytes that are damaged on the way are found out only by HEAD: use another store."
    return doubtful("s3.checksums", f"takes a wrong {algorithm} without a word", advice)


async def _of_unused(settings: Settings, store: S3Store, probed: Probed) -> Finding:
    for algorithm in (Algorithm.CRC64NVME, Algorithm.CRC32):
        try:
            is_checked = await _refuses_wrong(settings, store, probed, algorithm)
        except StoreError:
            continue
        if is_checked:
            advice = f"Set S3_CHECKSUM={algorithm}: damage on the way is refused then."
            return doubtful("s3.checksums", f"checks {algorithm}, which is not used", advice)
    return sound("s3.checksums", "checks none, as S3_CHECKSUM says")


async def _refuses_wrong(
    settings: Settings, store: S3Store, probed: Probed, algorithm: Algorithm
) -> bool:
    """Whether a wrong checksum is refused; StoreError where the right one is."""
    target = probed.add(replace(new_target(settings), part_checksum=algorithm))
    await store.put_object(target, source=BytesSource(PROBE, checksum_of(PROBE, algorithm)))
    wrong = BytesSource(PROBE, checksum_of(OTHER, algorithm))
    try:
        await store.put_object(probed.add(new_target(settings)), source=wrong)
    except (ObjectRefused, StoreRefused):
        return True
    return False


async def of_lifecycle(settings: Settings, store: S3Store) -> Finding:
    """The bucket's own rule for old multipart uploads must be longer than ours."""
    try:
        after = await store.aborts_after(settings.s3_bucket_name)
    except StoreError as error:
        advice = "Allow s3:GetLifecycleConfiguration, or see that it is above UPLOAD_MAX_AGE."
        return doubtful("s3.lifecycle", f"its rules can't be read ({error})", advice)
    if after is None:
        advice = (
            "Have the bucket abort multipart uploads a day after UPLOAD_MAX_AGE: a net for ours."
        )
        return doubtful("s3.lifecycle", "no rule aborts old multipart uploads", advice)
    said = f"aborts multipart uploads after {after}, UPLOAD_MAX_AGE is {settings.upload_max_age}"
    if after > settings.upload_max_age:
        return sound("s3.lifecycle", said)
    advice = "Make UPLOAD_MAX_AGE shorter, or the rule longer: open uploads are lost."
    return faulty("s3.lifecycle", said, advice)
