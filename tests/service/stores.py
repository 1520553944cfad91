"""Which of the two stores a module of tests needs, where not both."""

import pytest

# For promises that no store has a part in.
on_one_store = pytest.mark.parametrize(
    "store_server", ["seaweedfs"], indirect=True, scope="session"
)
