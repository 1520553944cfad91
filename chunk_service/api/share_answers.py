"""Shares as their owners see them, as models of the answers. Only the first one shows the link."""

from typing import Annotated, Literal

from pydantic import Field

from chunk_service.api.answer_models import Answer, Instant
from chunk_service.domain.shares import ShareState
from chunk_service.usecases.share_file import SharedFile
from chunk_service.usecases.tend_shares import ListedShare


class ShareFacts(Answer):
    id: str
    has_password: bool
    expires_at: Annotated[Instant | None, Field(description="Null: never.")]
    max_downloads: Annotated[int | None, Field(description="Null: any number.")]
    downloads: Annotated[int, Field(description="How many were granted.")]
    created_at: Instant


class SharedAnswer(ShareFacts):
    url: Annotated[
        str,
        Field(
            description="A secret that is shown this once: whoever has it can read the file. "
            "A path where the service was not told its own address."
        ),
    ]


class ShareItem(ShareFacts):
    state: ShareState
    revoked_at: Instant | None


class SharesAnswer(Answer):
    shares: list[ShareItem]
    count: Annotated[int, Field(description="How many are in this answer.")]
    next: Annotated[
        str | None, Field(description="The `before` of the next page; null behind the last.")
    ]


class RevokedAnswer(Answer):
    status: Literal["success"] = "success"
    message: Literal["Share revoked."] = "Share revoked."


def shared_answer(shared: SharedFile, public_url: str) -> SharedAnswer:
    share = shared.share
    return SharedAnswer(
        id=str(share.id),
        has_password=share.has_password,
        expires_at=share.expires_at,
        max_downloads=share.max_downloads,
        downloads=share.downloads,
        created_at=share.created_at,
        url=f"{public_url}/s/{shared.token}",
    )


def share_item(listed: ListedShare) -> ShareItem:
    share = listed.share
    return ShareItem(
        id=str(share.id),
        has_password=share.has_password,
        expires_at=share.expires_at,
        max_downloads=share.max_downloads,
        downloads=share.downloads,
        created_at=share.created_at,
        state=listed.state,
        revoked_at=share.revoked_at,
    )
