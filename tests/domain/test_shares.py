"""The state of a share is told by its row and the time alone."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from chunk_service.domain.shares import Share, ShareId, ShareState, as_composed, hash_token
from tests.fixtures.uploads import MOMENT

ENDLESS = Share(
    id=ShareId(uuid4()),
    has_password=False,
    expires_at=None,
    max_downloads=None,
    downloads=0,
    created_at=MOMENT,
    revoked_at=None,
)
MOMENT_LATER = MOMENT + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("share", "state"),
    [
        (ENDLESS, ShareState.ACTIVE),
        (replace(ENDLESS, downloads=10**9), ShareState.ACTIVE),
        (replace(ENDLESS, expires_at=MOMENT_LATER), ShareState.ACTIVE),
        (replace(ENDLESS, expires_at=MOMENT), ShareState.EXPIRED),
        (replace(ENDLESS, max_downloads=2, downloads=1), ShareState.ACTIVE),
        (replace(ENDLESS, max_downloads=2, downloads=2), ShareState.USED_UP),
        (replace(ENDLESS, revoked_at=MOMENT, expires_at=MOMENT), ShareState.REVOKED),
    ],
)
def test_a_share_is_in_one_state(share: Share, state: ShareState) -> None:
    assert share.state(MOMENT) is state


def test_a_token_is_known_by_its_sha256() -> None:
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_token("abc").hex() == known


def test_one_password_is_one_however_it_was_typed() -> None:
    assert as_composed("e\u0301") == as_composed("\u00e9") == "\u00e9"
    assert as_composed("Ａ") != as_composed("A")
