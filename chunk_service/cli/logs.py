"""Logs of a command that runs for long: set up, and the first lines about doubtful variables."""

import structlog

from chunk_service.log import configure_logging
from chunk_service.settings.loading import misspelt_settings
from chunk_service.settings.model import Settings


def start_logs(settings: Settings) -> None:
    configure_logging(level=settings.log_level, fmt=settings.log_format)
    log = structlog.get_logger(__name__)
    for misspelling in misspelt_settings():
        log.warning("setting-misspelt", found=misspelling.found, meant=misspelling.meant)
