"""The use cases of sharing over opened parts."""

import secrets
from datetime import UTC, datetime, timedelta

from uuid_utils.compat import uuid7

from chunk_service.adapters.postgres.files import FileRows
from chunk_service.adapters.postgres.granting import GrantingRows
from chunk_service.adapters.postgres.sharing import SharingRows
from chunk_service.api.sharing import Sharing
from chunk_service.domain.shares import TOKEN_BYTES
from chunk_service.settings.model import Settings
from chunk_service.usecases.check_password import CheckPassword, GuessLimit
from chunk_service.usecases.link_file import LinkFile
from chunk_service.usecases.open_share import OpenShare
from chunk_service.usecases.share_file import ShareFile
from chunk_service.usecases.tend_shares import TendShares
from chunk_service.wiring.opening import Opened

# Enough for a browser to follow a redirect.
LINK_LASTS = timedelta(minutes=1)


def share_link_lasts(settings: Settings) -> timedelta:
    return min(LINK_LASTS, settings.presigned_url_expiration)


def sharing_over(
    opened: Opened, files: FileRows, sharing: SharingRows, granting: GrantingRows, link: LinkFile
) -> Sharing:
    settings = opened.settings
    guess_limit = GuessLimit(settings.share_guesses_per_minute)
    return Sharing(
        share=ShareFile(
            files=files,
            rows=sharing,
            passwords=opened.passwords,
            max_age=settings.share_max_age,
            now=lambda: datetime.now(UTC),
            new_id=uuid7,
            new_token=lambda: secrets.token_urlsafe(TOKEN_BYTES),
        ),
        tend=TendShares(files, sharing),
        open=OpenShare(
            rows=granting,
            check_password=CheckPassword(granting, opened.passwords, guess_limit),
            linking=link,
            link_lasts=granting.link_lasts,
        ),
        public_url=settings.public_url or "",
    )
