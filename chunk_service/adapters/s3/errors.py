"""Foreign errors on one side, the outcomes of `domain/objects.py` on the other.

The code decides, then the status. What is in no table: 5xx and the statuses that mean "later" leave
the outcome unknown. Any other 3xx or 4xx was refused, but nobody can say that a repeat is in vain:
it becomes `StoreRefused`, which keeps the data, backs off and calls an operator, where
`ObjectRefused` would end the upload. Messages carry an operation, a status and a code: no URL, no
key, no text of the store, and the foreign error (which holds all of these) is not chained.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name for it
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.parsers import ResponseParserError

from chunk_service.domain.objects import (
    MultipartGone,
    ObjectExists,
    ObjectRefused,
    OutcomeUnknown,
    PartsRefused,
    StoreError,
    StoreRefused,
)

OUTCOME_OF_CODE: dict[str, type[StoreError]] = {
    "NoSuchUpload": MultipartGone,
    "InvalidPart": PartsRefused,
    "InvalidPartOrder": PartsRefused,
    "PreconditionFailed": ObjectExists,
    "ConditionalRequestConflict": ObjectExists,
    "412": ObjectExists,
    "BadDigest": ObjectRefused,
    "InvalidDigest": ObjectRefused,
    "XAmzContentChecksumMismatch": ObjectRefused,
    "XAmzContentSHA256Mismatch": ObjectRefused,
    "EntityTooSmall": ObjectRefused,
    "EntityTooLarge": ObjectRefused,
    "KeyTooLongError": ObjectRefused,
    "MetadataTooLarge": ObjectRefused,
    "IncompleteBody": OutcomeUnknown,
    "OperationAborted": OutcomeUnknown,
    "RequestTimeout": OutcomeUnknown,
    "SlowDown": OutcomeUnknown,
    "Throttling": OutcomeUnknown,
    "ThrottlingException": OutcomeUnknown,
    "RequestLimitExceeded": OutcomeUnknown,
    "BandwidthLimitExceeded": OutcomeUnknown,
    # 501: a header or method that this store does not know; a setting must change
    "NotImplemented": StoreRefused,
}

_LATER = frozenset({408, 409, 425, 429})

# Raised before anything was sent are the other BotoCoreErrors: credentials, bucket name, set-up.
AFTER_SENDING = (
    HTTPClientError,
    ConnectionError,
    ChecksumError,
    FlexibleChecksumError,
    IncompleteReadError,
    ResponseParserError,
)


def outcome_of(code: str, status: int) -> type[StoreError]:
    known = OUTCOME_OF_CODE.get(code)
    if known is not None:
        return known
    refused = 300 <= status < 500 and status not in _LATER
    return StoreRefused if refused else OutcomeUnknown


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_definite(error: ClientError) -> bool:
    """Whether the same request would be answered the same."""
    return outcome_of(_code_of(error), status_of(error)) is not OutcomeUnknown


@contextmanager
def outcomes(operation: str) -> Iterator[None]:
    """Within it, botocore's errors become ours; those of a `PartSource` pass unchanged."""
    try:
        yield
    except ClientError as error:
        raise _from_answer(operation, error) from None
    except AFTER_SENDING as error:
        raise OutcomeUnknown(f"{operation}: {type(error).__name__}") from None
    except BotoCoreError as error:
        raise StoreRefused(f"{operation} was not sent: {type(error).__name__}") from None


def _from_answer(operation: str, error: ClientError) -> StoreError:
    code, status = _code_of(error), status_of(error)
    shown = code if code.isalnum() and len(code) <= 64 else "without a code"
    return outcome_of(code, status)(f"{operation}: {status} {shown}")


def _code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
