"""How our values are spelled in the requests and answers of S3, and read back.

S3 has one field for each checksum algorithm. A checksum of checksums (COMPOSITE, `...-3`) says
nothing about the bytes of an object, so it is read as none.
"""

from collections.abc import Mapping
from typing import Any

from chunk_service.adapters.s3.options import S3Options
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.objects import MultipartId, ObjectTarget, SentPart, StoredObject

UPLOAD_ID = "upload-id"
_FIELD_OF = {
    Algorithm.CRC64NVME: "ChecksumCRC64NVME",
    Algorithm.CRC32: "ChecksumCRC32",
    Algorithm.CRC32C: "ChecksumCRC32C",
    Algorithm.SHA256: "ChecksumSHA256",
}
_FIELD_OF_HEADER = {
    "x-amz-checksum-type": "ChecksumType",
    **{f"x-amz-checksum-{algorithm}": field for algorithm, field in _FIELD_OF.items()},
}


def of_place(target: ObjectTarget) -> dict[str, Any]:
    return {"Bucket": target.bucket, "Key": target.key}


def of_new_object(target: ObjectTarget) -> dict[str, Any]:
    return of_place(target) | {
        "ContentType": target.content_type,
        "Metadata": {UPLOAD_ID: target.upload_id},
    }


def of_look(target: ObjectTarget) -> dict[str, Any]:
    return of_place(target) | {"ChecksumMode": "ENABLED"}


def of_source(bucket: str, key: str, etag: str) -> dict[str, Any]:
    return {"CopySource": {"Bucket": bucket, "Key": key}, "CopySourceIfMatch": etag}


def name_of(algorithm: Algorithm) -> str:
    return _FIELD_OF[algorithm]


def of_checksum(checksum: Checksum | None) -> dict[str, Any]:
    return {} if checksum is None else {_FIELD_OF[checksum.algorithm]: checksum.base64}


def of_whole_checksum(checksum: Checksum | None) -> dict[str, Any]:
    return of_checksum(checksum) | ({} if checksum is None else {"ChecksumType": "FULL_OBJECT"})


def of_algorithm(algorithm: Algorithm | None) -> dict[str, Any]:
    if algorithm is None:
        return {}
    return {"ChecksumAlgorithm": algorithm.upper(), "ChecksumType": "FULL_OBJECT"}


def of_guard(options: S3Options) -> dict[str, Any]:
    return {"IfNoneMatch": "*"} if options.conditional_writes else {}


def of_size(size_bytes: int, options: S3Options) -> dict[str, Any]:
    return {"MpuObjectSize": size_bytes} if options.send_object_size else {}


def checksum_in(answer: Mapping[str, Any]) -> Checksum | None:
    if answer.get("ChecksumType") == "COMPOSITE":
        return None
    for algorithm, field in _FIELD_OF.items():
        if field in answer and "-" not in answer[field]:
            return Checksum.of_base64(algorithm, answer[field])
    return None


def of_part(multipart: MultipartId, number: int) -> dict[str, Any]:
    return {"UploadId": multipart, "PartNumber": number}


def part_by(headers: Mapping[str, str]) -> dict[str, str]:
    """The answer to UploadPart, from its headers."""
    etag = headers.get("etag")
    return _checksums_by(headers) | ({} if etag is None else {"ETag": etag})


def contradicts(answer: Mapping[str, Any], checksum: Checksum | None) -> bool:
    """Whether the store took other bytes than `checksum` is of; it may answer none, or others."""
    if checksum is None:
        return False
    return answer.get(_FIELD_OF[checksum.algorithm]) not in (None, checksum.base64)


def part_in(answer: Mapping[str, Any]) -> SentPart:
    return SentPart(
        number=answer["PartNumber"],
        size_bytes=answer["Size"],
        etag=answer["ETag"],
        checksum=checksum_in(answer),
    )


def object_by(headers: Mapping[str, str]) -> StoredObject | None:
    """What the headers of an answer to HEAD show; None where they do not show an object."""
    size, etag = headers.get("content-length", ""), headers.get("etag")
    if not size.isdecimal() or not etag:
        return None
    upload_id = headers.get(f"x-amz-meta-{UPLOAD_ID}")
    metadata = {} if upload_id is None else {UPLOAD_ID: upload_id}
    return object_in(
        _checksums_by(headers) | {"ContentLength": int(size), "ETag": etag, "Metadata": metadata}
    )


def object_in(answer: Mapping[str, Any]) -> StoredObject:
    return StoredObject(
        size_bytes=answer["ContentLength"],
        etag=answer["ETag"],
        checksum=checksum_in(answer),
        upload_id=answer.get("Metadata", {}).get(UPLOAD_ID),
    )


def _checksums_by(headers: Mapping[str, str]) -> dict[str, str]:
    return {field: headers[name] for name, field in _FIELD_OF_HEADER.items() if name in headers}
