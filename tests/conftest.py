"""The real parts that tests run on, one of each for the whole run; made in `tests/fixtures`."""

pytest_plugins = (
    "tests.fixtures.properties",
    "tests.fixtures.databases",
    "tests.fixtures.doubles",
    "tests.fixtures.environment",
    "tests.fixtures.stores",
)
