"""A bulk is what is more than a share of all files, and more than a few."""

from datetime import timedelta

import pytest

from chunk_service.domain.retention import RetentionPolicy

POLICY = RetentionPolicy(default=None, grace=timedelta(days=1), max_share=0.1, bulk_files=100)


@pytest.mark.parametrize(
    ("files", "live", "is_bulk"),
    [
        (0, 0, False),
        (100, 100, False),
        (101, 101, True),
        (101, 1009, True),
        (101, 1010, False),
        (1000, 10_000, False),
        (1001, 10_000, True),
    ],
)
def test_a_bulk_is_over_the_share_and_over_the_number(files: int, live: int, is_bulk: bool) -> None:
    assert POLICY.is_bulk(files, live=live) is is_bulk
