"""Keys of the object store: given, or found where AWS programs find them, but never half."""

import pytest

from chunk_service.wiring.options import s3_options
from tests.test_settings import fault, settings

NO_KEYS = {"S3_ACCESS_KEY": "", "S3_SECRET_KEY": ""}


def test_without_keys_they_are_found_as_aws_programs_do() -> None:
    options = s3_options(settings(NO_KEYS))
    assert (options.access_key, options.secret_key) == (None, None)


@pytest.mark.parametrize("name", NO_KEYS)
def test_one_key_without_the_other_is_a_fault(name: str) -> None:
    assert "set S3_ACCESS_KEY and S3_SECRET_KEY, or neither" in fault({name: ""})


def test_another_store_than_aws_needs_keys() -> None:
    told = fault({**NO_KEYS, "S3_ENDPOINT_URL": "http://localhost:8333"})
    assert "S3_ENDPOINT_URL: a store that is not AWS needs S3_ACCESS_KEY" in told
