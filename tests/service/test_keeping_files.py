"""How long a file is kept: its owner says it, operators hold it, it is shown in answers."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.service import tokens
from tests.service.caller import Caller, client_of, problem_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.test_deleting_files import stored

pytestmark = on_one_store


@pytest.fixture
async def admin(service: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(service.url, tokens.token("root", scope="admin")) as client:
        yield client


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("2030-01-31T12:00:00+02:00", "2030-01-31T10:00:00.000Z"),
        ("9998-12-31T23:59:59.999999Z", "9998-12-31T23:59:59.999Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("never", "never"),
        (None, None),
    ],
)
async def test_the_owner_says_how_long_it_is_kept(
    caller: Caller, wanted: str | None, told: str | None
) -> None:
    path = f"/files/{await stored(caller)}"
    assert (await caller.client.get(path)).json()["delete_after"] is None
    for before in ("2031-01-01T00:00:00Z", "never"):
        await caller.client.patch(path, json={"delete_after": before})
        changed = await caller.client.patch(path, json={"delete_after": wanted})
        assert changed.json()["delete_after"] == told
    renamed = (await caller.client.patch(path, json={"name": "other.mp3"})).json()
    assert renamed["delete_after"] == told
    assert (await caller.client.get(path)).json() == renamed
    assert renamed in (await caller.client.get("/files")).json()["files"]


@pytest.mark.parametrize(
    "odd",
    [
        "2030-01-31",
        "2030-01-31T12:00:00",
        "2030-02-31T12:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "tomorrow",
        "infinity",
        "Never",
        "",
        "٢030-01-31T12:00:00Z",
        1900000000,
        True,
        {},
    ],
)
async def test_odd_dates_are_refused(caller: Caller, odd: object) -> None:
    path = f"/files/{await stored(caller)}"
    refused = await caller.client.patch(path, json={"delete_after": odd})
    assert problem_of(refused, 422) == "validation-failed"
    assert (await caller.client.get(path)).json()["delete_after"] is None


@pytest.mark.parametrize("odd", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
async def test_a_search_by_a_moment_that_is_none_in_utc_is_refused(
    caller: Caller, odd: str
) -> None:
    for name in ("since", "until"):
        refused = await caller.client.get("/files", params={name: odd})
        assert problem_of(refused, 422) == "validation-failed"


async def test_a_held_file_is_deleted_by_nobody_until_it_is_released(
    caller: Caller, admin: httpx.AsyncClient
) -> None:
    key = await stored(caller)
    for _ in range(2):
        held = await admin.put(f"/admin/files/{key}/legal-hold")
        assert (held.status_code, held.json()["legal_hold"]) == (200, True)
    refused = await caller.client.delete(f"/files/{key}")
    assert problem_of(refused, 409) == "state-conflict"
    assert (await caller.client.get(f"/files/{key}")).json()["legal_hold"] is True
    assert (await caller.client.get(f"/files/{key}/content")).status_code == 307
    for _ in range(2):
        released = await admin.delete(f"/admin/files/{key}/legal-hold")
        assert (released.status_code, released.json()["legal_hold"]) == (200, False)
    assert (await caller.client.delete(f"/files/{key}")).status_code == 200
    for method in ("PUT", "DELETE"):
        gone = await admin.request(method, f"/admin/files/{key}/legal-hold")
        assert problem_of(gone, 404) == "not-found"


async def test_what_is_no_file_is_not_held(admin: httpx.AsyncClient) -> None:
    for key in ("x", "..%2fhealth", "uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10-a.mp3"):
        absent = await admin.put(f"/admin/files/{key}/legal-hold")
        assert problem_of(absent, 404) == "not-found"
