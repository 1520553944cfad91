"""How files may be shared."""

from datetime import timedelta

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration


class SharingSettings(SettingsGroup):
    """Sharing"""

    share_max_age: Duration | None = setting(
        "The longest that a share may last, and how long it does where it is not told.",
        default=None,
        unset="no limit",
        example="30d",
        ge=timedelta(minutes=1),
    )
    share_guesses_per_minute: int = setting(
        "Wrong passwords that a share takes a minute; beyond that 429 with `Retry-After`, also "
        "for the right one.",
        default=10,
        ge=1,
        le=600,
    )
