"""Everything that can be refused or go wrong, as one tree.

The class is the meaning; the HTTP status belongs to the API layer. `detail` is a sentence for the
caller, so it never holds SQL, paths, keys of the bucket or secrets. `facts` become members of the
problem document.

ServiceError
├── Refused                     the request itself is at fault; repeating it changes nothing
│   ├── MalformedRequest
│   ├── Unauthorized
│   ├── Forbidden
│   │   └── QuotaExceeded
│   ├── NotFound                absent and somebody else's are the same
│   ├── RequestTimeout
│   ├── Conflict
│   │   ├── ChunkConflict       other bytes under the same index
│   │   ├── UploadIncomplete    `missing`: ranges of indices
│   │   └── StateConflict
│   ├── Gone
│   ├── LengthRequired
│   ├── ContentTooLarge
│   ├── UnsupportedMediaType
│   ├── UnsupportedContentCoding
│   ├── ValidationFailed
│   │   └── DigestMismatch
│   └── RateLimited
└── Unavailable                 the service cannot now; `retry_after_seconds` says when to ask again
    ├── StorageUnavailable
    ├── DatabaseUnavailable
    ├── KeysUnavailable
    ├── ShuttingDown
    └── SpoolFull
"""

from typing import ClassVar


class ServiceError(Exception):
    """The root: `type` is the stable slug of the problem document."""

    type: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class Refused(ServiceError):
    pass


class MalformedRequest(Refused):
    type = "malformed-request"
    title = "The request could not be read."


class Unauthorized(Refused):
    type = "unauthorized"
    title = "A valid token is required."


class Forbidden(Refused):
    type = "forbidden"
    title = "The token does not allow this."


class QuotaExceeded(Forbidden):
    type = "quota-exceeded"
    title = "A quota of this owner is used up."


class NotFound(Refused):
    type = "not-found"
    title = "There is no such thing here."


class RequestTimeout(Refused):
    type = "request-timeout"
    title = "The request's body did not arrive in time."


class Conflict(Refused):
    pass


class ChunkConflict(Conflict):
    type = "chunk-conflict"
    title = "Other bytes are recorded under this index."


class UploadIncomplete(Conflict):
    type = "upload-incomplete"
    title = "Chunks are missing."


class StateConflict(Conflict):
    type = "state-conflict"
    title = "The upload is past the point where this is possible."


class Gone(Refused):
    type = "gone"
    title = "The upload or file has ended."


class LengthRequired(Refused):
    type = "length-required"
    title = "A Content-Length is required."


class ContentTooLarge(Refused):
    type = "content-too-large"
    title = "The content is larger than allowed."


class UnsupportedMediaType(Refused):
    type = "unsupported-media-type"
    title = "This content type is not accepted here."


class UnsupportedContentCoding(Refused):
    type = "unsupported-content-coding"
    title = "Content codings are not accepted."


class ValidationFailed(Refused):
    type = "validation-failed"
    title = "A value is not acceptable."


class DigestMismatch(ValidationFailed):
    type = "digest-mismatch"
    title = "The bytes do not have the declared digest."


class RateLimited(Refused):
    type = "rate-limited"
    title = "Too many requests."


class Unavailable(ServiceError):
    def __init__(self, detail: str = "", *, retry_after_seconds: int = 5, **facts: object) -> None:
        super().__init__(detail, **facts)
        self.retry_after_seconds = retry_after_seconds


class StorageUnavailable(Unavailable):
    type = "storage-unavailable"
    title = "The object store or the spool that is needed cannot be reached now."


class DatabaseUnavailable(Unavailable):
    type = "database-unavailable"
    title = "The database cannot be reached now."


class KeysUnavailable(Unavailable):
    type = "keys-unavailable"
    title = "The keys by which tokens are verified cannot be fetched now."


class ShuttingDown(Unavailable):
    type = "shutting-down"
    title = "This process is stopping."


class SpoolFull(Unavailable):
    type = "spool-full"
    title = "There is no room for these bytes now."
