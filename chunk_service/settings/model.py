"""Every environment variable, as one frozen object.

The fields live in groups, one file a subject; an attribute is its variable's name in lower case.
Read by `loading.py`, once, at start. Only wiring, app and cli see this object, others get values.
"""

from pydantic import ValidationInfo, field_validator

from chunk_service.settings.browsers import BrowserSettings
from chunk_service.settings.database import DatabaseSettings
from chunk_service.settings.events import EventSettings
from chunk_service.settings.files import FileSettings
from chunk_service.settings.group import SettingsGroup
from chunk_service.settings.limits import DeadlineSettings, LimitSettings
from chunk_service.settings.mail import MailSettings
from chunk_service.settings.metrics import MetricsSettings
from chunk_service.settings.serving import LogSettings, ServingSettings
from chunk_service.settings.sharing import SharingSettings
from chunk_service.settings.storage import RelaySettings, S3Settings, SpoolSettings
from chunk_service.settings.tokens import TokenSettings
from chunk_service.settings.tracing import TracingSettings

# In the order of the documents.
GROUPS: tuple[type[SettingsGroup], ...] = (
    TokenSettings,
    DatabaseSettings,
    SpoolSettings,
    S3Settings,
    EventSettings,
    MailSettings,
    FileSettings,
    SharingSettings,
    BrowserSettings,
    RelaySettings,
    LimitSettings,
    DeadlineSettings,
    ServingSettings,
    MetricsSettings,
    TracingSettings,
    LogSettings,
)


# Fields are validated from the last base to the first: limits come before the spool.
class Settings(
    LogSettings,
    TracingSettings,
    MetricsSettings,
    ServingSettings,
    RelaySettings,
    SharingSettings,
    BrowserSettings,
    FileSettings,
    MailSettings,
    EventSettings,
    S3Settings,
    SpoolSettings,
    LimitSettings,
    DeadlineSettings,
    DatabaseSettings,
    TokenSettings,
):
    @field_validator("spool_max_bytes")
    @classmethod
    def _holds_a_chunk(cls, size_bytes: int, info: ValidationInfo) -> int:
        if size_bytes < info.data.get("max_chunk_size", 0):
            raise ValueError("must not be smaller than MAX_CHUNK_SIZE")
        return size_bytes
