"""How files are given back."""

from datetime import timedelta

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration


class FileSettings(SettingsGroup):
    """Files"""

    presigned_url_expiration: Duration = setting(
        "How long a link to a file in S3 can be used. S3 takes a week at most.",
        default="600s",
        le=timedelta(days=7),
    )
