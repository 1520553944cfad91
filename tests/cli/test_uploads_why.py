"""`uploads why` names what an upload waits for: each reason, on real rows and a real store."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from chunk_service.adapters.postgres.database import DatabaseOptions, open_database
from chunk_service.domain.states import State
from chunk_service.domain.uploads import RelayMode, SpoolId, Upload, Way
from chunk_service.usecases.upload_reasons import Cause
from tests.cli.operator import Operator
from tests.fixtures.rows import LEASE_SECONDS, Rows
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket

Scene = Callable[[Rows], Awaitable[Upload]]
NOWHERE = "http://127.0.0.1:9"


class Site:
    def __init__(self, database_url: str, bucket: Bucket) -> None:
        self.database_url = database_url
        self.bucket = bucket

    def operator(self, **changes: str) -> Operator:
        store = self.bucket.store
        there = {
            "S3_ACCESS_KEY": store.access_key,
            "S3_SECRET_KEY": store.secret_key,
            "S3_BUCKET_NAME": self.bucket.name,
            "S3_ENDPOINT_URL": store.endpoint_url,
            "S3_REGION_NAME": store.region,
        }
        return Operator("uploads", self.database_url, **{**there, **changes})

    def play(self, scene: Scene, *statements: str) -> Upload:
        return asyncio.run(self._play(scene, statements))

    async def _play(self, scene: Scene, statements: tuple[str, ...]) -> Upload:
        options = DatabaseOptions(url=self.database_url, pool_size=2)
        async with open_database(options) as database:
            rows = Rows(database, SpoolId(uuid4()))
            await rows.spools.add(rows.spool_id)
            upload = await scene(rows)
        connection = await asyncpg.connect(self.database_url)
        try:
            for each in statements:
                await connection.execute(each)
        finally:
            await connection.close()
        return upload


@pytest.fixture
def site(
    database_url: str, moto: StoreServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Site:
    monkeypatch.chdir(tmp_path)
    return Site(database_url, Bucket.made(moto, "why"))


async def _empty(rows: Rows) -> Upload:
    return await rows.begin(chunk_size=8, total_size=24)


async def _with_a_hole(rows: Rows) -> Upload:
    upload = await _empty(rows)
    for index in (0, 2):
        await rows.put(upload, index, 8)
    return upload


async def _unplaced(rows: Rows) -> Upload:
    upload = await rows.begin()
    await rows.put(upload, 1, 8)
    return upload


async def _receiving(rows: Rows) -> Upload:
    upload = await _empty(rows)
    await rows.reserve(rows.attempt(upload, 1, 8), upload, 1)
    return upload


async def _half_a_window(rows: Rows) -> Upload:
    upload = await rows.begin(chunk_size=4, total_size=24)
    await rows.put(upload, 0, 4)
    return upload


async def _kept(rows: Rows) -> Upload:
    return await rows.begin(chunk_size=8, total_size=8, relay_mode=RelayMode.ON_COMPLETION)


async def _whole_chunks(rows: Rows) -> Upload:
    upload = await rows.begin(chunk_size=8, total_size=16)
    for index in (0, 1):
        await rows.put(upload, index, 8)
    return await rows.read(upload)


async def _sending(rows: Rows) -> Upload:
    upload = await _whole_chunks(rows)
    assert await rows.claim(upload) is not None
    return upload


async def _completing(rows: Rows) -> Upload:
    completing = await rows.complete(await _whole_chunks(rows))
    assert completing is not None
    return completing


async def _closing(rows: Rows) -> Upload:
    upload, holder = await _completing(rows), uuid4()
    assert await rows.closing.take(upload.id, holder, LEASE_SECONDS) is not None
    assert await rows.closing.set_closing(upload.id, holder)
    return upload


async def _presigned(rows: Rows) -> Upload:
    return await rows.begin(way=Way.PUT, pending_key=f"pending/{uuid4()}")


async def _in_parts(rows: Rows) -> Upload:
    return await rows.begin(way=Way.MULTIPART)


async def _in_one_request(rows: Rows) -> Upload:
    return await rows.begin(way=Way.WHOLE, chunk_size=8)


async def _aborted(rows: Rows) -> Upload:
    upload = await _empty(rows)
    assert await rows.end(upload, State.ABORTED) is not None
    return upload


_AS_IT_IS = "SELECT"
_DEAD = "UPDATE deliveries SET state = 'dead', attempts = 10 WHERE endpoint = 'main'"
_LOST = "UPDATE chunks SET state = 'missing' WHERE index = 2"
_SET_ASIDE = "UPDATE parts SET attempts = 5 WHERE number = 2"
_AWAY = "UPDATE spools SET seen_at = seen_at - interval '1 hour'"
_LATE = "UPDATE uploads SET expires_at = service_now() - interval '1 second'"


@pytest.mark.parametrize(
    ("scene", "statement", "cause", "words"),
    [
        (_empty, _AS_IT_IS, Cause.CHUNKS_MISSING, "No chunk"),
        (_with_a_hole, _AS_IT_IS, Cause.CHUNKS_MISSING, "Missing of 3: chunk 1."),
        (_with_a_hole, _LOST, Cause.CHUNKS_LOST, "same bytes only: chunk 2."),
        (_unplaced, _AS_IT_IS, Cause.CHUNKS_WAIT, "before chunk 0 is here: chunk 1."),
        (_receiving, _AS_IT_IS, Cause.RECEIVING, "Chunk 1 is being received: 8 bytes"),
        (
            _half_a_window,
            _AS_IT_IS,
            Cause.WINDOW_WAITS,
            "Window 1 has 4 of 8 bytes and waits for chunk 1",
        ),
        (_kept, _AS_IT_IS, Cause.RELAY_LATER, "on_completion"),
        (_whole_chunks, _AS_IT_IS, Cause.NOT_COMPLETED, "All 2 chunks"),
        (_whole_chunks, _AS_IT_IS, Cause.WINDOW_READY, "Windows 1-2: whole"),
        (_sending, _AS_IT_IS, Cause.WINDOW_SENDING, "Window 1 is being sent by"),
        (_whole_chunks, _SET_ASIDE, Cause.WINDOW_SET_ASIDE, "Window 2: claimed"),
        (_whole_chunks, _AWAY, Cause.SPOOL_AWAY, "spool forget"),
        (_completing, _AS_IT_IS, Cause.NOBODY_CLOSES, "No process"),
        (_closing, _AS_IT_IS, Cause.BEING_CLOSED, "until"),
        (_closing, _AS_IT_IS, Cause.CLOSING_OUTSTANDING, "not proved yet"),
        (
            _presigned,
            _AS_IT_IS,
            Cause.PRESIGNED,
            "has not confirmed it. A worker looks there again at",
        ),
        (_in_parts, _AS_IT_IS, Cause.PRESIGNED, "has not completed it"),
        (_in_one_request, _AS_IT_IS, Cause.ONE_REQUEST, "lives in one request"),
        (_empty, _AS_IT_IS, Cause.DEADLINE, "It expires at"),
        (_empty, _LATE, Cause.OVERDUE, "if one runs"),
        (_aborted, _AS_IT_IS, Cause.ENDED, "aborted since"),
        (_aborted, _AS_IT_IS, Cause.CLEAN_UP_OWED, "removed"),
        (_aborted, _DEAD, Cause.EVENT_UNDELIVERED, "dead letter for main, after 10 attempts"),
    ],
)
def test_every_reason_is_named(
    site: Site, scene: Scene, statement: str, cause: Cause, words: str
) -> None:
    upload = site.play(scene, statement)
    operator = site.operator()
    told = json.loads(operator.says("why", str(upload.id), "--json"))
    (sentence, *_) = [each["sentence"] for each in told["reasons"] if each["cause"] == cause]
    assert words in sentence
    assert sentence in operator.says("why", str(upload.id))
    assert not {Cause.STORE_AWAY, Cause.STORE_REFUSES} & {r["cause"] for r in told["reasons"]}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"S3_BUCKET_NAME": "absent"}, Cause.STORE_REFUSES),
        ({"S3_ENDPOINT_URL": NOWHERE}, Cause.STORE_AWAY),
    ],
)
def test_a_store_that_is_in_the_way_is_named(
    site: Site, changes: dict[str, str], cause: Cause
) -> None:
    upload = site.play(_completing)
    told = json.loads(site.operator(**changes).says("why", str(upload.id), "--json"))
    assert cause in {each["cause"] for each in told["reasons"]}


def test_what_waits_is_not_blamed_on_windows_that_went(site: Site) -> None:
    async def sent(rows: Rows) -> Upload:
        upload = await _whole_chunks(rows)
        await rows.relay(upload)
        return upload

    upload = site.play(sent)
    told = json.loads(site.operator().says("why", str(upload.id), "--json"))
    assert [each["cause"] for each in told["reasons"]] == [Cause.NOT_COMPLETED, Cause.DEADLINE]


def test_all_that_is_known_of_an_upload_is_shown(site: Site) -> None:
    upload = site.play(_sending)
    operator = site.operator()
    shown = json.loads(operator.says("show", str(upload.id), "--json"))
    assert [each["state"] for each in shown["chunks"]] == ["spooled", "spooled"]
    first, second = shown["parts"]
    assert first["lease"]["running"]
    assert second["lease"] is None
    assert [each["id"] for each in shown["spools"]] == [shown["chunks"][0]["spool_id"]]
    text = operator.says("show", str(upload.id))
    assert first["lease"]["holder"] in text
    assert shown["chunks"][0]["file_name"][:40] in text


def test_uploads_are_found_by_what_they_are(site: Site) -> None:
    old = site.play(_empty, "UPDATE uploads SET created_at = created_at - interval '2 hours'")
    aborted, put = site.play(_aborted), site.play(_presigned)
    operator = site.operator()

    def found(*arguments: str) -> set[str]:
        listed = json.loads(operator.says("list", "--json", *arguments))
        return {each["upload_session_id"] for each in listed}

    assert found() == {str(each.id) for each in (old, aborted, put)}
    assert found("--state", "aborted") == {str(aborted.id)}
    assert found("--way", "put") == {str(put.id)}
    assert found("--owner", "alice") == found()
    assert found("--owner", "nobody") == set()
    assert found("--older-than", "1h") == {str(old.id)}
    newest = max(found())
    assert found("--before", newest) == found() - {newest}
    assert str(put.id) in operator.says("list", "--limit", "3")


def test_an_operator_gives_an_upload_up(site: Site) -> None:
    upload = site.play(_with_a_hole)
    operator = site.operator()
    assert operator.says("abort", str(upload.id), "--yes") == "Aborted.\n"
    assert operator.says("abort", str(upload.id), "--yes") == "Aborted.\n"
    shown = json.loads(operator.says("show", str(upload.id), "--json"))
    assert [each["type"] for each in shown["events"]] == ["upload.aborted"]
    completing = site.play(_completing)
    assert "completing" in operator.says("abort", str(completing.id), "--yes", code=1)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10"], 1),
        (["why", "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10"], 1),
        (["show", "x"], 2),
        (["list", "--state", "gone"], 2),
        (["list", "--way", "gone"], 2),
        (["list", "--older-than", "long"], 2),
        (["list", "--before", "x"], 2),
    ],
)
def test_what_is_wrong_is_one_sentence(site: Site, arguments: list[str], code: int) -> None:
    assert len(site.operator().says(*arguments, code=code).splitlines()) == 1
