"""The table of foreign errors, and what of them may be told."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from chunk_service.adapters.s3.errors import outcome_of, outcomes
from chunk_service.domain.objects import (
    MultipartGone,
    ObjectExists,
    ObjectRefused,
    OutcomeUnknown,
    PartsRefused,
    SourceDamaged,
    StoreError,
    StoreRefused,
)

URL = "http://store/bucket/key?X-Amz-Signature=secret"


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("SlowDown", 503, OutcomeUnknown),
        ("InternalError", 500, OutcomeUnknown),
        ("NeverHeardOf", 200, OutcomeUnknown),
        ("502", 502, OutcomeUnknown),
        ("RequestTimeout", 400, OutcomeUnknown),
        ("IncompleteBody", 400, OutcomeUnknown),
        ("OperationAborted", 409, OutcomeUnknown),
        ("TooManyRequests", 429, OutcomeUnknown),
        ("AccessDenied", 403, StoreRefused),
        ("403", 403, StoreRefused),
        ("InvalidAccessKeyId", 403, StoreRefused),
        ("SignatureDoesNotMatch", 403, StoreRefused),
        ("RequestTimeTooSkewed", 403, StoreRefused),
        ("ExpiredToken", 400, StoreRefused),
        ("NoSuchBucket", 404, StoreRefused),
        ("PermanentRedirect", 301, StoreRefused),
        ("NotImplemented", 501, StoreRefused),
        ("NeverHeardOf", 400, StoreRefused),
        ("NoSuchUpload", 404, MultipartGone),
        ("InvalidPart", 400, PartsRefused),
        ("InvalidPartOrder", 400, PartsRefused),
        ("BadDigest", 400, ObjectRefused),
        ("EntityTooSmall", 400, ObjectRefused),
        ("EntityTooLarge", 400, ObjectRefused),
        ("XAmzContentChecksumMismatch", 400, ObjectRefused),
        ("PreconditionFailed", 412, ObjectExists),
        ("412", 412, ObjectExists),
        ("ConditionalRequestConflict", 409, ObjectExists),
    ],
)
def test_code_and_status_say_what_is_known(
    code: str, status: int, outcome: type[StoreError]
) -> None:
    assert outcome_of(code, status) is outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ReadTimeoutError(endpoint_url=URL), OutcomeUnknown),
        (ConnectTimeoutError(endpoint_url=URL), OutcomeUnknown),
        (EndpointConnectionError(endpoint_url=URL), OutcomeUnknown),
        (ResponseParserError(URL), OutcomeUnknown),
        (NoCredentialsError(), StoreRefused),
        (ParamValidationError(report=URL), StoreRefused),
        (ClientError({"Error": {"Code": URL, "Message": URL}}, "PutObject"), OutcomeUnknown),
    ],
)
def test_no_url_and_no_text_of_the_store_leaves(
    error: Exception, outcome: type[StoreError]
) -> None:
    with pytest.raises(outcome) as raised, outcomes("PutObject"):
        raise error
    assert str(raised.value).startswith("PutObject")
    assert "secret" not in repr(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("error", [SourceDamaged([3]), FileNotFoundError("of the disk")])
def test_errors_of_the_source_pass(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, outcomes("UploadPart"):
        raise error
    assert raised.value is error
