"""A plain S3 client for the store of a development stack, as any outsider would open one."""

from contextlib import AbstractAsyncContextManager

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from types_aiobotocore_s3 import S3Client

from chunk_service.cli.stack.facts import StackFacts


def store_client(facts: StackFacts) -> AbstractAsyncContextManager[S3Client]:
    """For use on the loopback interface: proxies of the environment are passed over."""
    return get_session().create_client(
        "s3",
        endpoint_url=facts.s3_endpoint_url,
        aws_access_key_id=facts.s3_access_key,
        aws_secret_access_key=facts.s3_secret_key,
        region_name=facts.s3_region,
        config=AioConfig(proxies={}, s3={"addressing_style": "path"}),
    )
