"""Why a demonstration did not succeed; its text is the message to show."""


class DemonstrationError(Exception):
    """A step failed, or a result is not what was promised."""
