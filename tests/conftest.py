"""The real parts that tests run on, one of each for the whole run; made in `tests/fixtures`."""

import signal

pytest_plugins = (
    "tests.fixtures.properties",
    "tests.fixtures.databases",
    "tests.fixtures.doubles",
    "tests.fixtures.environment",
    "tests.fixtures.stores",
)

# A shell's background begins with SIGINT ignored, and what a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
