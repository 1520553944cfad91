"""Signed requests and read answers, made of botocore's parts without the layers around them.

Those cost ten times what they do here: events, rules of endpoints, retries, for each call anew. Its
model of S3 says how fields are spelled, its signer signs, its parser reads refusals. Where a bucket
lies is asked of its rules once; buckets with rules of their own (access points, directories) are
left to it wholly.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from aiobotocore.session import AioSession
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.utils import percent_encode, percent_encode_sequence

from chunk_service.adapters.s3.exchange import Answer
from chunk_service.adapters.s3.options import S3Options

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_PROTOCOL: Final = "rest-xml"
_ANY_KEY: Final = "k"
_DIRECTORY: Final = "--x-s3"
_OTHER_REGION: Final = "AuthorizationHeaderMalformed"
_ERROR_DOCUMENT: Final = re.compile(rb"\s*(<\?xml[^>]*>)?\s*<Error[\s>]")


class Elsewhere(Exception):
    """The bucket does not lie where plain ones do, and nothing was done there."""


class _FoundError(Exception):
    """Where a call would have gone that is never sent: one that nobody makes otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url


def _stop_there(params: Mapping[str, Any], **_: object) -> NoReturn:
    raise _FoundError(params["url"])


class Composer:
    def __init__(
        self, session: AioSession, client: "S3Client", options: S3Options, *, user_agent: str
    ) -> None:
        self._session = session
        self._client = client
        self._options = options
        self._user_agent = user_agent
        self._serializer = create_serializer(_PROTOCOL, include_validation=False)
        self._parser = create_parser(_PROTOCOL)
        self._places: dict[str, str] = {}
        client.meta.events.register("before-call.s3.GetObjectAcl", _stop_there)

    async def request(self, operation: str, fields: Mapping[str, Any]) -> AWSPreparedRequest:
        """Signed now, good for some minutes; or Elsewhere: the bucket is not a plain one."""
        place = await self._place_of(fields["Bucket"])
        credentials = await self._credentials()
        model = self._client.meta.service_model.operation_model(operation)
        said = self._serializer.serialize_to_request(fields, model)
        request = AWSRequest(
            method=said["method"],
            url=place + percent_encode(fields["Key"], safe="/~") + _query(said),
            headers=said["headers"] | {"User-Agent": self._user_agent},
        )
        request.context["client_config"] = self._client.meta.config
        S3SigV4Auth(credentials, "s3", self._options.region).add_auth(request)
        return request.prepare()

    def result(self, operation: str, answer: Answer) -> Mapping[str, Any]:
        """What a success says; raises what is a refusal, an error inside of a 200 among them.

        That is how calls are answered that S3 keeps waiting for: its status is sent at once.
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
        """
        if answer.status == HTTPStatus.OK and _ERROR_DOCUMENT.match(answer.content):
            answer = replace(answer, status=HTTPStatus.INTERNAL_SERVER_ERROR)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self.refusal(operation, answer)
        return self._parsed(operation, answer)

    def refusal(self, operation: str, answer: Answer) -> ClientError | Elsewhere:
        """As botocore raises it; Elsewhere where it would go on in another region."""
        error = ClientError(cast("Any", self._parsed(operation, answer)), operation)
        is_elsewhere = answer.status < 400 or error.response["Error"]["Code"] == _OTHER_REGION
        return Elsewhere() if is_elsewhere else error

    def _parsed(self, operation: str, answer: Answer) -> Mapping[str, Any]:
        model = self._client.meta.service_model.operation_model(operation)
        assert model.output_shape is not None
        told = {
            "status_code": answer.status,
            "headers": answer.headers,
            "body": answer.content,
            "context": {"operation_name": operation},
        }
        parsed: Mapping[str, Any] = self._parser.parse(told, model.output_shape)
        return parsed

    async def _place_of(self, bucket: str) -> str:
        """What the URLs of its objects begin with."""
        if ":" in bucket or bucket.endswith(_DIRECTORY):
            raise Elsewhere
        if bucket not in self._places:
            try:
                await self._client.get_object_acl(Bucket=bucket, Key=_ANY_KEY)
            except _FoundError as found:
                self._places[bucket] = found.url.partition("?")[0].removesuffix(_ANY_KEY)
        return self._places[bucket]

    async def _credentials(self) -> Credentials | ReadOnlyCredentials:
        access_key, secret_key = self._options.access_key, self._options.secret_key
        if access_key is not None and secret_key is not None:
            return Credentials(access_key, secret_key)
        found = await self._session.get_credentials()
        if found is None:
            raise NoCredentialsError
        return await found.get_frozen_credentials()


def _query(said: Mapping[str, Any]) -> str:
    """That of the operation itself, such as `uploads`, and that of its values."""
    queries = said["url_path"].partition("?")[2], percent_encode_sequence(said["query_string"])
    query = "&".join(filter(None, queries))
    return f"?{query}" if query else ""
