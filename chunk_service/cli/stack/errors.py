"""What can go wrong with the development stack: one error, whose text is the message to show.

Raised by everything under `chunk_service.cli.stack`; the commands print it and exit with 1.
"""


class StackError(Exception):
    """A part of the development stack could not be started, reached or stopped."""
