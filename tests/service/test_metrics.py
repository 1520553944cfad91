"""What Prometheus is told is what happened, in labels of few values, and to nobody else."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest

from chunk_service.api.routes import routes
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.doubles import http
from tests.doubles.receiver import always, receiving
from tests.service.caller import client_of, data_of, problem_of
from tests.service.content import PART_BYTES, content_of, cut
from tests.service.deployment import Deployment
from tests.service.figures import Figures
from tests.service.outages import mute, shut
from tests.service.tokens import token
from tests.service.waiting import until

_TOKEN = "a-token-of-prometheus"
_CONTENT = content_of(2 * PART_BYTES + 777)
_ASKED = {
    "chunk_service_live_uploads",
    "chunk_service_deliveries",
    "chunk_service_oldest_delivery_seconds",
    "chunk_service_oldest_completing_seconds",
    "chunk_service_clean_up_overdue_seconds",
    "chunk_service_spool_bytes",
    "chunk_service_spool_oldest_seconds",
    "chunk_service_relay_ready_windows",
    "chunk_service_relay_lag_seconds",
    "chunk_service_windows_set_aside",
}


async def test_an_upload_is_counted_from_its_first_byte_to_its_end(own: Deployment) -> None:
    async with own.served() as served:
        session = await served.caller.begin(chunk_size=PART_BYTES)
        for index, chunk in enumerate(cut(_CONTENT, PART_BYTES)):
            data_of(await session.put(index, chunk))
        before = await Figures.read(served.admin)
        assert before.of("live_uploads", state="open", way="chunks") == 1
        assert before.of("live_uploads") == 1
        await session.stored(3)
        await asyncio.sleep(1)  # what was asked a moment ago is told again
        after = await Figures.read(served.admin)
    route = "/upload/{upload_session_id}/chunks/{index}"
    assert after.of("received_bytes_total") >= len(_CONTENT)
    assert after.of("relayed_bytes_total") == len(_CONTENT)
    assert after.of("request_seconds_count", method="PUT", route=route, status="2xx") == 3
    assert after.of("uploads_ended_total", state="stored", way="chunks") == 1
    assert after.of("uploads_ended_total") == 1
    assert after.of("live_uploads") == 0
    assert after.of("store_call_seconds_count", operation="UploadPart", outcome="2xx") == 3
    assert after.of("database_statement_seconds_count", outcome="ok") > 10
    assert (after.of("open_connections"), after.of("requests_in_work")) == (2, 1)
    assert after.of("database_pool_in_use") <= after.of("database_pool_limit") == 10


async def test_labels_have_few_values_whatever_is_asked(own: Deployment) -> None:
    async with own.served() as served:
        session = await served.caller.begin()
        await session.put(0, b"x")
        key = (await session.stored(1))["key"]
        client = served.caller.client
        for path in (f"/files/{key}", "/files/secret-name", "/nowhere/secret-name", "/upload/x"):
            await client.get(path)
        await client.request("SECRET-NAME", "/upload/init")
        assert problem_of(await client.get("/nowhere"), 404) == "not-found"
        figures = await Figures.read(served.admin)
    assert figures.labels("route") <= {route.path for route in routes()} | {"none"}
    assert figures.labels("method") <= {"GET", "POST", "PUT", "other"}
    assert figures.of("problems_total", problem="not-found", status="404") == 4
    for secret in ("secret-name", "SECRET-NAME", session.id, "alice", key):
        assert secret not in figures.text


async def test_on_the_public_port_only_operators_and_the_token_read(own: Deployment) -> None:
    async with own.served(metrics_token=_TOKEN) as served:
        url = served.service.url
        async with client_of(url, _TOKEN) as prometheus:
            assert (await Figures.read(prometheus)).of("build") == 1
        await Figures.read(served.admin)
        refused = await served.caller.client.get("/metrics")
        assert problem_of(refused, 403) == "forbidden"
        for wrong in ("Bearer x", "", f"Basic {_TOKEN}", f"Bearer {_TOKEN}x"):
            answer = await served.admin.get("/metrics", headers={"Authorization": wrong})
            assert problem_of(answer, 401) == "unauthorized"
        elsewhere = await served.admin.get("/files", headers={"Authorization": f"Bearer {_TOKEN}"})
        assert problem_of(elsewhere, 401) == "unauthorized"


async def test_without_a_token_of_its_own_only_operators_read(own: Deployment) -> None:
    async with own.served() as served:
        await Figures.read(served.admin)
        async with client_of(served.service.url, token("root", scope="upload")) as client:
            assert problem_of(await client.get("/metrics"), 403) == "forbidden"


@pytest.mark.parametrize("asked_for", [None, _TOKEN])
async def test_a_port_of_its_own_asks_for_the_token_where_there_is_one(
    own: Deployment, asked_for: str | None
) -> None:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    async with own.served(metrics_port=str(port), metrics_token=asked_for) as served:
        async with client_of(url, _TOKEN) as prometheus:
            assert (await Figures.read(prometheus)).of("build") == 1
            assert (await prometheus.get("/files")).status_code == 404
        async with httpx.AsyncClient(base_url=url, trust_env=False) as anyone:
            answer = await anyone.get("/metrics")
            assert answer.status_code == (401 if asked_for else 200)
        await Figures.read(served.admin)
    async with httpx.AsyncClient(base_url=url, trust_env=False) as anyone:
        with pytest.raises(httpx.ConnectError):
            await anyone.get("/metrics")


@pytest.mark.survives(
    "PostgreSQL: not there, while somebody watches",
    "What it would have told is absent, not zero; all other figures are there",
)
async def test_without_its_database_nothing_is_made_up(
    own: Deployment, postgres_server: EmbeddedPostgres
) -> None:
    async with (
        own.served(metrics_token=_TOKEN) as served,
        client_of(served.service.url, _TOKEN) as prometheus,
    ):
        there = await Figures.read(prometheus)
        await asyncio.sleep(1)
        async with shut(postgres_server, own.database_url):
            away = await Figures.read(prometheus)
        assert (there.of("database_answers"), away.of("database_answers")) == (1, 0)
        assert there.names() - away.names() >= _ASKED
        assert not away.names() & _ASKED
        assert away.of("build") == 1


async def test_a_database_that_does_not_answer_is_not_waited_for(own: Deployment) -> None:
    async with (
        own.served(metrics_token=_TOKEN) as served,
        client_of(served.service.url, _TOKEN) as prometheus,
    ):
        async with mute(own.database_url, "deliveries"):
            began = time.monotonic()
            silent = await Figures.read(prometheus)
            assert time.monotonic() - began < 5
        assert silent.of("database_answers") == 0
        assert not silent.names() & _ASKED
        await asyncio.sleep(1)
        assert (await Figures.read(prometheus)).of("database_answers") == 1


async def test_what_can_not_be_relayed_shows_its_age(own: Deployment, silent_store: str) -> None:
    async with own.served(s3_endpoint_url=silent_store) as served:
        session = await served.caller.begin(chunk_size=PART_BYTES)
        for index, chunk in enumerate(cut(_CONTENT, PART_BYTES)):
            data_of(await session.put(index, chunk))
        await own.pass_time(timedelta(minutes=10))
        figures = await Figures.read(served.admin)
        (spool,) = figures.labels("spool")
        assert figures.of("spool_bytes", spool=spool) == len(_CONTENT)
        assert figures.of("spool_limit_bytes") == 20 * 2**30
        assert figures.of("relay_ready_windows", spool=spool) == 3
        assert 600 <= figures.of("relay_lag_seconds") < 660
        assert 600 <= figures.of("spool_oldest_seconds") < 660


async def test_a_last_window_waits_since_the_client_completed(
    own: Deployment, silent_store: str
) -> None:
    async with own.served(s3_endpoint_url=silent_store, complete_wait="0.1s") as served:
        session = await served.caller.begin(chunk_size=PART_BYTES, relay="on_completion")
        for index, chunk in enumerate(cut(_CONTENT, PART_BYTES)):
            data_of(await session.put(index, chunk))
        await own.pass_time(timedelta(minutes=10))
        early = await Figures.read(served.admin)
        assert (early.of("relay_ready_windows"), early.of("relay_lag_seconds")) == (0, 0)
        await session.complete(3)
        await asyncio.sleep(1)
        late = await Figures.read(served.admin)
        assert late.of("relay_ready_windows") == 3
        assert late.of("relay_lag_seconds") < 60
        assert late.of("live_uploads", state="completing", way="chunks") == 1


async def test_a_damaged_chunk_is_counted(own: Deployment) -> None:
    async with own.served() as served:
        session = await served.caller.begin(relay="on_completion")
        data_of(await session.put(0, b"some bytes"))
        next(own.spool.glob(f"*{session.id}.0.*")).write_bytes(b"other byte")
        assert problem_of(await session.complete(1), 409) == "upload-incomplete"
        figures = await Figures.read(served.admin)
        assert figures.of("lost_chunks_total") == 1
        assert figures.of("problems_total", problem="upload-incomplete", status="409") == 1


async def test_events_show_who_has_not_taken_them(own: Deployment) -> None:
    with receiving(always(http.Answer(410))) as receiver:
        async with own.served(main_service_callback_url=receiver.url) as served:
            await (await served.caller.begin()).abort()
            disabled = "SELECT FROM disabled_endpoints"
            await until(lambda: own.fetch(disabled), len)
            await own.pass_time(timedelta(minutes=10))
            figures = await Figures.read(served.admin)
            assert figures.of("deliveries", endpoint="main", state="pending") == 1
            assert figures.of("deliveries", endpoint="main", state="dead") == 0
            assert figures.of("oldest_delivery_seconds", endpoint="main", state="pending") >= 600
            assert figures.of("endpoint_disabled", endpoint="main") == 1
            await own.fetch("UPDATE deliveries SET state = 'dead'")
            await asyncio.sleep(1)
            figures = await Figures.read(served.admin)
            assert figures.of("deliveries", endpoint="main", state="dead") == 1
