"""What happens to a store without a request: things vanish, bytes rot, others write."""

import secrets
from dataclasses import replace

from tests.doubles.s3.blobs import Shelf
from tests.doubles.s3.conditions import quoted
from tests.doubles.s3.digests import Algorithm
from tests.doubles.s3.records import Checksum, Holdings, Multipart, Part, StoredObject


def forget_multiparts(holdings: Holdings, bucket_name: str, key: str) -> int:
    """As a lifecycle rule does it; the number of uploads forgotten."""
    multiparts = holdings.bucket(bucket_name).multiparts
    found = [each for each in multiparts.values() if each.key == key]
    for each in found:
        del multiparts[each.id]
        each.forget_bytes()
    return len(found)


def flip_part(multipart: Multipart, number: int) -> None:
    """One bit of the part's bytes, and so its checksums; its ETag is what was answered."""
    part = multipart.parts[number]
    data = bytearray(b"".join(part.blob.read()))
    data[len(data) // 2] ^= 1
    multipart.parts[number] = Part(Shelf().blob(bytes(data)), part.etag)


def lose_part(multipart: Multipart, number: int) -> None:
    multipart.parts.pop(number).blob.drop()


def change_etag(multipart: Multipart, number: int) -> str:
    """Same bytes under another ETag, as where a slow attempt lands after its repetition."""
    changed = quoted(secrets.token_hex(16))
    multipart.parts[number] = replace(multipart.parts[number], etag=changed)
    return changed


def put_foreign(holdings: Holdings, bucket_name: str, key: str, data: bytes) -> None:
    """An object that no request of ours made."""
    blob = Shelf().blob(data)
    holdings.bucket(bucket_name).objects[key] = StoredObject(
        etag=quoted(blob.md5.hex()),
        blobs=(blob,),
        checksum=Checksum.of_blob(blob, Algorithm.CRC64NVME),
        headers={"content-type": "text/plain"},
    )
